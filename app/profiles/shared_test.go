package profiles

import (
	"slices"
	"testing"

	"mensch/app/model"
)

func TestSharedSignalsAreByValue(t *testing.T) {
	t.Parallel()
	account := func(id string, s model.Signals, name string) model.ExpertProfile {
		return model.ExpertProfile{Expert: model.Expert{ID: id, Signals: s}, Profile: model.Profile{Name: name}}
	}
	got := SharedSignals([]model.ExpertProfile{
		account("a", model.Signals{Email: "jane.doe@gmail.com", Phone: "+1 212 555 0143", Devices: []string{"d1", "d2", "d1"}, Networks: []string{"n1"}}, "Jane Doe"),
		account("b", model.Signals{Email: "JaneDoe+x@googlemail.com", Devices: []string{"d1"}, Networks: []string{"n1"}, Payout: "p"}, "Doe, Jane"),
		account("c", model.Signals{Devices: []string{"d2"}, Networks: []string{"n1"}, Payout: "q"}, ""),
		account("d", model.Signals{}, "Jane"),
	})
	want := []Shared{
		{"the same e-mail address", []string{"a", "b"}},
		{"the same device", []string{"a", "b"}},
		{"the same device", []string{"a", "c"}},
		{"the same network", []string{"a", "b", "c"}},
		{"the same name", []string{"a", "b"}},
	}
	if !slices.EqualFunc(got, want, func(x, y Shared) bool { return x.Words == y.Words && slices.Equal(x.Accounts, y.Accounts) }) {
		t.Errorf("%+v", got)
	}
	if !got[0].Says("two spellings of one e-mail address") || got[1].Says("the same network") {
		t.Error("words are taken for another signal's")
	}
}
