package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// runBench runs one kind of benchmark, or all.
func runBench(ctx context.Context, args []string) error {
	data := filepath.Join("..", "shared", "data")
	kinds := map[string]func() error{
		"photos": func() error {
			return command(ctx, nil, "go", "run", "./cmd/dev/bench", "photos", filepath.Join(data, "photos"))
		},
		"speed": func() error { // of photos, printed only
			return command(ctx, nil, "go", "run", "./cmd/dev/bench", "speed", filepath.Join(data, "photos"))
		},
		"detect": func() error {
			return command(ctx, nil, "go", "run", "./cmd/dev/bench", "detect", filepath.Join(data, "text"))
		},
		"go": func() error {
			if err := satisfy(ctx, buildNeeds()); err != nil {
				return err
			}
			args := withTags([]string{"test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", "200ms"}, buildTags())
			return command(ctx, []string{"CGO_ENABLED=1"}, "go", append(args, "./...")...)
		},
	}
	if len(args) == 0 {
		args = []string{"go", "photos", "detect"}
	}
	for _, kind := range args {
		run, ok := kinds[kind]
		if !ok {
			return fmt.Errorf("no benchmark is called %q; there are go, photos, speed and detect", kind)
		}
		if err := run(); err != nil {
			return err
		}
	}
	return nil
}
