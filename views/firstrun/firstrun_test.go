package firstrun_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/views/firstrun"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

type doors struct {
	demos         int
	server, token string
	err           error
}

func (d *doors) OpenDemo(context.Context) error { d.demos++; return d.err }
func (d *doors) Connect(_ context.Context, server, token string) error {
	d.server, d.token = server, token
	return d.err
}

func open(t *testing.T, d *doors) *viewstest.Window {
	t.Helper()
	w := viewstest.NewWindow(t, viewstest.NewBase())
	w.Add(shell.FirstRun, firstrun.New(w.Shell, d))
	w.Open(shell.Route{Screen: shell.FirstRun})
	w.Pump.Settle()
	return w
}

func TestDemoByKey(t *testing.T) {
	d := &doors{}
	w := open(t, d)
	w.Type("d")
	if d.demos != 1 {
		t.Fatalf("D opened %d demos", d.demos)
	}
}

func TestConnectByKeyboard(t *testing.T) {
	d := &doors{}
	w := open(t, d)
	w.Press(fyne.KeyReturn)
	if d.server != "" {
		t.Fatal("nothing was typed, and it connected")
	}
	w.Win.Canvas().Unfocus()
	w.Type("c")
	w.Type("https://mod.example.com")
	w.Press(fyne.KeyReturn)
	w.Type(" s3cret ")
	w.Press(fyne.KeyReturn)
	if d.server != "https://mod.example.com" || d.token != "s3cret" {
		t.Fatalf("connected to %q with %q", d.server, d.token)
	}
	if d.demos != 0 {
		t.Fatal("a typed d opened the demo")
	}
}

func TestAFailureIsSaid(t *testing.T) {
	d := &doors{err: errors.New("the address does not answer")}
	w := open(t, d)
	w.Type("d")
	if !strings.Contains(w.Notice(), "does not answer") {
		t.Fatalf("the notice says %q", w.Notice())
	}
}
