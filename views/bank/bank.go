// Package bank is the screen of the banks: the known images that profile
// photos are matched against.
package bank

import (
	"context"
	"fmt"
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	Banks(ctx context.Context) ([]model.Bank, error)
	CreateBank(ctx context.Context, name string, kind model.BankKind) error
	BankItems(ctx context.Context, bankID, after string, limit int) ([]model.BankItem, error)
	ImportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (app.Import, error)
	DisableBankItem(ctx context.Context, itemID string, disabled bool) error
	Detect(ctx context.Context, progress func(phase string, done, total int64)) error
	Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error)
}

const (
	pageSize   = 200
	thumbSide  = 44
	thumbPixel = 200 * 200
	largeSide  = 300
)

// View is the screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	content fyne.CanvasObject
	work    *shell.Work // banks and items
	thumbs  *shell.Work
	album   *shell.Album

	banks []model.Bank
	bank  string
	items []model.BankItem
	more  bool
	busy  bool

	bankList  *show.Box
	list      *show.List
	empty     *show.Para
	state     *show.Line
	large     *show.Photo
	facts     *show.Box
	side      *show.Scroll
	disable   *show.Button
	importing *show.Button
}

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, album: shell.NewAlbum(desk, 400)}
	v.work, v.thumbs = sh.Work(nil), sh.Work(nil)
	v.bankList = show.NewBox(2)
	v.list = show.NewList(v.newRow, func(i int, o fyne.CanvasObject, _ bool) { v.fill(i, o.(*row)) })
	v.list.OnSelect = func(int) { v.details() }
	v.list.OnScroll = func(_, last int) {
		if v.more && last >= len(v.items)-20 {
			v.loadMore()
		}
	}
	v.empty = show.NewPara("").Muted()
	v.state = show.NewLine("").Muted().Small()
	v.large = show.NewPhoto(largeSide, largeSide)
	v.facts = show.NewBox(8)
	v.disable = show.NewButton("Take out of matching (X)", theme.VisibilityOffIcon(), v.toggle)
	v.importing = show.NewButton("Import photos … (I)", theme.FolderOpenIcon(), v.askImport).Primary()

	banks := container.NewBorder(nil,
		show.NewGround("", 10, show.NewBox(6, show.NewButton("New bank … (N)", theme.ContentAddIcon(), v.askBank), v.importing)),
		nil, nil, show.NewScroll(show.NewGround("", 8, v.bankList)))
	items := show.NewBanded(nil, show.NewGround(look.Surface, 0, v.state).Pad(14, 6, 14, 6).Above(),
		container.NewStack(v.list, show.NewScroll(show.NewGround("", 24, v.empty))))
	v.side = show.NewScroll(show.NewGround("", 0, show.NewBox(12, v.large, v.disable, v.facts)).Pad(16, 16, 16, 16))
	v.content = container.New(&columns{}, show.NewGround(look.Surface, 0, banks), items, show.NewGround(look.Surface, 0, v.side))
	return v
}

// columns lays out the banks, the items and the chosen item.
type columns struct{}

func (*columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	s := look.Size(theme.SizeNameText) / 13
	left, right := min(230*s, size.Width*0.25), min((largeSide+36)*s, size.Width*0.35)
	x := float32(0)
	for i, w := range []float32{left, size.Width - left - right, right} {
		o[i].Move(fyne.NewPos(x, 0))
		o[i].Resize(fyne.NewSize(w, size.Height))
		x += w
	}
}

func (*columns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(720, 240) }

type row struct {
	show.Box
	photo      *show.Photo
	name, note *show.Line
	chip       *show.Chip
	id         string
}

func (v *View) newRow() fyne.CanvasObject {
	r := &row{photo: show.NewPhoto(thumbSide, thumbSide), name: show.NewLine(""), note: show.NewLine("").Muted().Small(), chip: show.NewChip("", look.Muted)}
	r.Set(show.NewGround("", 0, show.NewRow(12, show.Fix(r.photo, thumbSide), show.Grow(show.NewBox(1, r.name, r.note), 1), show.Fix(r.chip, 92))).Pad(14, 5, 14, 5))
	r.ExtendBaseWidget(r)
	return r
}

func (v *View) fill(i int, r *row) {
	if i >= len(v.items) {
		return
	}
	item := v.items[i]
	r.name.SetText(item.Name)
	r.note.SetText(about(item))
	r.chip.Set("Matched", theme.ColorNameSuccess)
	if item.Disabled {
		r.chip.Set("Taken out", look.Muted)
	}
	r.id = item.ID
	v.picture(r.photo, item, thumbPixel, thumbSide*2, func() bool { return r.id == item.ID })
}

func about(item model.BankItem) string {
	words := make([]string, 0, 3)
	for _, w := range []string{item.Source, item.Licence, item.Note} {
		if w != "" {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return "No source or licence noted"
	}
	return strings.Join(words, "   ·   ")
}

// picture fills a photo widget, if wanted still holds when it has come.
func (v *View) picture(p *show.Photo, item model.BankItem, pixels, square int, wanted func() bool) {
	p.Blank(item.Name)
	if item.PhotoID == "" {
		p.Fail("only a hash")
		return
	}
	v.album.Get(v.thumbs, item.PhotoID, pixels, square, func(pic shell.Picture, err error) {
		switch {
		case !wanted():
		case err != nil:
			p.Fail("not readable")
		default:
			p.Set(pic.Clear, pic.Blurred, v.sh.Blurred())
		}
	})
}

// Title is the screen's name.
func (v *View) Title() string { return "Banks of known images" }

// Subtitle names the bank in sight.
func (v *View) Subtitle() string {
	if b, ok := v.current(); ok {
		return b.Name + "   ·   " + kindSays(b.Kind)
	}
	return ""
}

func kindSays(k model.BankKind) string {
	switch k {
	case model.BankStock:
		return "stock photos: no expert may show one as their own"
	case model.BankBanned:
		return "photos of banned accounts"
	case model.BankCopyrighted:
		return "copyrighted pictures"
	case model.BankLegitimate:
		return "known good: a match is silenced"
	}
	return string(k)
}

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	return []shell.Key{
		shell.Rune('j', "Next image", func() { v.list.Step(1) }),
		shell.Rune('k', "Previous image", func() { v.list.Step(-1) }),
		shell.Named(fyne.KeyDown, "Next image", func() { v.list.Step(1) }).Labelled(""),
		shell.Named(fyne.KeyUp, "Previous image", func() { v.list.Step(-1) }).Labelled(""),
		shell.Named(fyne.KeyPageDown, "A page further", func() { v.list.Step(v.list.PageRows()) }).Labelled(""),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.list.Step(-v.list.PageRows()) }).Labelled(""),
		shell.Rune('[', "Previous bank", func() { v.step(-1) }),
		shell.Rune(']', "Next bank", func() { v.step(1) }),
		shell.Rune('x', "Take the image out of matching, or put it back", v.toggle),
		shell.Rune('i', "Import a folder of photos, or one", v.askImport),
		shell.Rune('n', "Make a new bank", v.askBank),
		shell.Rune(' ', "Show or blur the image", func() { v.large.Reveal(v.large.Hidden()) }).Labelled("Space"),
	}
}

// Open loads the banks.
func (v *View) Open(shell.Route) { v.Refresh() }

// Leave cancels the loads; an import goes on.
func (v *View) Leave() { v.work.Cancel(); v.thumbs.Cancel() }

// Refresh loads the banks and the items of the one in sight.
func (v *View) Refresh() {
	shell.Load(v.work, v.desk.Banks, func(banks []model.Bank, err error) {
		if err != nil {
			v.sh.Fail("reading the banks", err)
			return
		}
		v.banks = banks
		if _, ok := v.current(); !ok {
			v.bank = ""
			if len(banks) > 0 {
				v.bank = banks[0].ID
			}
		}
		v.showBanks()
		v.loadItems()
	})
}

func (v *View) current() (model.Bank, bool) {
	for _, b := range v.banks {
		if b.ID == v.bank {
			return b, true
		}
	}
	return model.Bank{}, false
}

func (v *View) showBanks() {
	rows := make([]fyne.CanvasObject, 0, len(v.banks))
	for _, b := range v.banks {
		tap := show.NewTap(show.NewGround("", 0, show.NewRow(8, show.Grow(show.NewLine(b.Name), 1),
			show.Own(show.NewLine(show.Number(int64(b.Items))).Muted().Small().Whole()))).Pad(8, 6, 8, 6), func() { v.choose(b.ID) })
		tap.Choose(b.ID == v.bank, look.Selected)
		rows = append(rows, tap)
	}
	v.bankList.Set(rows...)
	v.sh.Retitle()
	if _, ok := v.current(); ok && !v.busy {
		v.importing.Enable()
	} else {
		v.importing.Disable()
	}
}

func (v *View) choose(id string) {
	if id != v.bank {
		v.bank, v.items = id, nil
		v.list.SetCount(0)
		v.showBanks()
		v.loadItems()
	}
}

func (v *View) step(by int) {
	for i, b := range v.banks {
		if b.ID == v.bank && i+by >= 0 && i+by < len(v.banks) {
			v.choose(v.banks[i+by].ID)
			return
		}
	}
}

func (v *View) loadItems() {
	id, n := v.bank, max(pageSize, len(v.items))
	if id == "" {
		v.take(nil, false)
		return
	}
	shell.Load(v.work, func(ctx context.Context) ([]model.BankItem, error) { return v.desk.BankItems(ctx, id, "", n) },
		func(items []model.BankItem, err error) {
			if err != nil {
				v.sh.Fail("reading the bank", err)
				return
			}
			v.take(items, len(items) == n)
		})
}

func (v *View) loadMore() {
	if v.work.Pending() || len(v.items) == 0 {
		return
	}
	id, after := v.bank, v.items[len(v.items)-1].ID
	shell.Also(v.work, func(ctx context.Context) ([]model.BankItem, error) {
		return v.desk.BankItems(ctx, id, after, pageSize)
	}, func(items []model.BankItem, err error) {
		if err != nil {
			v.sh.Fail("reading the bank", err)
			return
		}
		v.take(append(v.items, items...), len(items) == pageSize)
	})
}

func (v *View) take(items []model.BankItem, more bool) {
	at := max(0, v.list.Selected())
	v.items, v.more = items, more
	v.list.SetCount(len(items))
	v.list.Mark(min(at, len(items)-1))
	switch {
	case len(v.banks) == 0:
		v.empty.SetText("There is no bank yet. Make one with N: a stock bank for photos that anybody can buy, for instance.")
		v.empty.Show()
	case len(items) == 0:
		v.empty.SetText("This bank is empty. Import a folder of photos with I.")
		v.empty.Show()
	default:
		v.empty.Hide()
	}
	v.details()
}

func (v *View) selected() (model.BankItem, bool) {
	i := v.list.Selected()
	if i < 0 || i >= len(v.items) {
		return model.BankItem{}, false
	}
	return v.items[i], true
}

func (v *View) details() {
	item, ok := v.selected()
	if !ok {
		v.large.Hide()
		v.disable.Hide()
		v.facts.Set()
		v.side.Refresh()
		return
	}
	v.large.Show()
	v.disable.Show()
	v.picture(v.large, item, 4*largeSide*largeSide, 0, func() bool {
		now, ok := v.selected()
		return ok && now.ID == item.ID
	})
	label := "Take out of matching (X)"
	if item.Disabled {
		label = "Match with it again (X)"
	}
	v.disable.SetText(label)
	fact := func(name, value string) fyne.CanvasObject {
		if value == "" {
			value = "not noted"
		}
		return show.NewBox(0, show.NewLine(name).Muted().Small(), show.NewPara(value))
	}
	v.facts.Set(fact("Name", item.Name), fact("Source", item.Source), fact("Licence", item.Licence), fact("Note", item.Note), fact("Added", show.DateTime(item.AddedAt)))
	v.side.Refresh()
}

func (v *View) toggle() {
	item, ok := v.selected()
	if !ok {
		return
	}
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error {
		if err := v.desk.DisableBankItem(ctx, item.ID, !item.Disabled); err != nil {
			return err
		}
		return v.desk.Detect(ctx, nil)
	}), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail("changing the bank", err)
			return
		}
		v.sh.Changed()
	})
}

// askBank asks for a new bank's name and kind.
func (v *View) askBank() {
	name := show.NewEntry("Name of the bank")
	kind := model.BankStock
	create := func() {
		text := name.Text
		v.sh.CloseOverlay()
		shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.CreateBank(ctx, text, kind) }), func(_ shell.None, err error) {
			if err != nil {
				v.sh.Fail("making the bank", err)
				return
			}
			v.Refresh()
		})
	}
	var pick *show.Picker
	pick = show.NewPicker("Stock photos", func() []show.Option {
		var out []show.Option
		for _, k := range []model.BankKind{model.BankStock, model.BankBanned, model.BankCopyrighted, model.BankLegitimate} {
			label := show.Capital(kindSays(k))
			out = append(out, show.Option{Label: label, Chosen: k == kind, Pick: func() { kind = k; pick.SetText(label) }})
		}
		return out
	})
	name.OnSubmitted = func(string) { create() }
	name.OnEscape(v.sh.CloseOverlay)
	v.ask("New bank", name, show.NewBox(10, name, pick), show.NewButton("Make it", theme.ConfirmIcon(), create).Primary())
}

// ask shows a small form over the screen, with the focus in its first field.
func (v *View) ask(title string, first fyne.Focusable, form, confirm fyne.CanvasObject) {
	card := show.NewGround(look.Surface, 0, show.NewBox(12, show.NewLine(title).Bold().Sized(look.Title), form,
		show.NewRow(8, show.Grow(show.Gap(1, 1), 1), show.Own(show.NewButton("Cancel (Esc)", nil, v.sh.CloseOverlay).Quiet()), show.Own(confirm)))).Pad(20, 16, 20, 16)
	width := min(v.sh.Window().Canvas().Size().Width-80, 560)
	v.sh.Overlay(card, fyne.NewSize(width, show.HeightFor(card, width)+4))
	v.sh.Window().Canvas().Focus(first)
}

// askImport asks for a folder or file by its path, so that it works by
// keyboard; the system's own dialog is one button away.
func (v *View) askImport() {
	bank, ok := v.current()
	if !ok || v.busy {
		return
	}
	path := show.NewEntry("/path/to/a/folder/of/photos")
	run := func() {
		text := strings.TrimSpace(path.Text)
		v.sh.CloseOverlay()
		if text != "" {
			v.runImport(bank, text)
		}
	}
	path.OnSubmitted = func(string) { run() }
	path.OnEscape(v.sh.CloseOverlay)
	browse := show.NewButton("Choose a folder …", theme.FolderOpenIcon(), func() {
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
	v.ask("Import photos into "+show.SafeLine(bank.Name), path,
		show.NewBox(10, show.NewPara("Every picture in the folder and below it is copied into the store. What cannot be read is named afterwards.").Muted(), path,
			show.NewRow(0, show.Own(browse), show.Grow(show.Gap(1, 1), 1))),
		show.NewButton("Import", theme.ConfirmIcon(), run).Primary())
}

func (v *View) runImport(bank model.Bank, path string) {
	v.busy = true
	v.showBanks()
	tell := func(text string) { v.sh.Do(func() { v.state.SetText(text) }) }
	shell.Act(v.sh, func(ctx context.Context) (app.Import, error) {
		result, err := v.desk.ImportBank(ctx, bank.ID, path, func(done, total int) {
			tell(fmt.Sprintf("Importing: %s of %s", show.Number(int64(done)), show.Number(int64(total))))
		})
		if err != nil {
			return result, err
		}
		return result, v.desk.Detect(ctx, func(phase string, done, _ int64) {
			tell(fmt.Sprintf("%s: %s", show.Capital(phase), show.Number(done)))
		})
	}, func(result app.Import, err error) {
		v.busy = false
		v.state.SetText("")
		if err != nil {
			v.sh.Fail("importing photos", err)
		} else {
			text := fmt.Sprintf("%s added, %d were there already.", show.Count(result.Added, "photo", "photos"), result.Known)
			if n := len(result.Skipped); n > 0 {
				text += fmt.Sprintf(" %s skipped: %s", show.Count(n, "file was", "files were"), strings.Join(result.Skipped[:min(n, 3)], "; "))
			}
			v.state.SetText(text)
			v.sh.Tell(text)
		}
		v.Refresh()
		v.sh.RefreshStatus()
	})
}
