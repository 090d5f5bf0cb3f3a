package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// A need is something that the machine must have, and the packages that bring
// it, by package manager.
type need struct {
	what     string
	present  func() bool
	packages map[string][]string
}

// manager is a system package manager: how to refresh its lists and install.
type manager struct {
	name    string
	refresh []string // may be empty
	install []string
}

var managers = []manager{
	{"apt-get", []string{"apt-get", "update"}, []string{"apt-get", "install", "-y", "--no-install-recommends"}},
	{"dnf", nil, []string{"dnf", "install", "-y"}},
	{"pacman", nil, []string{"pacman", "-S", "--needed", "--noconfirm"}},
	{"brew", nil, []string{"brew", "install"}},
}

func hasProgram(name string) func() bool {
	return func() bool {
		_, err := exec.LookPath(name)
		return err == nil
	}
}

// hasHeader asks the C compiler itself, since headers lie elsewhere on every system.
func hasHeader(headers ...string) func() bool {
	return func() bool {
		var source bytes.Buffer
		for _, h := range headers {
			fmt.Fprintf(&source, "#include <%s>\n", h)
		}
		cc := exec.Command("cc", "-E", "-x", "c", "-")
		cc.Stdin = &source
		return cc.Run() == nil
	}
}

// buildNeeds are what compiling a window takes.
func buildNeeds() []need {
	if runtime.GOOS != "linux" {
		return nil // Xcode's and MinGW's compilers bring their own OpenGL
	}
	header := func(apt, dnf, pacman string, headers ...string) need {
		return need{headers[0], hasHeader(headers...), map[string][]string{"apt-get": {apt}, "dnf": {dnf}, "pacman": {pacman}}}
	}
	return []need{
		{"a C compiler", hasProgram("cc"), map[string][]string{"apt-get": {"gcc", "libc6-dev"}, "dnf": {"gcc"}, "pacman": {"gcc"}}},
		header("libgl1-mesa-dev", "mesa-libGL-devel", "mesa", "GL/gl.h"),
		header("libegl1-mesa-dev", "mesa-libEGL-devel", "mesa", "EGL/egl.h"),
		header("libx11-dev", "libX11-devel", "libx11", "X11/Xlib.h"),
		header("libxcursor-dev", "libXcursor-devel", "libxcursor", "X11/Xcursor/Xcursor.h"),
		header("libxrandr-dev", "libXrandr-devel", "libxrandr", "X11/extensions/Xrandr.h"),
		header("libxinerama-dev", "libXinerama-devel", "libxinerama", "X11/extensions/Xinerama.h"),
		header("libxi-dev", "libXi-devel", "libxi", "X11/extensions/XInput2.h"),
		header("libxxf86vm-dev", "libXxf86vm-devel", "libxxf86vm", "X11/Xlib.h", "X11/extensions/xf86vmode.h"),
		// A plain `go build ./...`, without the x11 tag, speaks Wayland too.
		header("libwayland-dev", "wayland-devel", "wayland", "wayland-client.h"),
		header("libxkbcommon-dev", "libxkbcommon-devel", "libxkbcommon", "xkbcommon/xkbcommon.h"),
	}
}

// testNeeds are what a real window without a screen takes.
func testNeeds() []need {
	if runtime.GOOS != "linux" {
		return nil
	}
	return []need{
		{"Xvfb", hasProgram("Xvfb"), map[string][]string{"apt-get": {"xvfb"}, "dnf": {"xorg-x11-server-Xvfb"}, "pacman": {"xorg-server-xvfb"}}},
		{"xdotool", hasProgram("xdotool"), map[string][]string{"apt-get": {"xdotool"}, "dnf": {"xdotool"}, "pacman": {"xdotool"}}},
		{"openbox", hasProgram("openbox"), map[string][]string{"apt-get": {"openbox"}, "dnf": {"openbox"}, "pacman": {"openbox"}}},
		{"a software OpenGL", hasSoftwareGL, map[string][]string{"apt-get": {"libgl1-mesa-dri"}, "dnf": {"mesa-dri-drivers"}, "pacman": {"mesa"}}},
	}
}

func hasSoftwareGL() bool {
	for _, pattern := range []string{"/usr/lib/*/dri/swrast_dri.so", "/usr/lib64/dri/swrast_dri.so", "/usr/lib/dri/swrast_dri.so", "/usr/lib/*/libgallium*.so", "/usr/lib64/libgallium*.so", "/usr/lib/libgallium*.so"} {
		if globHas(pattern) {
			return true
		}
	}
	return false
}

// satisfy installs what is missing of needs. Where it may not, the error holds
// the exact command.
func satisfy(ctx context.Context, needs []need) error {
	var missing []need
	for _, n := range needs {
		if !n.present() {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var words []string
	for _, n := range missing {
		words = append(words, n.what)
	}
	for _, m := range managers {
		if !hasProgram(m.name)() {
			continue
		}
		return installWith(ctx, m, missing, words)
	}
	return fmt.Errorf("this machine lacks %s, and has none of apt-get, dnf, pacman or brew to install it with", strings.Join(words, ", "))
}

func installWith(ctx context.Context, m manager, missing []need, words []string) error {
	var packages []string
	for _, n := range missing {
		packages = append(packages, n.packages[m.name]...)
	}
	slices.Sort(packages)
	packages = slices.Compact(packages)
	if len(packages) == 0 {
		return fmt.Errorf("this machine lacks %s, and %s has no package for it", strings.Join(words, ", "), m.name)
	}
	install := append(slices.Clone(m.install), packages...)
	prefix, err := privilege(ctx, m)
	if err != nil {
		lines := []string{"sudo " + strings.Join(install, " ")}
		if m.refresh != nil {
			lines = append([]string{"sudo " + strings.Join(m.refresh, " ")}, lines...)
		}
		return fmt.Errorf("this machine lacks %s, and %w; run\n\n    %s\n\nand call this again", strings.Join(words, ", "), err, strings.Join(lines, " && "))
	}
	fmt.Printf("dev: this machine lacks %s; installing %s with %s\n", strings.Join(words, ", "), strings.Join(packages, " "), m.name)
	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	if m.refresh != nil {
		refresh := append(slices.Clone(prefix), m.refresh...)
		if err := command(ctx, env, refresh[0], refresh[1:]...); err != nil {
			return fmt.Errorf("refreshing the package lists: %w", err)
		}
	}
	full := append(slices.Clone(prefix), install...)
	if err := command(ctx, env, full[0], full[1:]...); err != nil {
		return fmt.Errorf("installing %s: %w", strings.Join(packages, " "), err)
	}
	for _, n := range missing {
		if !n.present() {
			return fmt.Errorf("%s is still missing after %s", n.what, strings.Join(install, " "))
		}
	}
	return nil
}

// privilege says how to become allowed to install: nothing as root or with
// Homebrew, sudo where it asks for no password.
func privilege(ctx context.Context, m manager) ([]string, error) {
	if m.name == "brew" || os.Geteuid() == 0 {
		return nil, nil
	}
	if exec.CommandContext(ctx, "sudo", "-n", "true").Run() == nil {
		return []string{"sudo", "-n"}, nil
	}
	return nil, errors.New("may not install without a password")
}
