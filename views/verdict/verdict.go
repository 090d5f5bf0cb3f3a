// Package verdict is what the screens that show pairs of photos share: saying
// what two photos are to each other, choosing the bank that a verdict fills, and
// taking verdicts back.
package verdict

import (
	"context"
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what verdicts need of the use cases.
type Desk interface {
	JudgeMatch(ctx context.Context, findingID string, word model.MatchWord, bankID string) (app.MatchJudged, error)
	UndoMatch(ctx context.Context, judgement int64) error
	VerdictBanks(ctx context.Context, word model.MatchWord) (banks []model.Bank, chosen string, err error)
}

// Judge keeps the verdicts of one screen. All methods are called on the UI
// thread.
type Judge struct {
	sh   *shell.Shell
	desk Desk
	said []said

	// Stands is told what is said of a finding now.
	Stands func(findingID string, word model.MatchWord, verdict model.Verdict)
	// Judged is told, after Stands, that a new verdict was kept.
	Judged func(findingID string, word model.MatchWord)
	// Undone is told, after Stands, that a verdict was taken back.
	Undone func(findingID string)
}

// said is a verdict that can be taken back.
type said struct {
	judgement int64
	finding   string
	word      model.MatchWord
	before    model.MatchWord
	verdict   model.Verdict // before
}

// mostSaid is how many verdicts of a visit can be taken back.
const mostSaid = 200

// New makes a judge.
func New(sh *shell.Shell, desk Desk) *Judge { return &Judge{sh: sh, desk: desk} }

// Forget lets go of what could be taken back, for another case.
func (j *Judge) Forget() { j.said = nil }

// Say keeps a verdict on a pair; a bank that is not chosen yet is asked for.
func (j *Judge) Say(pair app.PhotoPair, word model.MatchWord) { j.sayInto(pair, word, "") }

func (j *Judge) sayInto(pair app.PhotoPair, word model.MatchWord, bankID string) {
	shell.Act(j.sh, func(ctx context.Context) (app.MatchJudged, error) {
		return j.desk.JudgeMatch(ctx, pair.FindingID, word, bankID)
	}, func(judged app.MatchJudged, err error) {
		if errors.Is(err, app.ErrChooseBank) {
			j.SayChoosing(pair, word)
			return
		}
		if err != nil {
			j.sh.Fail("keeping the verdict", err)
			return
		}
		j.said = append(j.said, said{judged.Judgement.Seq, pair.FindingID, word, pair.Word, pair.Verdict})
		if len(j.said) > mostSaid {
			j.said = j.said[1:]
		}
		j.Stands(pair.FindingID, word, word.Verdict())
		j.sh.Tell(kept(word, judged.Bank))
		j.Judged(pair.FindingID, word)
		j.sh.RefreshStatus()
	})
}

func kept(word model.MatchWord, bank string) string {
	text := "The verdict is open again."
	switch word {
	case model.WordSamePicture:
		text = "Kept as evidence: both show the same picture."
	case model.WordSamePerson:
		text = "Kept as evidence: both show the same person."
	case model.WordStock:
		text = "Kept as evidence: a stock picture."
	case model.WordGraphic:
		text = "Dropped: a graphic, which is allowed."
	case model.WordUnrelated:
		text = "Dropped: the two photos are unrelated."
	}
	if bank != "" {
		text += fmt.Sprintf(" The photo is in the bank “%s” from the next sync on.", bank)
	}
	return text
}

// TakeBack undoes the last verdict.
func (j *Judge) TakeBack() {
	if len(j.said) == 0 {
		j.sh.Tell("There is no verdict of this visit to take back.")
		return
	}
	last := j.said[len(j.said)-1]
	shell.Act(j.sh, shell.Just(func(ctx context.Context) error { return j.desk.UndoMatch(ctx, last.judgement) }), func(_ shell.None, err error) {
		if n := len(j.said); n > 0 && j.said[n-1] == last {
			j.said = j.said[:n-1]
		}
		if err != nil {
			j.sh.Fail("taking the verdict back", err)
			return
		}
		j.Stands(last.finding, last.before, last.verdict)
		j.Undone(last.finding)
		text := "Taken back: “" + string(last.word) + "”."
		if last.word == model.WordOpen {
			text = "Taken back: the verdict stands again."
		}
		j.sh.Tell(text)
		j.sh.RefreshStatus()
	})
}

// SayChoosing asks into which bank the photo goes and keeps the verdict then.
func (j *Judge) SayChoosing(pair app.PhotoPair, word model.MatchWord) {
	type answer struct {
		banks  []model.Bank
		chosen string
	}
	shell.Act(j.sh, func(ctx context.Context) (answer, error) {
		banks, chosen, err := j.desk.VerdictBanks(ctx, word)
		return answer{banks, chosen}, err
	}, func(a answer, err error) {
		switch {
		case err != nil:
			j.sh.Fail("reading the banks", err)
		case len(a.banks) == 0:
			j.Say(pair, word) // which makes the first one
		default:
			j.ask(pair, word, a.banks, a.chosen)
		}
	})
}

func (j *Judge) ask(pair app.PhotoPair, word model.MatchWord, banks []model.Bank, chosen string) {
	question := "Into which bank do stock pictures go?"
	if word == model.WordGraphic {
		question = "Into which bank do graphics go?"
	}
	rows := []fyne.CanvasObject{show.NewLine(question).Bold().Sized(look.Title)}
	var keys []shell.Key
	for i, b := range banks[:min(9, len(banks))] {
		pick := func() {
			j.sh.CloseOverlay()
			j.sayInto(pair, word, b.ID)
		}
		name := show.NewLine(b.Name)
		if b.ID == chosen {
			name.Role(theme.ColorNamePrimary)
		}
		rows = append(rows, show.NewTap(show.NewGround("", 0, show.NewRow(10, show.Own(show.NewKeys(fmt.Sprint(i+1))), show.Grow(name, 1),
			show.Own(show.NewLine(show.Count(b.Items, "picture", "pictures")).Muted().Small().Whole()))).Pad(6, 5, 6, 5), pick))
		keys = append(keys, shell.Rune(rune('1'+i), b.Name, pick))
	}
	rows = append(rows, show.NewLine("The choice is remembered. Esc leaves everything as it is.").Muted().Small())
	card := show.NewGround("", 0, show.NewBox(6, rows...)).Pad(18, 14, 18, 14)
	const width = 460
	j.sh.Overlay(card, fyne.NewSize(width, show.HeightFor(card, width)), keys...)
}

// Keys are the keys of the verdicts; pair gives the pair that they are said of.
func (j *Judge) Keys(pair func() (app.PhotoPair, bool)) []shell.Key {
	on := func(run func(app.PhotoPair)) func() {
		return func() {
			if p, ok := pair(); ok {
				run(p)
			}
		}
	}
	say := func(r rune, text string, word model.MatchWord) shell.Key {
		return shell.Rune(r, text, on(func(p app.PhotoPair) { j.Say(p, word) })).In("Verdict")
	}
	return []shell.Key{
		say('a', "Same picture: keep as evidence", model.WordSamePicture),
		say('e', "Same person: keep as evidence", model.WordSamePerson),
		say('t', "Stock: keep, and into the bank", model.WordStock),
		say('g', "Graphic: drop, and into the bank", model.WordGraphic),
		say('r', "Unrelated: drop it", model.WordUnrelated),
		say('o', "Open the verdict again", model.WordOpen),
		shell.Rune('U', "Take the last verdict back", j.TakeBack).In("Verdict"),
		shell.Rune('B', "Stock, into a bank of your choice", on(func(p app.PhotoPair) { j.SayChoosing(p, model.WordStock) })).In("Verdict"),
	}
}

// Label says what stands on a pair, and its colour.
func Label(pair app.PhotoPair) (string, fyne.ThemeColorName) {
	words, role := show.Verdict(pair.Verdict)
	switch {
	case pair.Word != model.WordOpen:
		words = show.Capital(string(pair.Word))
	case pair.Advisory && pair.Verdict == model.VerdictOpen:
		words, role = "A hint, no violation", look.Info
	}
	return words, role
}

// Kind is the colour of a kind of match.
func Kind(kind model.MatchKind) fyne.ThemeColorName {
	switch kind {
	case model.SameFile, model.SamePicture, model.AlteredCopy:
		return theme.ColorNameError
	case model.SimilarPortrait:
		return theme.ColorNameWarning
	}
	return look.Muted
}
