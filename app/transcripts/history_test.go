package transcripts

import (
	"fmt"
	"strings"
	"testing"

	"mensch/app/model"
)

// session makes a conversation of a client with one expert.
func session(id, client string, lines ...string) model.Conversation {
	c := talk(lines...)
	c.Session.ID, c.Session.ClientID = id, client
	for i := range c.Messages {
		c.Messages[i].Session = id
		c.Messages[i].ID = id + c.Messages[i].ID
	}
	return c
}

func found(fs []model.Finding, detector string) bool {
	for _, f := range fs {
		if f.Detector == detector {
			return true
		}
	}
	return false
}

func TestToldOn(t *testing.T) {
	t.Parallel()
	r := reader(t)
	h := &History{}
	r.Remember(h, session("a", "c1", "c: my name is Denise Kowalski from Leeds", "c: write to denise.k@example.org or call 0207 946 0123", "c: I was in New York with my son Peter"), nil)
	for _, c := range []struct {
		name, client, text string
		want               bool
	}{
		{"a full name", "c2", "you should meet Denise Kowalski", true},
		{"a full name, misspelt", "c2", "you should meet Denise Kovalsky", true},
		{"a first name and a place", "c2", "somebody called Denise, over in Leeds, had it too", true},
		{"a number", "c2", "ask her: 0207 9460123", true},
		{"a mail address", "c2", "her mail: Denise.K@example.org", true},
		{"a first name alone", "c2", "Denise is a nice name", false},
		{"a place alone", "c2", "they say Leeds is wet", false},
		{"what is no person", "c2", "New York is far", false},
		{"to the same client", "c1", "Is it still Denise Kowalski, 0207 946 0123?", false},
	} {
		got := found(r.Against(session("b", c.client, "c: hello", "e: "+c.text), h, nil), DetectConfidentiality)
		if got != c.want {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
	}
	if found(r.Against(session("b", "c2", "c: I know Denise Kowalski too", "e: you mean Denise Kowalski?"), h, nil), DetectConfidentiality) {
		t.Error("what this client said first was taken for another's secret")
	}
	h.Forget("a")
	if found(r.Against(session("b", "c2", "c: hello", "e: you should meet Denise Kowalski"), h, nil), DetectConfidentiality) {
		t.Error("an erased session is still remembered")
	}
}

func TestToldOnKnowsThePublic(t *testing.T) {
	t.Parallel()
	r := reader(t)
	h := &History{}
	r.Remember(h, session("a", "c1", "c: my teacher Hugo Winter said so"), nil)
	r.Remember(h, session("b", "c2", "c: my teacher Hugo Winter is strict"), nil)
	if found(r.Against(session("c", "c3", "e: Hugo Winter wrote a book"), h, nil), DetectConfidentiality) {
		t.Error("what two clients know was taken for a secret")
	}
}

func TestAgainstHistory(t *testing.T) {
	t.Parallel()
	r := reader(t)
	h := &History{}
	garden := []string{"prune the roses in march above an outward bud and mulch the soil", "tomatoes need calcium and even watering or blossom end rot comes", "plant garlic bulbs in october with compost and straw mulch", "aphids on the beans are eaten by ladybirds, spray soapy water on leaves", "the lawn wants seed, moss killer and aeration of the clay soil", "peat free compost for seedlings, then harden the plants off slowly", "black spot on roses: remove leaves, water the roots, feed potash"}
	for i, g := range garden {
		other := garden[(i+1)%len(garden)]
		r.Remember(h, session(fmt.Sprint("g", i), "c", "c: "+g, "e: "+other+" and "+strings.Join(garden[:4], ", ")), nil)
	}
	law := "the custody hearing before the judge needs affidavits from the guardian, alimony is taxed, the deed and mortgage stay with the spouse until the divorce decree, and your attorney files a motion for contempt with the county clerk"
	c := session("x", "c", "c: my lawyer wants a deposition for the lawsuit about inheritance and probate", "e: "+law)
	fs := r.Against(c, h, nil)
	if !found(fs, DetectExpertise) {
		t.Fatalf("law from a gardener was not seen: %v", fs)
	}
	for _, f := range fs {
		if !f.Advisory || len(f.Spans) == 0 || f.Reason == "" {
			t.Errorf("the finding is not advisory, or does not say why: %+v", f)
		}
	}
	if fs := r.Against(session("y", "c", "c: roses and moss on the lawn", "e: "+strings.Join(garden[:3], ". ")), h, nil); found(fs, DetectExpertise) {
		t.Errorf("gardening from a gardener was flagged: %v", fs)
	}
	c.Messages = append(c.Messages, model.Message{ID: "xz", Session: "x", From: model.FromExpert, Text: "But that is not my field, ask a lawyer."})
	if found(r.Against(c, h, nil), DetectExpertise) {
		t.Error("an expert who told that it is not their field was flagged")
	}
}
