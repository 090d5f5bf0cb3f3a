package app

import (
	"slices"

	"mensch/app/model"
	"mensch/app/profiles"
)

// SharedSignal is one signal that accounts of a case have in common: a node of
// the graph, with an edge to each of them.
type SharedSignal struct {
	Words    string   // what it is: the same device
	Accounts []string // experts' IDs, two at least, the case's own first if it is among them
}

// addShared says which signals the case's expert and the linked accounts share,
// and with whom: first what is the same by value, between any of them, then what
// findings name beyond that.
func addShared(file *CaseFile) {
	if len(file.Linked) == 0 {
		return
	}
	list := []model.ExpertProfile{{Expert: file.Expert, Profile: file.Profile}}
	for _, l := range file.Linked {
		list = append(list, model.ExpertProfile{Expert: l.Expert, Profile: l.Profile})
	}
	own := file.Expert.ID
	exact := profiles.SharedSignals(list)
	for _, s := range exact {
		file.Shared = append(file.Shared, SharedSignal(s))
	}
	told := map[string]int{}
	for _, l := range file.Linked {
		for _, words := range l.Signals {
			known := false
			for _, s := range exact {
				known = known || s.Says(words) && slices.Contains(s.Accounts, own) && slices.Contains(s.Accounts, l.Expert.ID)
			}
			if known {
				continue
			}
			i, ok := told[words]
			if !ok {
				i = len(file.Shared)
				told[words] = i
				file.Shared = append(file.Shared, SharedSignal{Words: words, Accounts: []string{own}})
			}
			file.Shared[i].Accounts = append(file.Shared[i].Accounts, l.Expert.ID)
		}
	}
}
