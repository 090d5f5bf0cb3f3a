package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// racing are the packages where goroutines meet; they run under the race
// detector. The rest is pure, and three times as fast without it.
var racing = []string{"mensch/app", "mensch/app/sync", "mensch/store", "mensch/views", "mensch/cmd/mensch-platform/platform"}

// painting walks through every screen and paints it. What races there is raced
// by each screen's own tests; to paint is one goroutine's work, and takes eight
// times as long under the detector.
const painting = "mensch/views/shots"

// window is the program itself: on the whole demo without the detector, and on
// a part of it with.
const window = "mensch/cmd/mensch"

// runTests runs every test of the module. Arguments, if any, go to `go test`
// in place of ./... .
func runTests(ctx context.Context, args []string) error {
	if err := satisfy(ctx, append(buildNeeds(), testNeeds()...)); err != nil {
		return err
	}
	env := []string{"CGO_ENABLED=1", "LIBGL_ALWAYS_SOFTWARE=1"}
	if len(args) > 0 {
		return command(ctx, env, "go", append(withTags([]string{"test"}, buildTags()), args...)...)
	}
	if err := command(ctx, env, "go", append(withTags([]string{"vet"}, buildTags()), "./...")...); err != nil {
		return err
	}
	pure, raced, err := splitPackages(ctx)
	if err != nil {
		return err
	}
	plain := append(withTags([]string{"test", "-timeout", "10m"}, buildTags()), pure...)
	race := append(withTags([]string{"test", "-race", "-timeout", "10m"}, buildTags()), raced...)
	plainErr := command(ctx, env, "go", plain...)
	raceErr := command(ctx, env, "go", race...)
	if plainErr != nil {
		return plainErr
	}
	return raceErr
}

func splitPackages(ctx context.Context) (pure, raced []string, err error) {
	list := append(withTags([]string{"list"}, buildTags()), "./...")
	out, err := exec.CommandContext(ctx, "go", list...).Output()
	if err != nil {
		return nil, nil, fmt.Errorf("listing the packages: %w", err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		if isRacing(pkg) || pkg == window {
			raced = append(raced, pkg)
		}
		if !isRacing(pkg) {
			pure = append(pure, pkg)
		}
	}
	return pure, raced, nil
}

func isRacing(pkg string) bool {
	for _, r := range racing {
		// Below app lie the detectors, which are pure.
		below := r != "mensch/app" && strings.HasPrefix(pkg, r+"/")
		if pkg != painting && (pkg == r || below) {
			return true
		}
	}
	return false
}
