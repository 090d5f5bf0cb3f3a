package profiles

import (
	"strings"

	"mensch/app/model"
)

// Shared is one signal that several accounts have in common: one device, one
// address, one name.
type Shared struct {
	Words    string   // what it is: the same device
	Accounts []string // experts' IDs, two at least, in the order in which they were given
}

// SharedSignals gives what accounts have in common by value, each value once:
// two devices shared are two signals. What is weighed beyond that (names that go
// together, reworded texts) it does not see. Signals come in the order of their
// weight, the accounts in that of the list.
func SharedSignals(list []model.ExpertProfile) []Shared {
	var out []Shared
	gather := func(words string, values func(model.ExpertProfile) []string) {
		at := map[string]int{}
		var found []Shared
		for _, e := range list {
			seen := map[string]bool{}
			for _, v := range values(e) {
				if v == "" || seen[v] {
					continue
				}
				seen[v] = true
				i, known := at[v]
				if !known {
					i = len(found)
					at[v] = i
					found = append(found, Shared{Words: words})
				}
				found[i].Accounts = append(found[i].Accounts, e.Expert.ID)
			}
		}
		for _, s := range found {
			if len(s.Accounts) > 1 {
				out = append(out, s)
			}
		}
	}
	one := func(of func(model.ExpertProfile) string) func(model.ExpertProfile) []string {
		return func(e model.ExpertProfile) []string { return []string{of(e)} }
	}
	gather("the same payout account", one(func(e model.ExpertProfile) string { return e.Expert.Signals.Payout }))
	gather("the same e-mail address", one(func(e model.ExpertProfile) string { return foldEmail(e.Expert.Signals.Email) }))
	gather("the same phone number", one(func(e model.ExpertProfile) string { return foldPhone(e.Expert.Signals.Phone) }))
	gather("the same photo", one(func(e model.ExpertProfile) string { return e.Profile.PhotoID }))
	gather("the same device", func(e model.ExpertProfile) []string { return e.Expert.Signals.Devices })
	gather("the same street address", one(func(e model.ExpertProfile) string { return e.Expert.Signals.Address }))
	gather("the same network", func(e model.ExpertProfile) []string { return e.Expert.Signals.Networks })
	gather("the same name", one(func(e model.ExpertProfile) string {
		if n := foldName(e.Profile.Name); len(n.parts) > 1 {
			return strings.Join(n.parts, " ")
		}
		return ""
	}))
	return out
}

// Says reports whether a signal in a finding's words is this one.
func (s Shared) Says(words string) bool {
	const mail = "e-mail address" // also of one in two spellings
	return words == s.Words || strings.HasSuffix(words, mail) && strings.HasSuffix(s.Words, mail)
}
