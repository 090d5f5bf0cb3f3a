package profiles

import (
	"fmt"
	"hash/crc32"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
)

var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// someone is an account with signals of its own.
func someone(id, name string) model.ExpertProfile {
	return model.ExpertProfile{
		Expert: model.Expert{
			ID: id, Cluster: "Home & Garden", ScreenName: "Screen_" + id, JoinedAt: base,
			Signals: model.Signals{
				Email: id + "@mail.example", Phone: fmt.Sprintf("+44 7%09d", crc32.ChecksumIEEE([]byte(id))%1e9),
				Payout: "p-" + id, Address: "a-" + id, Devices: []string{"d-" + id}, Networks: []string{"n-" + id},
			},
		},
		Profile: model.Profile{ExpertID: id, Version: 1, Name: name, Gender: "female", BirthYear: 1980, UpdatedAt: base},
	}
}

func communityOf(t testing.TB, people ...model.ExpertProfile) *Community {
	t.Helper()
	c, err := NewCommunity(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		c.Put(p)
	}
	return c
}

func samePerson(c *Community, id string) (found, advisory bool) {
	for _, f := range c.Review(id) {
		if f.Detector == SamePerson {
			found, advisory = true, f.Advisory
		}
	}
	return found, advisory
}

func TestSamePerson(t *testing.T) {
	cases := []struct {
		name     string
		change   func(a, b *model.ExpertProfile)
		found    bool
		advisory bool
	}{
		{"strangers", func(_, _ *model.ExpertProfile) {}, false, false},
		{"one payout account", func(a, b *model.ExpertProfile) { b.Expert.Signals.Payout = a.Expert.Signals.Payout }, true, false},
		{"one mailbox in two spellings", func(a, b *model.ExpertProfile) {
			a.Expert.Signals.Email, b.Expert.Signals.Email = "jane.doe@gmail.com", "JaneDoe+work@googlemail.com"
		}, true, false},
		{"one phone and one address", func(a, b *model.ExpertProfile) {
			a.Expert.Signals.Phone, b.Expert.Signals.Phone = "+44 7700 900853", "07700-900853"
			b.Expert.Signals.Address = a.Expert.Signals.Address
		}, true, false},
		{"one device and a short form of the name", func(a, b *model.ExpertProfile) {
			b.Expert.Signals.Devices = a.Expert.Signals.Devices
			a.Profile.Name, b.Profile.Name = "Robert Doe", "Bob Doe"
		}, true, false},
		{"two clusters", func(a, b *model.ExpertProfile) {
			b.Expert.Signals.Payout, b.Expert.Cluster = a.Expert.Signals.Payout, "Pets"
		}, true, true},
		{"a household", func(a, b *model.ExpertProfile) {
			b.Expert.Signals.Address, b.Expert.Signals.Networks = a.Expert.Signals.Address, a.Expert.Signals.Networks
			a.Profile.Name, b.Profile.Name = "Jane Doe", "John Doe"
			b.Profile.Gender, b.Profile.BirthYear = "male", 1978
		}, false, false},
		{"a household with one computer", func(a, b *model.ExpertProfile) {
			b.Expert.Signals.Address, b.Expert.Signals.Networks, b.Expert.Signals.Devices = a.Expert.Signals.Address, a.Expert.Signals.Networks, a.Expert.Signals.Devices
			a.Profile.Name, b.Profile.Name = "Jane Doe", "John Doe"
			b.Profile.Gender, b.Profile.BirthYear = "male", 1978
		}, false, false},
		{"twins", func(a, b *model.ExpertProfile) {
			b.Expert.Signals.Address, b.Expert.Signals.Networks = a.Expert.Signals.Address, a.Expert.Signals.Networks
			a.Profile.Name, b.Profile.Name = "Jane Doe", "June Doe"
		}, false, false},
		{"namesakes of one year", func(a, b *model.ExpertProfile) {
			b.Profile.Name = a.Profile.Name
		}, false, false},
		{"a borrowed photo", func(a, b *model.ExpertProfile) {
			a.Profile.PhotoID, b.Profile.PhotoID = strings.Repeat("a", 64), strings.Repeat("a", 64)
			b.Profile.BirthYear = 1961
		}, false, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			a, b := someone("e1", "Jane Arlington"), someone("e2", "Mary Bexley")
			tc.change(&a, &b)
			c := communityOf(t, a, b)
			for _, id := range []string{"e1", "e2"} {
				found, advisory := samePerson(c, id)
				if found != tc.found || advisory != tc.advisory {
					t.Errorf("%s: found %v, advisory %v; want %v, %v", id, found, advisory, tc.found, tc.advisory)
				}
			}
		})
	}
}

func TestSharedOffice(t *testing.T) {
	var people []model.ExpertProfile
	for i := range 26 {
		p := someone(fmt.Sprintf("e%d", i), fmt.Sprintf("Given%c Family%c", 'a'+i%26, 'a'+(i*7)%26))
		p.Expert.Signals.Networks = []string{"n-office"}
		p.Expert.Signals.Address = "a-office"
		p.Expert.Signals.Devices = append(p.Expert.Signals.Devices, "d-frontdesk")
		p.Profile.BirthYear = 0
		people = append(people, p)
	}
	c := communityOf(t, people...)
	for _, p := range people {
		if found, _ := samePerson(c, p.Expert.ID); found {
			t.Fatalf("%s is taken for a colleague", p.Expert.ID)
		}
	}
}

// TestOrderIsNothing says that what is found depends on who is in, and not on
// the way there.
func TestOrderIsNothing(t *testing.T) {
	bios := []string{
		"", "I keep bees on a roof in the old town and have done so for twenty years, through two swarms, one fire and a very patient neighbour with a ladder.",
		"I keep bees on a roof in the new town and have done so for thirty years, through two swarms, one flood and a very patient neighbour with a ladder.",
		"Plumbing, heating, damp walls: tell me what you hear and what you smell, and I tell you whether it can wait until Monday morning or cannot.",
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "people")
		var people []model.ExpertProfile
		for i := range n {
			p := someone(fmt.Sprintf("e%d", i), rapid.SampledFrom([]string{"Jane Doe", "J. Doe", "Bob Roe", "Robert Roe"}).Draw(t, "name"))
			p.Expert.Signals.Payout = rapid.SampledFrom([]string{"p1", "p2", ""}).Draw(t, "payout")
			p.Expert.Signals.Devices = []string{rapid.SampledFrom([]string{"d1", "d2", "d3"}).Draw(t, "device")}
			p.Expert.Cluster = rapid.SampledFrom([]string{"Pets", "Law"}).Draw(t, "cluster")
			p.Profile.Bio = rapid.SampledFrom(bios).Draw(t, "bio")
			p.Profile.UpdatedAt = base.AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "day"))
			people = append(people, p)
		}
		straight, err := NewCommunity(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			straight.Put(p)
		}
		winding, err := NewCommunity(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 20).Draw(t, "detours") {
			p := people[rapid.IntRange(0, n-1).Draw(t, "who")]
			if rapid.Bool().Draw(t, "away") {
				winding.Remove(p.Expert.ID)
			} else {
				p.Profile.Bio = rapid.SampledFrom(bios).Draw(t, "other bio")
				winding.Put(p)
			}
		}
		for _, i := range rapid.Permutation(seq(n)).Draw(t, "order") {
			winding.Put(people[i])
		}
		for _, p := range people {
			a, b := straight.Review(p.Expert.ID), winding.Review(p.Expert.ID)
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%s:\n%+v\n%+v", p.Expert.ID, a, b)
			}
		}
	})
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestNames(t *testing.T) {
	for _, p := range [][2]string{{"Doe, Jane", "Jane Doe"}, {"Dr. José Núñez", "jose nunez"}, {"Jane O'Hara", "Jane OHara"}} {
		if a, b := foldName(p[0]), foldName(p[1]); !reflect.DeepEqual(a, b) {
			t.Errorf("%q gives %+v, %q gives %+v", p[0], a, p[1], b)
		}
	}
	for _, p := range [][2]string{{"robert", "bob"}, {"elizabeth", "beth"}, {"fernanda", "fern"}, {"toby", "tobyie"}, {"katherine", "kathrin"}} {
		if compareGiven(p[0], p[1]) == unlike {
			t.Errorf("%s and %s are taken for two names", p[0], p[1])
		}
	}
	for _, p := range [][2]string{{"jane", "john"}, {"mary", "mark"}, {"anna", "otto"}} {
		if compareGiven(p[0], p[1]) != unlike {
			t.Errorf("%s and %s are taken for one name", p[0], p[1])
		}
	}
}

func TestContacts(t *testing.T) {
	for in, want := range map[string]string{
		"J.Doe+x@Gmail.com": "jdoe@gmail.com", "jdoe@googlemail.com": "jdoe@gmail.com", "j.doe@mail.example": "j.doe@mail.example", "no mail": "", "@x": "", "+tag@gmail.com": "",
	} {
		if got := foldEmail(in); got != want {
			t.Errorf("foldEmail(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"+44 7700 900853": "700900853", "07700-900853": "700900853", "٠٧٧٠٠ ٩٠٠٨٥٣": "700900853", "０７７００９００８５３": "700900853", "12345": "",
	} {
		if got := foldPhone(in); got != want {
			t.Errorf("foldPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzContacts(f *testing.F) {
	for _, s := range []string{"a@b", "a+b@gmail.com", "+49 (0) 30 1234567", "٠١٢٣٤٥٦٧", "@", "\xff@\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e := foldEmail(s); e != "" && foldEmail(e) != e {
			t.Errorf("%q folds to %q and that to %q", s, e, foldEmail(e))
		}
		p := foldPhone(s)
		if len(p) > 9 || strings.Trim(p, "0123456789") != "" {
			t.Errorf("%q gives the number %q", s, p)
		}
		foldName(s)
	})
}

func BenchmarkReviewAmong200000(b *testing.B) {
	c := communityOf(b)
	for i := range 200_000 {
		p := someone(fmt.Sprintf("e%d", i), fmt.Sprintf("Given%d Family%d", i%900, i%4000))
		if i%50 == 0 && i > 0 {
			p.Expert.Signals.Payout = fmt.Sprintf("p-e%d", i-1)
		}
		c.Put(p)
	}
	b.ResetTimer()
	for i := range b.N {
		c.Review(fmt.Sprintf("e%d", i*50%200_000))
	}
}
