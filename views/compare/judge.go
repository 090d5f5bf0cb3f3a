package compare

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

// judge keeps a verdict on the pair in sight and goes on to the next open one.
func (v *View) judge(word model.MatchWord) { v.judgeInto(word, "") }

func (v *View) judgeInto(word model.MatchWord, bankID string) {
	pair, ok := v.pair()
	if !ok {
		return
	}
	if v.hand < len(v.seats) && v.hand > 0 && v.seats[v.hand].pair < 0 {
		v.sh.Tell("No finding of this case compares the photo in hand, so there is nothing to judge. Its own case has one.")
		return
	}
	shell.Act(v.sh, func(ctx context.Context) (app.MatchJudged, error) { return v.desk.JudgeMatch(ctx, pair.FindingID, word, bankID) },
		func(judged app.MatchJudged, err error) {
			if errors.Is(err, app.ErrChooseBank) {
				v.chooseBank(word, func(bankID string) { v.judgeInto(word, bankID) })
				return
			}
			if err != nil {
				v.sh.Fail("keeping the verdict", err)
				return
			}
			v.said = append(v.said, said{judged.Judgement.Seq, pair.FindingID, word, pair.Word, pair.Verdict})
			if len(v.said) > mostSaid {
				v.said = v.said[1:]
			}
			v.stands(pair.FindingID, word, word.Verdict())
			v.sh.Tell(wordSaid(word, judged.Bank))
			if now, ok := v.pair(); ok && now.FindingID == pair.FindingID && word != model.WordOpen {
				v.nextOpen()
			}
			v.sh.RefreshStatus()
		})
}

// stands shows what is said of a pair now.
func (v *View) stands(finding string, word model.MatchWord, verdict model.Verdict) {
	for i := range v.file.Pairs {
		if v.file.Pairs[i].FindingID == finding {
			v.file.Pairs[i].Word, v.file.Pairs[i].Verdict = word, verdict
		}
	}
	v.parts.update()
	v.sh.Retitle()
}

// takeBack undoes the last verdict and comes back to its pair.
func (v *View) takeBack() {
	if len(v.said) == 0 {
		v.sh.Tell("There is no verdict of this visit to take back.")
		return
	}
	last := v.said[len(v.said)-1]
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.UndoMatch(ctx, last.judgement) }), func(_ shell.None, err error) {
		if n := len(v.said); n > 0 && v.said[n-1] == last {
			v.said = v.said[:n-1]
		}
		if err != nil {
			v.sh.Fail("taking the verdict back", err)
			return
		}
		v.stands(last.finding, last.before, last.verdict)
		for i, p := range v.file.Pairs {
			if p.FindingID == last.finding {
				v.goTo(i)
			}
		}
		text := "Taken back: “" + string(last.word) + "”."
		if last.word == model.WordOpen {
			text = "Taken back: the verdict stands again."
		}
		v.sh.Tell(text)
		v.sh.RefreshStatus()
	})
}

func wordSaid(word model.MatchWord, bank string) string {
	text := ""
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
	default:
		text = "The verdict is open again."
	}
	if bank != "" {
		text += fmt.Sprintf(" The photo is in the bank “%s” from the next sync on.", bank)
	}
	return text
}

// wordLabel is what a pair's chip says.
func wordLabel(pair app.PhotoPair) (string, fyne.ThemeColorName) {
	words, role := show.Verdict(pair.Verdict)
	switch {
	case pair.Word != model.WordOpen:
		words = show.Capital(string(pair.Word))
	case pair.Advisory && pair.Verdict == model.VerdictOpen:
		words, role = "A hint, no violation", look.Info
	}
	return words, role
}

// chooseBank asks into which bank a verdict's photo goes.
func (v *View) chooseBank(word model.MatchWord, then func(bankID string)) {
	type answer struct {
		banks  []model.Bank
		chosen string
	}
	shell.Act(v.sh, func(ctx context.Context) (answer, error) {
		banks, chosen, err := v.desk.VerdictBanks(ctx, word)
		return answer{banks, chosen}, err
	}, func(a answer, err error) {
		if err != nil {
			v.sh.Fail("reading the banks", err)
			return
		}
		if len(a.banks) == 0 {
			v.sh.Tell("There is no such bank yet; the first verdict makes one.")
			return
		}
		rows := []fyne.CanvasObject{show.NewLine("Into which bank do stock pictures go?").Bold().Sized(look.Title)}
		var keys []shell.Key
		for i, b := range a.banks[:min(9, len(a.banks))] {
			pick := func() {
				v.sh.CloseOverlay()
				then(b.ID)
			}
			name := show.NewLine(b.Name)
			if b.ID == a.chosen {
				name.Role(theme.ColorNamePrimary)
			}
			rows = append(rows, show.NewTap(show.NewGround("", 0, show.NewRow(10, show.Own(show.NewKeys(fmt.Sprint(i+1))), show.Grow(name, 1),
				show.Own(show.NewLine(show.Count(b.Items, "picture", "pictures")).Muted().Small().Whole()))).Pad(6, 5, 6, 5), pick))
			keys = append(keys, shell.Rune(rune('1'+i), b.Name, pick))
		}
		rows = append(rows, show.NewLine("The choice is remembered. Esc leaves everything as it is.").Muted().Small())
		card := show.NewGround("", 0, show.NewBox(6, rows...)).Pad(18, 14, 18, 14)
		const width = 460
		v.sh.Overlay(card, fyne.NewSize(width, show.HeightFor(card, width)), keys...)
	})
}

// pickBank chooses the bank of stock verdicts to come, by saying the verdict
// into it where the pair in sight has it already.
func (v *View) pickBank() {
	v.chooseBank(model.WordStock, func(bankID string) { v.judgeInto(model.WordStock, bankID) })
}
