package casefile

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// askExport asks where to seal the case to. The path is a field, so that it
// works by keyboard and may be pasted.
func (v *View) askExport() {
	if !v.have || v.exporting {
		return
	}
	id := v.file.Case.ID
	path := show.NewEntry("/path/to/a/file.zip")
	redacted := false
	suggest := func() { path.SetText(filepath.Join(exportFolder(), app.ExportName(id, redacted))) }
	suggest()
	offered := path.Text
	check := show.NewCheck("The copy for the expert: nobody else's names, words or photos", func(on bool) {
		untouched := path.Text == offered
		redacted = on
		if untouched {
			suggest()
			offered = path.Text
		}
	})
	run := func() {
		to := strings.TrimSpace(path.Text)
		v.sh.CloseOverlay()
		v.export(id, to, redacted)
	}
	path.OnSubmitted = func(string) { run() }
	path.OnEscape(v.sh.CloseOverlay)
	card := show.NewGround(look.Surface, 0, show.NewBox(12,
		show.NewLine("Seal this case as one file").Bold().Sized(look.Title),
		show.NewPara("A page that opens anywhere and prints, the same as data, the photos, and the proofs from the audit log, signed. “menschctl verify” finds any byte that was changed.").Muted(),
		path, check,
		show.NewRow(8, show.Grow(show.Gap(1, 1), 1), show.Own(show.NewButton("Cancel (Esc)", nil, v.sh.CloseOverlay).Quiet()),
			show.Own(show.NewButton("Seal it (Enter)", theme.DocumentSaveIcon(), run).Primary())))).Pad(20, 16, 20, 16)
	width := min(v.sh.Window().Canvas().Size().Width-80, 620)
	v.sh.Overlay(card, fyne.NewSize(width, show.HeightFor(card, width)+4))
	v.sh.Window().Canvas().Focus(path)
}

func (v *View) export(caseID, path string, redacted bool) {
	v.exporting = true
	shell.Act(v.sh, func(ctx context.Context) (app.Exported, error) { return v.desk.ExportFile(ctx, caseID, path, redacted) },
		func(done app.Exported, err error) {
			v.exporting = false
			if err != nil {
				v.sh.Fail("exporting the case", err)
				return
			}
			v.sh.Tell("The case is sealed in " + show.SafeLine(done.Path) + ", " + show.Number(done.Bytes/1024) + " KiB.")
		})
}

// exportFolder is where a person looks for what they saved.
func exportFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	for _, name := range []string{"Documents", "Downloads"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name)
		}
	}
	return home
}
