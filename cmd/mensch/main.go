// Command mensch is the moderator's window.
//
//	mensch                     the platform of last time, or the first-run screen
//	mensch -demo               the demo community
//	mensch -dir FOLDER         another folder than the user's own
//	mensch -server ADDRESS     connect to a platform; the token is asked for, or
//	                           read from MENSCH_TOKEN
//
// Exit codes: 0 closed by the moderator, 1 could not start, 2 wrong flags.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"mensch/app"
	"mensch/assets"
	"mensch/cmd/internal/workplace"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

type flags struct {
	demo    bool
	dir     string
	server  string
	verbose bool
}

func parse(args []string) (flags, error) {
	var f flags
	set := flag.NewFlagSet("mensch", flag.ContinueOnError)
	set.BoolVar(&f.demo, "demo", false, "open the demo community")
	set.StringVar(&f.dir, "dir", workplace.Folder(), "the folder of the store")
	set.StringVar(&f.server, "server", "", "address of the platform to connect to")
	set.BoolVar(&f.verbose, "v", false, "log what the window does to standard error")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("what is %q? Flags come with a dash", set.Arg(0))
	}
	return f, nil
}

func run(args []string) int {
	f, err := parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mensch:", err)
		return 2
	}
	level := slog.LevelWarn
	if f.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	crash, err := crashFile(f.dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mensch:", err)
		return 1
	}
	defer func() {
		if err := crash.Close(); err != nil {
			log.Warn("closing the crash file", "error", err)
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	a := fyneapp.NewWithID("org.mensch.workstation")
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon()))
	w := newWorkbench(ctx, a, f, log)
	if err := w.open(); err != nil {
		fmt.Fprintln(os.Stderr, "mensch:", app.Sentence(err))
		return 1
	}
	go func() {
		<-ctx.Done()
		fyne.Do(a.Quit)
	}()
	a.Run()
	if err := w.close(); err != nil {
		log.Error("closing", "error", err)
		return 1
	}
	return 0
}

// crashFile keeps what the runtime prints when the program dies, which a
// program without a terminal would lose. It holds stacks, never evidence.
func crashFile(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder %s: %w", dir, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "crash.txt"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("making the crash file: %w", err)
	}
	if err := debug.SetCrashOutput(file, debug.CrashOptions{}); err != nil {
		return nil, fmt.Errorf("setting the crash file: %w", err)
	}
	return file, nil
}
