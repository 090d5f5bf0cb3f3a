// Package views is the window of Mensch: a small shell and one package per
// screen. Nothing outside views and cmd/mensch imports Fyne.
//
//	look      the theme: colours, sizes, a colour per guideline
//	show      widgets that the screens share; text from outside made safe
//	shell     the frame: navigation, keyboard, status line, errors, undo, background work
//	verdict   saying what two photos are to each other, for compare and sheet
//	viewstest a made-up desk, a pump and a keyboard for tests and pictures
//	shots     pictures of every screen
//	queue, casefile, compare, sheet, transcript, decide, sync, bank, rules, settings, firstrun
//
// # A screen
//
// A package per screen declares the interface that it consumes of app.Desk
// (only the methods it calls), and a constructor New(sh *shell.Shell, desk
// Desk, …) *View. View implements shell.Screen:
//
//	Title, Subtitle   the header; call sh.Retitle when they change
//	Content           made once, kept for the life of the window
//	Keys              shell.Rune, shell.Named, shell.Chord; asked for at each press and by the help
//	Open(Route)       called each time it comes to sight: start loading
//	Leave             cancel the loads (work.Cancel)
//
// and, where it applies, shell.Actions (header buttons), shell.Refresher (data
// changed: a sync ended, a decision was made), shell.Ticker (once a second),
// shell.Themed (fetch own colours anew). views.New adds every screen to the
// shell under its name (shell.Queue and the rest); screens reach each other by
// sh.Open(shell.Route{Screen: shell.Case, CaseID: id}) and never import each
// other.
//
// # Threads
//
// Every method of a screen runs on the UI thread and returns at once. What
// needs the desk runs through a Work:
//
//	v.work = sh.Work(func(busy bool) { … })           // once; busy may be nil
//	shell.Load(v.work, func(ctx context.Context) (T, error) { return desk.X(ctx, …) },
//		func(value T, err error) { … })            // on the UI thread
//
// Load cancels what the same Work has under way and drops its result; Also
// runs beside it; shell.Act is for what must not be cut off by leaving the
// screen (verdicts, notes). Panics come as errors. Progress from inside work
// comes back by sh.Do. Never call fyne.Do, go, or time.AfterFunc in a screen:
// sh.Do, shell.Load and sh.After are replaced in tests.
//
// # Errors
//
// sh.Fail("keeping the note", err) says a sentence with Details; sh.Tell says
// what went well for six seconds.
//
// # Keys and focus
//
// Use show.Button, show.Check, show.Entry, show.Picker and show.Tap in place
// of Fyne's widgets: they give keys that they don't use to the shell's router,
// so that a screen's keys work wherever the focus is. Printable keys are
// shell.Rune, never shell.Named. While the focus is in a field its text keys
// stay there; chords still act. Fyne's own Select, Slider, List, Table and
// RadioGroup swallow keys: use show.Picker, show.Slider and show.List.
//
// # Layout
//
// Fyne has no height for a width. show.Box (downwards), show.Row (columns),
// show.Flow (wrapping), show.Ground (padding and colour), show.NewPanel and
// show.Scroll have (show.Tall), so wrapped text (show.Para) is laid out once.
// Texts from outside go through show.Line (one line, cut) or show.Para
// (wrapped, highlights by byte offsets), which make hidden characters visible;
// never through widget.Label, RichText or Markdown.
package views
