package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// runPackage leaves stripped release builds of the programs in dist/. The tag
// migrated_fynedo drops Fyne's checks of its thread rule, which the tests run
// with.
func runPackage(ctx context.Context, _ []string) error {
	if err := satisfy(ctx, buildNeeds()); err != nil {
		return err
	}
	folder := filepath.Join("dist", runtime.GOOS+"-"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("making %s: %w", folder, err)
	}
	for _, name := range []string{"mensch", "menschctl", "mensch-platform"} {
		bin := filepath.Join(folder, name)
		ldflags := "-s -w"
		if runtime.GOOS == "windows" {
			bin += ".exe"
			if name == "mensch" {
				ldflags += " -H windowsgui"
			}
		}
		args := withTags([]string{"build", "-trimpath", "-ldflags", ldflags, "-o", bin}, buildTags("migrated_fynedo"))
		if err := command(ctx, []string{"CGO_ENABLED=1"}, "go", append(args, "./cmd/"+name)...); err != nil {
			return err
		}
	}
	fmt.Println("dev: the programs are in", folder)
	return nil
}
