// Package bank is the screen of the banks: the known images that profile
// photos are matched against.
package bank

import (
	"context"
	"image"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
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
	FindBankItems(ctx context.Context, filter model.BankItemFilter, after string, limit int) ([]model.BankItem, error)
	DescribeBankItem(ctx context.Context, itemID string, text model.BankItemText) error
	MatchRecord(ctx context.Context) (app.MatchRecord, error)
	ImportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (app.Import, error)
	ExportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (app.BankExported, error)
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

	banks  []model.Bank
	bank   string
	items  []model.BankItem
	record app.MatchRecord
	filter model.BankItemFilter // of the bank in sight; its BankID is left empty
	more   bool
	busy   bool
	cancel context.CancelFunc // of the import or export under way

	bankList  *show.Box
	list      *show.List
	search    *show.Entry
	states    *show.Picker
	empty     *show.Para
	state     *show.Para
	stop      *show.Button
	large     *show.Photo
	facts     *show.Box
	side      *show.Scroll
	disable   *show.Button
	describe  *show.Button
	about     *show.Box
	importing *show.Button
	exporting *show.Button
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
	v.state = show.NewPara("").Muted().Small()
	v.stop = show.NewButton("Cancel (Shift+C)", theme.CancelIcon(), v.cancelFiles)
	v.stop.Hide()
	v.search = show.NewEntry("Find in this bank (/)")
	v.search.OnChanged = v.find
	v.search.OnEscape(v.unfocus)
	v.search.OnSubmitted = func(string) { v.unfocus() }
	v.states = show.NewPicker(stateSays(""), v.stateOptions)
	v.large = show.NewPhoto(largeSide, largeSide)
	v.facts = show.NewBox(8)
	v.disable = show.NewButton("Take out of matching  (x)", theme.VisibilityOffIcon(), v.toggle)
	v.describe = show.NewButton("Edit what is noted …  (e)", theme.DocumentCreateIcon(), v.askDescribe)
	v.about = show.NewBox(6)
	v.importing = show.NewButton("Import …  (i)", theme.FolderOpenIcon(), v.askImport).Primary()
	v.exporting = show.NewButton("Export …  (o)", theme.DocumentSaveIcon(), v.askExport)

	banks := container.NewBorder(nil,
		show.NewGround("", 10, show.NewBox(6, show.NewButton("New bank …  (n)", theme.ContentAddIcon(), v.askBank), v.importing, v.exporting)),
		nil, nil, show.NewScroll(show.NewGround("", 8, v.bankList)))
	head := show.NewGround(look.Surface, 0, show.NewRow(10, show.Grow(v.search, 1), show.Fix(v.states, 138))).Pad(14, 8, 14, 8).Below()
	foot := show.NewGround(look.Surface, 0, show.NewRow(10, show.Grow(v.state, 1), show.Own(v.stop))).Pad(14, 6, 14, 6).Above()
	items := show.NewBanded(head, foot, container.NewStack(v.list, show.NewScroll(show.NewGround("", 24, v.empty))))
	v.side = show.NewScroll(show.NewGround("", 0, show.NewBox(12, v.large, show.NewBox(6, v.disable, v.describe), v.facts, v.about)).Pad(16, 16, 16, 16))
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
	r.Set(show.NewGround("", 0, show.NewRow(12, show.Fix(r.photo, thumbSide), show.Grow(show.NewBox(1, r.name, r.note), 1), show.Fix(r.chip, 104))).Pad(14, 5, 14, 5))
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
	switch {
	case item.Disabled:
		r.chip.Set("Taken out", look.Muted)
	case doubtful(item):
		r.chip.Set("Often refuted", theme.ColorNameWarning)
	default:
		r.chip.Set("Matched", theme.ColorNameSuccess)
	}
	r.id = item.ID
	v.picture(r.photo, item, thumbPixel, thumbSide*2, func() bool { return r.id == item.ID })
}

// doubtful says whether moderators refuted an item's matches often.
func doubtful(item model.BankItem) bool { return item.Refuted >= 2 && item.Refuted >= item.Confirmed }

func about(item model.BankItem) string {
	words := make([]string, 0, 4)
	judged := ""
	if item.Confirmed+item.Refuted > 0 {
		judged = strconv.Itoa(item.Confirmed) + " confirmed, " + strconv.Itoa(item.Refuted) + " refuted"
	}
	for _, w := range []string{judged, item.Source, item.Licence, item.Note} {
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
	if item.PhotoID == "" || item.HashOnly {
		p.Blank("#") // only hashes are known
		return
	}
	p.Blank(item.Name)
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
		shell.Rune('e', "Edit what is noted of the image", v.askDescribe),
		shell.Rune('/', "Find in this bank", v.focusSearch),
		shell.Rune('f', "Show all, matched, taken out, refuted, or only hashes", v.nextState),
		shell.Rune('i', "Import photos, a ZIP file or a list of hashes", v.askImport),
		shell.Rune('o', "Export the bank", v.askExport),
		shell.Rune('C', "Cancel the import or export", v.cancelFiles),
		shell.Rune('n', "Make a new bank", v.askBank),
		shell.Rune(' ', "Show or blur the image", func() { v.large.Reveal(v.large.Hidden()) }).Labelled("Space"),
	}
}

// Open loads the banks.
func (v *View) Open(shell.Route) { v.Refresh() }

// Leave cancels the loads; an import or export goes on.
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
		shell.Also(v.work, v.desk.MatchRecord, func(record app.MatchRecord, err error) {
			if err != nil {
				v.sh.Fail("reading the verdicts on matches", err)
				return
			}
			v.record = record
			v.details()
		})
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
	_, chosen := v.current()
	for _, b := range []*show.Button{v.importing, v.exporting} {
		if chosen && !v.busy {
			b.Enable()
		} else {
			b.Disable()
		}
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
	filter := v.filterOf(id)
	shell.Load(v.work, func(ctx context.Context) ([]model.BankItem, error) { return v.desk.FindBankItems(ctx, filter, "", n) },
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
	filter, after := v.filterOf(v.bank), v.items[len(v.items)-1].ID
	shell.Also(v.work, func(ctx context.Context) ([]model.BankItem, error) {
		return v.desk.FindBankItems(ctx, filter, after, pageSize)
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
		v.empty.SetText("This bank is empty. Import photos, a ZIP file or a list of hashes with I.")
		if v.filter != (model.BankItemFilter{}) {
			v.empty.SetText("Nothing in this bank is like that. F shows other states, / finds other words.")
		}
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
