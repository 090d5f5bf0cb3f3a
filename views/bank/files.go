package bank

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
)

// askImport asks for a folder or file by its path, so that it works by
// keyboard; the system's own choosers are a button away.
func (v *View) askImport() {
	bank, ok := v.current()
	if !ok || v.busy {
		return
	}
	path := show.NewEntry("/path/to/photos, stock.zip or hashes.csv")
	run := func() {
		text := strings.TrimSpace(path.Text)
		v.sh.CloseOverlay()
		if text != "" {
			v.runImport(bank, text)
		}
	}
	path.OnSubmitted = func(string) { run() }
	path.OnEscape(v.sh.CloseOverlay)
	folder := show.NewButton("Choose a folder …", theme.FolderOpenIcon(), func() {
		v.sh.CloseOverlay()
		dialog.ShowFolderOpen(func(uri fyne.ListableURI, err error) {
			switch {
			case err != nil:
				v.sh.Fail("choosing a folder", err)
			case uri != nil:
				v.runImport(bank, uri.Path())
			}
		}, v.sh.Window())
	})
	file := show.NewButton("Choose a file …", theme.FileIcon(), func() {
		v.sh.CloseOverlay()
		dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
			if err != nil {
				v.sh.Fail("choosing a file", err)
			}
			if file == nil {
				return
			}
			name := file.URI().Path()
			if err := file.Close(); err != nil {
				v.sh.Fail("choosing a file", err)
				return
			}
			v.runImport(bank, name)
		}, v.sh.Window())
	})
	v.ask("Import into "+show.SafeLine(bank.Name), path,
		show.NewBox(10, show.NewPara("A photo, a folder with all below it, a ZIP file, or a list of hashes (CSV, JSON) as exchanges write them: PDQ, perception and difference hashes, SHA-256. "+
			"Pictures are copied into the store. What cannot be read is named afterwards.").Muted(), path,
			show.NewRow(8, show.Own(folder), show.Own(file), show.Grow(show.Gap(1, 1), 1))),
		show.NewButton("Import", theme.ConfirmIcon(), run).Primary())
}

// begin marks a long work on files as under way; its context ends with Cancel.
func (v *View) begin(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	v.sh.Do(func() {
		v.cancel = cancel
		v.stop.Show()
	})
	return ctx, cancel
}

func (v *View) end() {
	v.busy, v.cancel = false, nil
	v.state.SetText("")
	v.stop.Hide()
	v.showBanks()
}

func (v *View) cancelFiles() {
	if v.cancel != nil {
		v.cancel()
		v.state.SetText("Cancelling …")
	}
}

// tell shows how far something is.
func (v *View) tell(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	v.sh.Do(func() {
		if v.busy {
			v.state.SetText(text)
		}
	})
}

func (v *View) runImport(bank model.Bank, path string) {
	v.busy = true
	v.showBanks()
	v.state.SetText("Importing …")
	shell.Act(v.sh, func(ctx context.Context) (app.Import, error) {
		ctx, cancel := v.begin(ctx)
		defer cancel()
		result, err := v.desk.ImportBank(ctx, bank.ID, path, func(done, total int) {
			v.tell("Importing: %s of %s", show.Number(int64(done)), show.Number(int64(total)))
		})
		if err != nil {
			return result, err
		}
		return result, v.desk.Detect(ctx, func(phase string, done, _ int64) {
			v.tell("%s: %s", show.Capital(phase), show.Number(done))
		})
	}, func(result app.Import, err error) {
		v.end()
		switch {
		case errors.Is(err, context.Canceled):
			v.sh.Tell("Cancelled. What was in the bank by then stays in it.")
		case err != nil:
			v.sh.Fail("importing", err)
		default:
			text := fmt.Sprintf("%s added, %d were there already.", show.Count(result.Added, "item", "items"), result.Known)
			if n := len(result.Skipped); n > 0 {
				text += fmt.Sprintf(" %s left out: %s", show.Count(n, "entry was", "entries were"), strings.Join(result.Skipped[:min(n, 3)], "; "))
				if n > 3 {
					text += fmt.Sprintf(" and %d more.", n-3)
				}
			}
			v.state.SetText(text)
			v.sh.Tell(text)
		}
		v.Refresh()
		v.sh.RefreshStatus()
	})
}

// askExport asks where to export the bank to.
func (v *View) askExport() {
	bank, ok := v.current()
	if !ok || v.busy {
		return
	}
	v.sh.Ask(shell.Ask{
		Title: "Export " + show.SafeLine(bank.Name), Confirm: "Export",
		Note:   "The end of the name says what is written: .zip holds the pictures and all that is noted of them, .csv and .json the hashes and the notes. Importing the file gives the same bank.",
		Fields: []shell.AskField{{Label: "File", Value: exportName(bank)}},
		Then: func(answers []string) {
			if path := strings.TrimSpace(answers[0]); path != "" {
				v.runExport(bank, path)
			}
		},
	})
}

// exportName proposes a file in the user's own folder.
func exportName(bank model.Bank) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '-'
	}, bank.Name), "-")
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return filepath.Join(home, or(name, "bank")+".zip")
}

func (v *View) runExport(bank model.Bank, path string) {
	v.busy = true
	v.showBanks()
	v.state.SetText("Exporting …")
	shell.Act(v.sh, func(ctx context.Context) (app.BankExported, error) {
		ctx, cancel := v.begin(ctx)
		defer cancel()
		return v.desk.ExportBank(ctx, bank.ID, path, func(done, total int) {
			v.tell("Exporting: %s of %s", show.Number(int64(done)), show.Number(int64(total)))
		})
	}, func(done app.BankExported, err error) {
		v.end()
		switch {
		case errors.Is(err, context.Canceled):
			v.sh.Tell("Cancelled. No file was written.")
		case err != nil:
			v.sh.Fail("exporting the bank", err)
		default:
			text := fmt.Sprintf("%s in %s.", show.Count(done.Items, "item is", "items are"), show.SafeLine(done.Path))
			v.state.SetText(text)
			v.sh.Tell(text)
		}
	})
}
