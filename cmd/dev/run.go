package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

func globHas(pattern string) bool {
	found, err := filepath.Glob(pattern)
	return err == nil && len(found) > 0
}

// runProgram opens the demo community straight away, unless told otherwise.
func runProgram(ctx context.Context, args []string) error {
	if err := satisfy(ctx, buildNeeds()); err != nil {
		return err
	}
	bin, err := buildProgram(ctx, "mensch", filepath.Join("bin", "run"), buildTags())
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"-demo"}
	}
	return command(ctx, nil, bin, args...)
}

// buildProgram compiles one of cmd's programs into a folder of the user's
// cache and gives its path.
func buildProgram(ctx context.Context, name, folder, tags string, flags ...string) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, folder, name)
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	args := withTags([]string{"build", "-o", bin}, tags)
	args = append(args, flags...)
	args = append(args, "./cmd/"+name)
	fmt.Println("dev: building", name, "(the first build compiles OpenGL and SQLite, and takes minutes)")
	return bin, command(ctx, []string{"CGO_ENABLED=1"}, "go", args...)
}

func cacheFolder() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	dir := filepath.Join(base, "mensch-dev")
	return dir, os.MkdirAll(dir, 0o755)
}

func runShots(ctx context.Context, args []string) error {
	if err := satisfy(ctx, buildNeeds()); err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"shots"}
	}
	run := withTags([]string{"run"}, buildTags())
	return command(ctx, nil, "go", append(append(run, "./cmd/dev/shots"), args...)...)
}

func runTrain(ctx context.Context, args []string) error {
	data := filepath.Join("..", "shared", "data", "text")
	if len(args) > 0 {
		data = args[0]
	}
	return command(ctx, nil, "go", "run", "./cmd/dev/train", data, filepath.Join("assets", "models"))
}
