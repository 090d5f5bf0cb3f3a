package bank

import (
	"time"

	"mensch/app/model"
	"mensch/views/show"
)

// searchPause is how long a search waits for the next letter.
const searchPause = 200 * time.Millisecond

var itemStates = []string{"", model.ItemsMatched, model.ItemsDisabled, model.ItemsRefuted, model.ItemsHashOnly}

func stateSays(state string) string {
	switch state {
	case model.ItemsMatched:
		return "Matched  (f)"
	case model.ItemsDisabled:
		return "Taken out  (f)"
	case model.ItemsRefuted:
		return "Refuted  (f)"
	case model.ItemsHashOnly:
		return "Only hashes  (f)"
	}
	return "All items  (f)"
}

func (v *View) filterOf(bankID string) model.BankItemFilter {
	f := v.filter
	f.BankID = bankID
	return f
}

func (v *View) stateOptions() []show.Option {
	var out []show.Option
	for _, s := range itemStates {
		out = append(out, show.Option{Label: stateSays(s), Chosen: s == v.filter.State, Pick: func() { v.setState(s) }})
	}
	return out
}

func (v *View) setState(state string) {
	v.filter.State = state
	v.states.SetText(stateSays(state))
	v.reload()
}

// nextState goes round the states.
func (v *View) nextState() {
	for i, s := range itemStates {
		if s == v.filter.State {
			v.setState(itemStates[(i+1)%len(itemStates)])
			return
		}
	}
}

// find narrows the list to some words, once nobody types on.
func (v *View) find(words string) {
	v.filter.Words = words
	v.sh.After(searchPause, func() {
		if v.filter.Words == words {
			v.reload()
		}
	})
}

// reload shows the filtered list from its beginning.
func (v *View) reload() {
	v.items = nil
	v.list.SetCount(0)
	v.loadItems()
}

func (v *View) focusSearch() { v.sh.Window().Canvas().Focus(v.search) }

func (v *View) unfocus() { v.sh.Window().Canvas().Unfocus() }
