// Command dev is the developer's one entry to Mensch:
//
//	go run ./cmd/dev run        open the program on the demo community
//	go run ./cmd/dev test       every test, on a fresh machine too
//	go run ./cmd/dev lint       gofumpt, go vet, staticcheck, golangci-lint
//	go run ./cmd/dev bench      benchmarks beside their baselines, and detection scores
//	go run ./cmd/dev shots      a PNG of every screen, dark and light, small and large
//	go run ./cmd/dev package    a release build in dist/
//	go run ./cmd/dev train      compute the detectors' trained parts again
//
// It uses the standard library alone, so that it runs before anything else is
// installed, and installs what the machine lacks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
)

// job is one thing that dev can do.
type job struct {
	name string
	does string
	run  func(ctx context.Context, args []string) error
}

func jobs() []job {
	return []job{
		{"run", "open the program on the demo community (further arguments go to it)", runProgram},
		{"test", "run every test; installs what they need", runTests},
		{"lint", "gofumpt, go vet, staticcheck, golangci-lint", runLint},
		{"bench", "benchmarks and scores beside their baselines; `bench photos`, `bench speed` (of photos alone), `bench detect`, `bench go`", runBench},
		{"shots", "leave PNGs of every screen in shots/; `shots FOLDER case*` only of some", runShots},
		{"package", "a release build in dist/", runPackage},
		{"train", "compute the detectors' trained parts again", runTrain},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dev:", err)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() > 0 {
			stop()
			os.Exit(exit.ExitCode())
		}
		stop()
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	var names []string
	for _, j := range jobs() {
		if len(args) > 0 && args[0] == j.name {
			if err := enterRoot(); err != nil {
				return err
			}
			return j.run(ctx, args[1:])
		}
		names = append(names, fmt.Sprintf("  %-8s %s", j.name, j.does))
	}
	return fmt.Errorf("say what to do:\n%s", strings.Join(names, "\n"))
}

// enterRoot makes the module's root the working folder, so that dev may be
// called from any folder below it.
func enterRoot() error {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("finding the module: %w", err)
	}
	mod := strings.TrimSpace(string(out))
	if mod == "" || mod == os.DevNull {
		return errors.New("finding the module: call this inside a checkout of Mensch")
	}
	return os.Chdir(filepath.Dir(mod))
}

// buildTags are the tags of a build with a window. On Linux x11 keeps the
// program from being linked hard to Wayland, which many machines lack.
func buildTags(more ...string) string {
	if runtime.GOOS == "linux" {
		more = append([]string{"x11"}, more...)
	}
	return strings.Join(more, ",")
}

// command runs a program in the foreground with this process's own streams.
func command(ctx context.Context, env []string, name string, args ...string) error {
	fmt.Println("+", name, strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

func withTags(args []string, tags string) []string {
	if tags == "" {
		return args
	}
	return append(args, "-tags", tags)
}
