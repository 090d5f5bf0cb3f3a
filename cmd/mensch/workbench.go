package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	platform "mensch/app/sync"
	assetsdemo "mensch/assets/demo"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/community"
	"mensch/cmd/mensch-platform/demo"
	"mensch/views"
	"mensch/views/shell"
)

// demoSeed says which community the demo is.
const demoSeed = 1

// workbench holds the one window and what is behind it: a desk, and the
// in-process platform while the demo is open.
type workbench struct {
	ctx   context.Context
	app   fyne.App
	flags flags
	log   *slog.Logger
	win   fyne.Window

	mu   sync.Mutex
	desk *app.Desk
	demo *demo.Demo
	stop context.CancelFunc // of the desk's background work
	done chan struct{}
}

func newWorkbench(ctx context.Context, a fyne.App, f flags, log *slog.Logger) *workbench {
	return &workbench{ctx: ctx, app: a, flags: f, log: log}
}

// open opens what the flags say. The demo is prepared behind a window that
// says so, since making a community takes seconds.
func (w *workbench) open() error {
	if w.flags.demo {
		splash := views.NewSplash(w.app, "Preparing the demo community. The first time this takes about half a minute.")
		w.win = splash.Window
		go func() {
			desk, far, err := w.prepareDemo(w.ctx)
			fyne.Do(func() {
				if err != nil {
					w.log.Error("opening the demo", "error", err)
					splash.Say("The demo could not be opened. " + app.Sentence(err))
					return
				}
				w.show(desk, far, true)
			})
		}()
		return nil
	}
	config := workplace.Config{Dir: w.flags.dir, Server: w.flags.server, Token: os.Getenv("MENSCH_TOKEN")}
	config.Remember = config.Server != "" && config.Token != ""
	desk, err := workplace.Open(w.ctx, config)
	if errors.Is(err, workplace.ErrNoKeyring) {
		w.log.Warn("the token is not kept", "error", err)
		config.Remember = false
		desk, err = workplace.Open(w.ctx, config)
	}
	if err != nil {
		return err
	}
	w.show(desk, nil, desk.Server() != "")
	return nil
}

// prepareDemo starts the platform of the demo and a desk of its own, beside
// the user's store.
func (w *workbench) prepareDemo(ctx context.Context) (*app.Desk, *demo.Demo, error) {
	dir := filepath.Join(w.flags.dir, "demo")
	far, err := demo.Start(ctx, demo.Options{Dir: filepath.Join(dir, "platform"), Photos: assetsdemo.Photos, Seed: demoSeed})
	if err != nil {
		return nil, nil, fmt.Errorf("starting the demo's platform: %w", err)
	}
	desk, err := workplace.Open(ctx, workplace.Config{Dir: dir, Server: far.Base, Token: far.Token})
	if err != nil {
		return nil, nil, errors.Join(err, far.Stop())
	}
	if err := stockDemoBanks(ctx, desk); err != nil {
		return nil, nil, errors.Join(err, desk.Close(), far.Stop())
	}
	return desk, far, nil
}

// show builds the window over a desk. It runs on the UI thread or before it
// began. syncNow begins a sync at once.
func (w *workbench) show(desk *app.Desk, far *demo.Demo, syncNow bool) {
	w.mu.Lock()
	old, oldDemo, oldStop, oldDone := w.desk, w.demo, w.stop, w.done
	ctx, stop := context.WithCancel(w.ctx)
	w.desk, w.demo, w.stop, w.done = desk, far, stop, make(chan struct{})
	done := w.done
	w.mu.Unlock()

	sh := views.New(w.app, desk, views.Options{Window: w.win, Doors: &doors{w}, Languages: desk.Languages(), Navigated: func(r shell.Route) {
		w.log.Debug("shown", "screen", r.Screen, "case", r.CaseID)
	}})
	w.win = sh.Window()
	go func() {
		defer close(done)
		desk.Run(ctx)
	}()
	if far == nil && desk.Server() == "" {
		sh.Open(shell.Route{Screen: shell.FirstRun})
	} else {
		sh.Open(shell.Route{Screen: shell.Queue})
	}
	w.win.Show()
	sh.Start()
	if syncNow {
		sh.ToggleSync()
	}
	if old != nil {
		go w.retire(old, oldDemo, oldStop, oldDone)
	}
}

// retire closes a desk that the window no longer shows.
func (w *workbench) retire(desk *app.Desk, far *demo.Demo, stop context.CancelFunc, done chan struct{}) {
	if err := closeAll(desk, far, stop, done); err != nil {
		w.log.Error("closing the desk before", "error", err)
	}
}

func closeAll(desk *app.Desk, far *demo.Demo, stop context.CancelFunc, done chan struct{}) error {
	stop()
	<-done
	err := desk.Close()
	if far != nil {
		err = errors.Join(err, far.Stop())
	}
	return err
}

func (w *workbench) close() error {
	w.mu.Lock()
	desk, far, stop, done := w.desk, w.demo, w.stop, w.done
	w.mu.Unlock()
	if desk == nil {
		return nil
	}
	return closeAll(desk, far, stop, done)
}

// doors are the ways out of the first run.
type doors struct{ w *workbench }

// OpenDemo prepares the demo and shows it.
func (d *doors) OpenDemo(ctx context.Context) error {
	desk, far, err := d.w.prepareDemo(ctx)
	if err != nil {
		return err
	}
	fyne.Do(func() { d.w.show(desk, far, true) })
	return nil
}

// Connect asks the platform who the token belongs to before anything is kept.
func (d *doors) Connect(ctx context.Context, server, token string) error {
	link, err := platform.NewHTTP(server, token, platform.HTTPOptions{})
	if err != nil {
		return err
	}
	name, _, err := link.Whoami(ctx)
	if err != nil {
		return err
	}
	d.w.mu.Lock()
	desk := d.w.desk
	inDemo := d.w.demo != nil
	d.w.mu.Unlock()
	if inDemo {
		// The demo's store stays the demo's; the platform gets the user's own.
		config := workplace.Config{Dir: d.w.flags.dir, Server: server, Token: token, Moderator: name, Remember: true}
		if desk, err = workplace.Open(ctx, config); errors.Is(err, workplace.ErrNoKeyring) {
			config.Remember = false
			desk, err = workplace.Open(ctx, config)
		}
		if err != nil {
			return err
		}
		fyne.Do(func() { d.w.show(desk, nil, true) })
		return nil
	}
	if err := desk.Remember(ctx, server); err != nil {
		return err
	}
	if err := workplace.SaveToken(link.Server(), token); err != nil {
		d.w.log.Warn("the token is not kept", "error", err)
	}
	desk.Connect(link, link.Server())
	fyne.Do(func() { d.w.show(desk, nil, true) })
	return nil
}

// stockDemoBanks gives the demo's desk the pictures that the community's
// frauds took theirs from, the first time.
func stockDemoBanks(ctx context.Context, desk *app.Desk) error {
	have, err := desk.Banks(ctx)
	if err != nil || len(have) > 0 {
		return err
	}
	bank, pictures, err := community.Bank(assetsdemo.Photos)
	if err != nil {
		return fmt.Errorf("making the demo's banks: %w", err)
	}
	files := map[string][]app.BankFile{}
	kinds := map[string]model.BankKind{}
	var order []string
	for _, p := range bank {
		if _, known := kinds[p.Bank]; !known {
			kinds[p.Bank] = p.Kind
			order = append(order, p.Bank)
		}
		data := pictures[p.PhotoID]
		files[p.Bank] = append(files[p.Bank], app.BankFile{
			Name: p.Name, Source: p.Source, Licence: p.Licence, Note: p.Note,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		})
	}
	for _, name := range order {
		bank, err := desk.EnsureBank(ctx, name, kinds[name])
		if err != nil {
			return fmt.Errorf("making the demo's bank %s: %w", name, err)
		}
		if _, err := desk.AddToBank(ctx, bank.ID, files[name], nil); err != nil {
			return fmt.Errorf("filling the demo's bank %s: %w", name, err)
		}
	}
	return nil
}
