package profiles

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mensch/app/model"
)

// The weights of evidence, in bits: log2 of how much more often a field agrees
// between two accounts of one person than between two persons (see package
// linkage, which learns such weights where there are records to learn from).
//
// Personal signals belong to one person. Household signals are shared by those
// who live or work together, and by twins even more; they hang together, so
// that all of them together never suffice.
const (
	payoutAgrees  = 17.0
	emailAgrees   = 12.0
	phoneAgrees   = 10.5
	photoAgrees   = 8.0
	givenAgrees   = 3.0
	givenAlike    = 2.5
	deviceAgrees  = 8.0
	addressAgrees = 4.0
	networkAgrees = 4.0
	familyAgrees  = 4.0
	birthAgrees   = 2.0

	payoutDiffers = -1.0
	emailDiffers  = -0.5
	phoneDiffers  = -0.5
	deviceDiffers = -0.5
	givenDiffers  = -1.0
	familyDiffers = -1.0
	birthDiffers  = -6.0
	genderDiffers = -4.0

	household = 8.0 // bits that household signals give at most
	// maxBlock is how many accounts share a key at most that still brings
	// accounts together: more are an office or a carrier.
	maxBlock = 200
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
	for _, n := range s.Networks {
		add("network", n)
	}
	n := foldName(e.Profile.Name)
	if len(n.parts) > 1 {
		add("name", strings.Join(n.parts, " "))
	}
	add("family", n.family)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// brings says whether a key alone makes two accounts worth comparing: a family
// name does not, it only counts how common it is.
func brings(key string) bool { return !strings.HasPrefix(key, "family:") }

// links are the accounts that are this person's, strongest first.
func (c *Community) links(m *member) []link {
	candidates := map[string]struct{}{}
	for _, k := range m.keys {
		if len(c.keys[k]) > maxBlock || !brings(k) {
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
		// Names and years alone make namesakes, not persons.
		if l, traced := c.compare(m, c.members[id]); traced && l.bits >= c.linkAt {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b link) int { return cmp.Compare(b.bits, a.bits) })
	return out
}

// rarer is a weight less a bit for each time that the holders of a value
// double: what two share says more than what forty share.
func (c *Community) rarer(weight float64, key string) float64 {
	return max(0, weight-math.Log2(max(1, float64(len(c.keys[key]))/2)))
}

// evidence adds up what speaks for and against one person.
type evidence struct {
	personal, shared, against float64
	signals                   []signal
}

type signal struct {
	bits  float64
	words string
}

func (e *evidence) own(bits float64, words string) {
	e.personal += bits
	e.signals = append(e.signals, signal{bits, words})
}

func (e *evidence) home(bits float64, words string) {
	e.shared += bits
	if words != "" {
		e.signals = append(e.signals, signal{bits, words})
	}
}

// compare weighs the evidence that two accounts are one person's. It gives the
// same bits whichever account stands first; traced says that a signal which
// namesakes don't share is among it.
func (c *Community) compare(a, b *member) (l link, traced bool) {
	var e evidence
	x, y := a.Expert.Signals, b.Expert.Signals
	if agree(x.Payout, y.Payout, payoutDiffers, &e) {
		e.own(c.rarer(payoutAgrees, "payout:"+x.Payout), "the same payout account")
	}
	if m := foldEmail(x.Email); agree(m, foldEmail(y.Email), emailDiffers, &e) {
		words := "the same e-mail address"
		if !strings.EqualFold(x.Email, y.Email) {
			words = "two spellings of one e-mail address"
		}
		e.own(c.rarer(emailAgrees, "email:"+m), words)
	}
	if p := foldPhone(x.Phone); agree(p, foldPhone(y.Phone), phoneDiffers, &e) {
		e.own(c.rarer(phoneAgrees, "phone:"+p), "the same phone number")
	}
	if p := a.Profile.PhotoID; p != "" && p == b.Profile.PhotoID {
		e.own(c.rarer(photoAgrees, "photo:"+p), "the same photo")
	}
	c.compareHomes(x, y, &e)
	traced = len(e.signals) > 0
	c.compareNames(a, b, &e)
	compareLives(a, b, &e)
	slices.SortStableFunc(e.signals, func(a, b signal) int { return cmp.Compare(b.bits, a.bits) })
	l = link{other: b, bits: e.personal + min(e.shared, household) + e.against}
	for _, s := range e.signals {
		l.signals = append(l.signals, s.words)
	}
	return l, traced
}

// agree reports whether two values are there and equal; where both are there
// and differ, that speaks against.
func agree(a, b string, differs float64, e *evidence) bool {
	if a == "" || b == "" {
		return false
	}
	if a != b {
		e.against += differs
		return false
	}
	return true
}

func (c *Community) compareHomes(x, y model.Signals, e *evidence) {
	best := func(weight float64, kind string, a, b []string) float64 {
		most := 0.0
		for _, v := range a {
			if v != "" && slices.Contains(b, v) {
				most = max(most, c.rarer(weight, kind+":"+v))
			}
		}
		return most
	}
	switch bits := best(deviceAgrees, "device", x.Devices, y.Devices); {
	case bits > 0:
		e.home(bits, "the same device")
	case len(x.Devices) > 0 && len(y.Devices) > 0:
		e.against += deviceDiffers
	}
	if x.Address != "" && x.Address == y.Address {
		e.home(c.rarer(addressAgrees, "address:"+x.Address), "the same street address")
	}
	if bits := best(networkAgrees, "network", x.Networks, y.Networks); bits > 0 {
		e.home(bits, "the same network")
	}
}

func (c *Community) compareNames(a, b *member, e *evidence) {
	x, y := foldName(a.Profile.Name), foldName(b.Profile.Name)
	if len(x.parts) == 0 || len(y.parts) == 0 {
		return
	}
	if len(x.parts) > 1 && slices.Equal(x.parts, y.parts) {
		e.own(givenAgrees, "the same name")
		e.home(c.rarer(familyAgrees, "family:"+x.family), "")
		return
	}
	alike := compareGiven(x.given, y.given)
	switch alike {
	case unlike:
		e.against += givenDiffers
	case alikeNames:
		e.own(givenAlike, fmt.Sprintf("given names that go together (%s, %s)", capital(x.given), capital(y.given)))
	case equalNames:
		e.own(givenAgrees/2, "the same given name")
	}
	switch {
	case x.family == "" || y.family == "":
	case x.family == y.family:
		e.home(c.rarer(familyAgrees, "family:"+x.family), "the same family name")
	default:
		e.against += familyDiffers
	}
}

func compareLives(a, b *member, e *evidence) {
	if x, y := a.Profile.BirthYear, b.Profile.BirthYear; x > 0 && y > 0 {
		if x == y {
			// Twins have it too: it counts with the household.
			e.home(birthAgrees, "the same year of birth")
		} else {
			e.against += birthDiffers
		}
	}
	if x, y := folded(a.Profile.Gender), folded(b.Profile.Gender); x != "" && y != "" && x != y {
		e.against += genderDiffers
	}
}

func capital(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[0])) + string(r[1:])
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
			Reason: fmt.Sprintf("%s in the same cluster likely belongs to the same person: %s.", names(same), strings.Join(same[0].signals, ", ")),
		})
	}
	if len(elsewhere) > 0 {
		out = append(out, model.Finding{
			Detector: SamePerson, Guideline: "multiple-accounts", Score: probability(elsewhere[0].bits), Accounts: accounts(elsewhere), Advisory: true,
			Reason: fmt.Sprintf("%s in another cluster likely belongs to the same person (%s). One account in each cluster is allowed, so this is no violation.",
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
// those that are compared in two hundred is one person's.
func probability(bits float64) float64 {
	const prior = 6.5 // bits against
	odds := math.Exp2(bits - prior)
	return min(0.995, max(0.5, odds/(1+odds)))
}
