package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// linters are pinned, so that everybody is told the same.
var linters = map[string]string{
	"gofumpt":       "mvdan.cc/gofumpt@v0.12.0",
	"staticcheck":   "honnef.co/go/tools/cmd/staticcheck@v0.8.2",
	"golangci-lint": "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0",
}

func runLint(ctx context.Context, _ []string) error {
	if err := satisfy(ctx, buildNeeds()); err != nil {
		return err
	}
	bin := map[string]string{}
	for name, module := range linters {
		path, err := installLinter(ctx, name, module)
		if err != nil {
			return err
		}
		bin[name] = path
	}
	files, err := goFiles(ctx)
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, bin["gofumpt"], append([]string{"-l"}, files...)...).Output()
	if err != nil {
		return fmt.Errorf("gofumpt: %w", err)
	}
	if len(bytes.TrimSpace(out)) > 0 {
		return fmt.Errorf("not formatted; run gofumpt -w on\n%s", out)
	}
	if err := command(ctx, nil, "go", append(withTags([]string{"vet"}, buildTags()), "./...")...); err != nil {
		return err
	}
	if err := command(ctx, nil, bin["staticcheck"], append(withTags(nil, buildTags()), "./...")...); err != nil {
		return err
	}
	return command(ctx, nil, bin["golangci-lint"], "run", "./...")
}

func goFiles(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "git", "ls-files", "*.go").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the Go files: %w", err)
	}
	var files []string
	for _, f := range strings.Fields(string(out)) {
		if _, err := os.Stat(f); err == nil {
			files = append(files, f)
		}
	}
	return files, nil
}

// installLinter compiles a linter once per version into the cache.
func installLinter(ctx context.Context, name, module string) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	version := module[strings.LastIndex(module, "@")+1:]
	dir := filepath.Join(cache, "lint", name+"-"+version)
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	fmt.Println("dev: compiling", module)
	if err := command(ctx, []string{"GOBIN=" + dir, "GOFLAGS=", "CGO_ENABLED=0"}, "go", "install", module); err != nil {
		return "", fmt.Errorf("installing %s: %w", name, err)
	}
	return path, nil
}
