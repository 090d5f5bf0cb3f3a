package contacts_test

import (
	"testing"

	"mensch/app/transcripts"
)

// TestContacts reads one contact from each text, or none.
func TestContacts(t *testing.T) {
	t.Parallel()
	r, err := transcripts.New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, kind, value string }{
		{"write to jane.doe+x@gmail.com, please", "email", "jane.doe+x@gmail.com"},
		{"jane (at) example [dot] org", "email", "jane@example.org"},
		{"jane dot doe at gmail dot com", "email", "jane.doe@gmail.com"},
		{"j a n e @ g m a i l . c o m", "email", "jane@gmail.com"},
		{"we met at times. It was nice", "", ""},
		{"root@host:~/src", "", ""},
		{"call (415) 555-2671", "phone", "4155552671"},
		{"my number is +44 20 7946 0958", "phone", "+442079460958"},
		{"ring me: four one five, double five five, two six seven one", "phone", "4155552671"},
		{"my cell 4l5-SSS-267l", "phone", "4155552671"},
		{"the server is 192.168.100.200", "", ""},
		{"on 2024-05-17 at 10:30", "", ""},
		{"SSN 849-66-3189", "", ""},
		{"card 4539 1488 0343 6467", "", ""},
		{"it costs $1,250,000", "", ""},
		{"linux-image-2.6.10-386", "", ""},
		{"one two three four five six seven eight nine ten", "", ""},
		{"see https://example.com/a?b=1.", "url", "example.com/a?b=1"},
		{"see janes-garden.com/blog", "url", "janes-garden.com/blog"},
		{"I went home.In the morning", "", ""},
		{"my skype is jane.doe99", "handle", "jane.doe99"},
		{"telegram: @jane_reads", "handle", "jane_reads"},
		{"hi @darth, how are you", "handle", "darth"}, // faint: its score is low
		{"my office is at 12 Baker Street, London", "address", "12 baker street"},
		{"GB82 WEST 1234 5698 7654 32", "iban", "GB82WEST12345698765432"},
		{"GB83 WEST 1234 5698 7654 32", "", ""},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "crypto", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "", ""},
		{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "crypto", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
		{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "crypto", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
		{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "", ""},
		{"cashapp me $janedoe", "payment", "$janedoe"},
	} {
		got := r.Contacts(c.text)
		switch {
		case c.kind == "" && len(got) > 0:
			t.Errorf("%q: got %+v, want none", c.text, got)
		case c.kind != "" && (len(got) != 1 || got[0].Kind != c.kind || got[0].Value != c.value):
			t.Errorf("%q: got %+v, want one %s %s", c.text, got, c.kind, c.value)
		}
	}
}
