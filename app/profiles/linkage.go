package profiles

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/antzucaro/matchr"

	"mensch/app/model"
)

// Weights of evidence in bits, log2 of how much more often a field agrees
// between two accounts of one person than between two persons (I. P. Fellegi,
// A. B. Sunter: A Theory for Record Linkage, JASA 64, 1969). A device and an
// address are shared by households, so that neither suffices alone.
const (
	payoutAgrees   = 13
	emailAgrees    = 11
	phoneAgrees    = 9
	deviceAgrees   = 8
	addressAgrees  = 4
	networkAgrees  = 1
	photoAgrees    = 5
	nameAgrees     = 6
	nameAlike      = 3.5
	nameDiffers    = -4
	birthAgrees    = 2
	birthDiffers   = -5
	genderDiffers  = -3
	payoutDiffers  = -2
	deviceDiffers  = -1
	maxBlockMember = 200 // a key that more accounts share is an office or a carrier, and blocks nothing
)

// link is another account with the weight of evidence that it is one person's.
type link struct {
	other   *member
	bits    float64
	signals []string
}

func blockingKeys(e model.ExpertProfile) []string {
	var keys []string
	add := func(kind, value string) {
		if value != "" {
			keys = append(keys, kind+":"+value)
		}
	}
	s := e.Expert.Signals
	add("payout", s.Payout)
	add("email", foldEmail(s.Email))
	add("phone", foldPhone(s.Phone))
	add("address", s.Address)
	add("photo", e.Profile.PhotoID)
	for _, d := range s.Devices {
		add("device", d)
	}
	add("name", foldName(e.Profile.Name))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// links are the accounts that are this person's, strongest first.
func (c *Community) links(m *member) []link {
	candidates := map[string]struct{}{}
	for _, k := range m.keys {
		if len(c.keys[k]) > maxBlockMember {
			continue
		}
		for id := range c.keys[k] {
			if id != m.Expert.ID {
				candidates[id] = struct{}{}
			}
		}
	}
	var out []link
	for _, id := range sortedKeys(candidates) {
		if l := compare(m, c.members[id]); l.bits >= c.linkAt {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b link) int { return int(b.bits*16) - int(a.bits*16) })
	return out
}

// compare weighs the evidence that two accounts are one person's.
func compare(a, b *member) link {
	l := link{other: b}
	say := func(bits float64, words string) {
		l.bits += bits
		if words != "" {
			l.signals = append(l.signals, words)
		}
	}
	x, y := a.Expert.Signals, b.Expert.Signals
	switch {
	case x.Payout != "" && x.Payout == y.Payout:
		say(payoutAgrees, "the same payout account")
	case x.Payout != "" && y.Payout != "":
		say(payoutDiffers, "")
	}
	if e := foldEmail(x.Email); e != "" && e == foldEmail(y.Email) {
		words := "the same e-mail address"
		if !strings.EqualFold(x.Email, y.Email) {
			words = "two spellings of one e-mail address"
		}
		say(emailAgrees, words)
	}
	if p := foldPhone(x.Phone); p != "" && p == foldPhone(y.Phone) {
		say(phoneAgrees, "the same phone number")
	}
	switch {
	case share(x.Devices, y.Devices):
		say(deviceAgrees, "the same device")
	case len(x.Devices) > 0 && len(y.Devices) > 0:
		say(deviceDiffers, "")
	}
	if x.Address != "" && x.Address == y.Address {
		say(addressAgrees, "the same street address")
	}
	if share(x.Networks, y.Networks) {
		say(networkAgrees, "")
	}
	if a.Profile.PhotoID != "" && a.Profile.PhotoID == b.Profile.PhotoID {
		say(photoAgrees, "the same photo")
	}
	compareNames(a, b, say)
	compareLives(a, b, say)
	return l
}

func compareNames(a, b *member, say func(float64, string)) {
	x, y := foldName(a.Profile.Name), foldName(b.Profile.Name)
	if x == "" || y == "" {
		return
	}
	switch similarity := matchr.JaroWinkler(x, y, false); {
	case x == y:
		say(nameAgrees, "the same name")
	case similarity >= 0.92:
		say(nameAlike, "a similar name")
	case similarity < 0.8:
		say(nameDiffers, "")
	}
}

func compareLives(a, b *member, say func(float64, string)) {
	if x, y := a.Profile.BirthYear, b.Profile.BirthYear; x > 0 && y > 0 {
		if x == y {
			say(birthAgrees, "the same year of birth")
		} else {
			say(birthDiffers, "")
		}
	}
	if x, y := folded(a.Profile.Gender), folded(b.Profile.Gender); x != "" && y != "" && x != y {
		say(genderDiffers, "")
	}
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return s != "" && slices.Contains(b, s) })
}

// foldName orders a name's parts, so that "Doe, Jane" is Jane Doe.
func foldName(name string) string {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) })
	parts = slices.DeleteFunc(parts, func(p string) bool {
		return slices.Contains([]string{"dr", "prof", "mr", "mrs", "ms", "phd", "md", "esq"}, p)
	})
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// foldEmail brings the spellings of one mailbox together: case, "+tag", and
// the dots that Gmail ignores.
func foldEmail(email string) string {
	local, host, ok := strings.Cut(strings.ToLower(strings.TrimSpace(email)), "@")
	if !ok || local == "" || host == "" {
		return ""
	}
	local, _, _ = strings.Cut(local, "+")
	if host == "googlemail.com" {
		host = "gmail.com"
	}
	if host == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + host
}

// foldPhone keeps the last nine digits, which country and trunk prefixes leave
// alone.
func foldPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(digits) < 7 {
		return ""
	}
	return digits[max(0, len(digits)-9):]
}

// samePersonFindings makes one finding of the accounts in the expert's own
// cluster, a violation, and one of those in others, which are allowed.
func samePersonFindings(m *member, links []link) []model.Finding {
	var same, elsewhere []link
	for _, l := range links {
		if l.other.Expert.Cluster == m.Expert.Cluster {
			same = append(same, l)
		} else {
			elsewhere = append(elsewhere, l)
		}
	}
	var out []model.Finding
	if len(same) > 0 {
		out = append(out, model.Finding{
			Detector: SamePerson, Guideline: "multiple-accounts", Score: probability(same[0].bits), Accounts: accounts(same),
			Reason: fmt.Sprintf("%s in the same cluster belongs to the same person: %s.", names(same), strings.Join(same[0].signals, ", ")),
		})
	}
	if len(elsewhere) > 0 {
		out = append(out, model.Finding{
			Detector: SamePerson, Guideline: "multiple-accounts", Score: probability(elsewhere[0].bits), Accounts: accounts(elsewhere), Advisory: true,
			Reason: fmt.Sprintf("%s in another cluster belongs to the same person (%s). One account in each cluster is allowed, so this is no violation.",
				names(elsewhere), strings.Join(elsewhere[0].signals, ", ")),
		})
	}
	return out
}

func names(links []link) string {
	if len(links) == 1 {
		return "The account " + links[0].other.Expert.ScreenName
	}
	var list []string
	for _, l := range links {
		list = append(list, l.other.Expert.ScreenName)
	}
	return "Each of the accounts " + strings.Join(list, ", ")
}

func accounts(links []link) []model.Linked {
	out := make([]model.Linked, 0, len(links))
	for _, l := range links {
		out = append(out, model.Linked{ExpertID: l.other.Expert.ID, Cluster: l.other.Expert.Cluster, Signals: l.signals})
	}
	return out
}

// probability turns bits of evidence into one, given that about one pair of
// the candidates in a thousand is one person.
func probability(bits float64) float64 {
	const prior = 10 // bits against
	odds := 1.0
	for range int(min(20, max(0, bits-prior))) {
		odds *= 2
	}
	return min(0.995, max(0.5, odds/(1+odds)))
}
