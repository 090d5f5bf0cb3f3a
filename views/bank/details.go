package bank

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
)

// said is what moderators said of matches, in words; empty: nothing.
func said(confirmed, refuted int) string {
	if confirmed+refuted == 0 {
		return ""
	}
	return fmt.Sprintf("%s confirmed, %s refuted (%s right)", show.Number(int64(confirmed)), show.Number(int64(refuted)),
		show.Percent(float64(confirmed)/float64(confirmed+refuted)))
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func fact(name, value string) fyne.CanvasObject {
	return show.NewBox(0, show.NewLine(name).Muted().Small(), show.NewPara(value))
}

// details shows the chosen item, and below it the bank and what scores are worth.
func (v *View) details() {
	item, ok := v.selected()
	v.showAbout()
	if !ok {
		v.large.Hide()
		v.disable.Hide()
		v.describe.Hide()
		v.facts.Set()
		v.side.Refresh()
		return
	}
	v.large.Show()
	v.disable.Show()
	v.describe.Show()
	v.picture(v.large, item, 4*largeSide*largeSide, 0, func() bool {
		now, ok := v.selected()
		return ok && now.ID == item.ID
	})
	label := "Take out of matching  (x)"
	if item.Disabled {
		label = "Match with it again  (x)"
	}
	v.disable.SetText(label)
	kind := "A picture"
	if item.HashOnly {
		kind = "Only hashes of it are known: no picture is here"
	}
	facts := []fyne.CanvasObject{fact("Name", item.Name), fact("Kind", kind)}
	if doubtful(item) {
		facts = append(facts, show.NewPara("Moderators refuted its matches as often as not. Look whether it should be taken out.").Bold())
	}
	facts = append(facts, fact("Its matches", or(said(item.Confirmed, item.Refuted), "nobody judged one yet")), fact("Source", or(item.Source, "not noted")),
		fact("Licence", or(item.Licence, "not noted")), fact("Note", or(item.Note, "none")), fact("Added", show.DateTime(item.AddedAt)))
	v.facts.Set(facts...)
	v.side.Refresh()
}

// showAbout tells of the bank as a whole, and how scores are shown.
func (v *View) showAbout() {
	bank, ok := v.current()
	if !ok {
		v.about.Set()
		return
	}
	holds := show.Count(bank.Items, "item", "items")
	if bank.HashOnly > 0 {
		holds += fmt.Sprintf(", %s only hashes", show.Number(int64(bank.HashOnly)))
	}
	if bank.Disabled > 0 {
		holds += fmt.Sprintf(", %s taken out", show.Number(int64(bank.Disabled)))
	}
	judged := v.record.Confirmed + v.record.Refuted
	scores := fmt.Sprintf("All matches: %s. Probabilities are shown by these verdicts.", or(said(v.record.Confirmed, v.record.Refuted), "none judged"))
	if !v.record.Calibrated() {
		scores = fmt.Sprintf("Probabilities are the matcher’s own until %d matches were judged; so far %d.", v.record.Minimum, judged)
	}
	v.about.Set(show.NewLine("The bank").Bold(), fact("Holds", holds), fact("Its matches", or(said(bank.Confirmed, bank.Refuted), "nobody judged one yet")), show.NewPara(scores).Muted().Small())
}

// askDescribe asks what is to be noted of the item.
func (v *View) askDescribe() {
	item, ok := v.selected()
	if !ok {
		return
	}
	v.sh.Ask(shell.Ask{
		Title: "What is noted of this image", Confirm: "Keep",
		Fields: []shell.AskField{
			{Label: "Name", Value: item.Name},
			{Label: "Source", Hint: "where it is from", Value: item.Source},
			{Label: "Licence", Hint: "who may show it", Value: item.Licence},
			{Label: "Note", Value: item.Note, Lines: 3},
		},
		Then: func(answers []string) {
			text := model.BankItemText{Name: answers[0], Source: answers[1], Licence: answers[2], Note: answers[3]}
			shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.DescribeBankItem(ctx, item.ID, text) }), func(_ shell.None, err error) {
				if err != nil {
					v.sh.Fail("keeping what was noted", err)
					return
				}
				v.sh.Tell("Noted.")
				v.Refresh()
			})
		},
	})
}
