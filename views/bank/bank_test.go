package bank_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/bank"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// desk remembers what the screen asks for.
type desk struct {
	*viewstest.Desk
	mu     sync.Mutex
	asked  []string
	during func() // an import calls it, and then waits for the end of its context
}

func (d *desk) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
}

func (d *desk) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asked)
}

func (d *desk) FindBankItems(ctx context.Context, f model.BankItemFilter, after string, limit int) ([]model.BankItem, error) {
	d.note("find " + f.BankID + "|" + f.Words + "|" + f.State + "|" + after)
	return d.Desk.FindBankItems(ctx, f, after, limit)
}

func (d *desk) DisableBankItem(_ context.Context, id string, disabled bool) error {
	d.note("disable " + id + map[bool]string{true: " out", false: " in"}[disabled])
	return nil
}

func (d *desk) DescribeBankItem(_ context.Context, id string, t model.BankItemText) error {
	d.note("describe " + id + "|" + t.Name + "|" + t.Source + "|" + t.Licence + "|" + t.Note)
	return nil
}

func (d *desk) ExportBank(_ context.Context, id, path string, progress func(int, int)) (app.BankExported, error) {
	progress(1, 2)
	d.note("export " + id + " " + path)
	return app.BankExported{Path: path, Items: 2}, nil
}

func (d *desk) ImportBank(ctx context.Context, id, path string, progress func(int, int)) (app.Import, error) {
	progress(1, 2)
	d.note("import " + id + " " + path)
	if d.during != nil {
		d.during()
		<-ctx.Done()
		d.note("cancelled")
		return app.Import{}, ctx.Err()
	}
	return app.Import{Added: 1, Skipped: []string{"x: is cut off"}}, nil
}

func open(t *testing.T) (*viewstest.Window, *desk) {
	t.Helper()
	d := &desk{Desk: viewstest.NewDesk(20)}
	w := viewstest.NewWindow(t, d)
	w.Add(shell.Bank, bank.New(w.Shell, d))
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Bank})
	w.Pump.Settle()
	return w, d
}

func last(d *desk) string {
	all := d.said()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func TestFilterBySearchAndState(t *testing.T) {
	w, d := open(t)
	w.Type("f")
	if got := last(d); got != "find b-stock||matched|" {
		t.Errorf("F asked for %q", got)
	}
	w.Type("fff")
	if got := last(d); got != "find b-stock||hash-only|" {
		t.Errorf("F four times asked for %q", got)
	}
	w.Type("/gard")
	w.Pump.Advance(searchPause)
	if got := last(d); got != "find b-stock|gard|hash-only|" {
		t.Errorf("the search asked for %q", got)
	}
	w.Press(fyne.KeyEscape)
	w.Type("]") // a key of the screen again: the next bank, found in alike
	if got := last(d); got != "find b-banned|gard|hash-only|" {
		t.Errorf("the next bank asked for %q", got)
	}
}

const searchPause = 300 * time.Millisecond

func TestDescribeDisableAndExportByKey(t *testing.T) {
	w, d := open(t)
	w.Type("jx")
	if !slices.Contains(d.said(), "disable b-stock-001 out") {
		t.Errorf("%q", d.said())
	}
	w.Type("e")
	w.Type("!")
	w.Press(fyne.KeyReturn)
	found := ""
	for _, s := range d.said() {
		if strings.HasPrefix(s, "describe b-stock-001|") {
			found = s
		}
	}
	if !strings.Contains(found, "!") || !strings.Contains(found, "|Lyse Stock|CC BY|the catalogue's title page") {
		t.Errorf("%q", found)
	}
	w.Type("o")
	w.Press(fyne.KeyReturn)
	found = ""
	for _, s := range d.said() {
		if strings.HasPrefix(s, "export b-stock ") {
			found = s
		}
	}
	if !strings.HasSuffix(found, "stock-photos-lyse-stock.zip") {
		t.Errorf("%q", found)
	}
}

func TestAnImportCanBeCancelled(t *testing.T) {
	w, d := open(t)
	d.during = func() {
		w.Pump.Do(func() {
			for _, key := range "iC" { // another one is not begun meanwhile
				w.Win.Canvas().OnTypedRune()(key)
			}
		})
	}
	w.Type("i/x.zip")
	w.Press(fyne.KeyReturn)
	if got := d.said(); !slices.Contains(got, "cancelled") {
		t.Errorf("%q", got)
	}
	d.during = nil
	w.Type("i/y.csv")
	w.Press(fyne.KeyReturn)
	if got := d.said(); !slices.Contains(got, "import b-stock /y.csv") {
		t.Errorf("after a cancelled import: %q", got)
	}
}
