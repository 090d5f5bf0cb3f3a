package community

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/assets/demo"
)

var made = sync.OnceValues(func() (*Community, error) { return Generate(1, demo.Photos) })

func community(t *testing.T) *Community {
	t.Helper()
	c, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestScale(t *testing.T) {
	c := community(t)
	clusters := map[string]int{}
	for _, e := range c.Experts {
		clusters[e.Cluster]++
	}
	chats := 0
	for _, s := range c.Sessions {
		if s.Kind == "chat" {
			chats++
		}
	}
	t.Logf("%d experts, %d clusters, %d chats, %d calls, %d messages, %d ratings, %d status events, %d incidents, %d cases, %d photos, %d receipts, %d violations, %d decoys, %d items",
		len(c.Experts), len(clusters), chats, len(c.Sessions)-chats, len(c.Messages), len(c.Ratings), len(c.StatusEvents), len(c.Incidents),
		len(c.Cases), len(c.Photos), len(c.Receipts), len(c.Truth.Violations), len(c.Truth.Decoys), len(c.history))
	if len(c.Experts) < 300 || len(clusters) != 12 || chats < 2000 || len(c.Messages) < 40000 {
		t.Error("the community is smaller than promised")
	}
}

func TestSameSeedSameCommunity(t *testing.T) {
	if testing.Short() {
		t.Skip("generates a second community")
	}
	a := community(t)
	b, err := Generate(1, demo.Photos)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := digest(t, a), digest(t, b); !bytes.Equal(x, y) {
		t.Error("two communities of one seed differ")
	}
	other, err := Generate(2, demo.Photos)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(digest(t, a), digest(t, other)) {
		t.Error("two seeds give one community")
	}
}

func digest(t *testing.T, c *Community) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	err := c.Visit(func(it Item) error {
		ch, err := it.Change()
		if err != nil {
			return err
		}
		return enc.Encode(ch)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range keysOf(c.Photos) {
		out.WriteString(id)
	}
	if err := WriteTruth(&out, c.Truth); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEveryGuidelineIsBroken(t *testing.T) {
	c := community(t)
	who := map[string]map[string]bool{}
	reported := map[string]int{}
	for _, v := range c.Truth.Violations {
		if who[v.Guideline] == nil {
			who[v.Guideline] = map[string]bool{}
		}
		who[v.Guideline][v.ExpertID] = true
		if len(v.Incidents) > 0 {
			reported[v.Guideline]++
		}
	}
	for g := range titles {
		t.Logf("%-20s %2d experts, %2d violations reported", g, len(who[g]), reported[g])
		if len(who[g]) < 4 {
			t.Errorf("%s is broken by %d experts only", g, len(who[g]))
		}
	}
	if len(who) != 15 {
		t.Errorf("%d guidelines broken, 15 wanted", len(who))
	}
}

func TestTruthRefersToWhatIsThere(t *testing.T) {
	c := community(t)
	experts, messages, sessions := map[string]bool{}, map[string]model.Message{}, map[string]model.Session{}
	ratings, status, incidents := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range c.Experts {
		experts[e.ID] = true
	}
	for _, m := range c.Messages {
		messages[m.ID] = m
	}
	for _, s := range c.Sessions {
		sessions[s.ID] = s
	}
	for _, r := range c.Ratings {
		ratings[r.ID] = true
	}
	for _, s := range c.StatusEvents {
		status[s.ID] = true
	}
	for _, i := range c.Incidents {
		incidents[i.ID] = true
	}
	for _, f := range append(append([]Fact{}, c.Truth.Violations...), c.Truth.Decoys...) {
		if !experts[f.ExpertID] {
			t.Errorf("%s: no expert %s", f.Kind, f.ExpertID)
		}
		for _, o := range f.Others {
			if !experts[o] {
				t.Errorf("%s: no expert %s", f.Kind, o)
			}
		}
		for _, e := range f.Evidence {
			m, ok := messages[e.Message]
			if !ok || m.Session != e.Session || m.From != e.From {
				t.Errorf("%s: evidence %+v is not there", f.Kind, e)
			}
			if sessions[e.Session].ExpertID != f.ExpertID {
				t.Errorf("%s: evidence of another expert", f.Kind)
			}
		}
		for _, s := range f.Sessions {
			if _, ok := sessions[s]; !ok {
				t.Errorf("%s: no session %s", f.Kind, s)
			}
		}
		for _, r := range f.Ratings {
			if !ratings[r] {
				t.Errorf("%s: no rating %s", f.Kind, r)
			}
		}
		for _, s := range f.Status {
			if !status[s] {
				t.Errorf("%s: no status event %s", f.Kind, s)
			}
		}
		for _, i := range f.Incidents {
			if !incidents[i] {
				t.Errorf("%s: no incident %s", f.Kind, i)
			}
		}
		for _, id := range []string{f.PhotoID} {
			if id != "" && c.Photos[id] == nil {
				t.Errorf("%s: no photo %s", f.Kind, id)
			}
		}
		if len(f.Evidence)+len(f.Ratings)+len(f.Status) == 0 && f.PhotoID == "" && f.Field == "" && len(f.Others) == 0 && f.Kind != "decoy/drawing" {
			if !strings.HasPrefix(f.Kind, "decoy/") || len(f.Sessions) == 0 {
				t.Errorf("%s by %s shows nothing", f.Kind, f.ExpertID)
			}
		}
	}
}

func TestWhoCopiesWroteLater(t *testing.T) {
	c := community(t)
	at := map[string]time.Time{}
	for _, m := range c.Messages {
		at[m.ID] = m.At
	}
	updated := map[string]time.Time{}
	for _, p := range c.Profiles {
		updated[p.ExpertID] = p.UpdatedAt
	}
	first := map[string]time.Time{} // by expert: their own answer
	for _, f := range c.Truth.Decoys {
		if f.Kind == "decoy/own-answer" {
			first[f.ExpertID] = at[f.Evidence[0].Message]
		}
	}
	for _, f := range c.Truth.Violations {
		switch f.Kind {
		case "plagiarism/answer":
			if !first[f.Others[0]].Before(at[f.Evidence[0].Message]) {
				t.Errorf("%s wrote before %s", f.ExpertID, f.Others[0])
			}
		case "plagiarism/bio", "plagiarism/bio-reworded":
			if !updated[f.Others[0]].Before(updated[f.ExpertID]) {
				t.Errorf("the bio of %s is older than that of %s", f.ExpertID, f.Others[0])
			}
		}
	}
}

// TestTheInnocentAreTheirOwn holds that only whom the truth names shares long
// texts with somebody else; one sentence may go round.
func TestTheInnocentAreTheirOwn(t *testing.T) {
	c := community(t)
	copies := map[string]bool{}
	for _, f := range append(append([]Fact{}, c.Truth.Violations...), c.Truth.Decoys...) {
		if f.Guideline == "plagiarism" {
			copies[f.ExpertID] = true
			for _, o := range f.Others {
				copies[o] = true
			}
		}
	}
	expert := map[string]string{}
	for _, s := range c.Sessions {
		expert[s.ID] = s.ExpertID
	}
	longest := 0
	for _, m := range c.Messages {
		if n := len(strings.Fields(m.Text)); m.From == model.FromExpert && !copies[expert[m.Session]] {
			longest = max(longest, n)
			if n >= 36 {
				t.Errorf("%s has %d words: %q", m.ID, n, m.Text)
			}
		}
	}
	shared := map[string]string{}
	for _, p := range c.Profiles {
		if copies[p.ExpertID] {
			continue
		}
		ws := strings.Fields(p.Bio)
		for i := 0; i+20 <= len(ws); i++ {
			s := strings.Join(ws[i:i+20], " ")
			if o := shared[s]; o != "" && o != p.ExpertID {
				t.Errorf("%s and %s share %q", p.ExpertID, o, s)
			}
			shared[s] = p.ExpertID
		}
	}
	t.Logf("the longest answer has %d words", longest)
}

// contactLike finds what a contact could look like, roughly.
var contactLike = []*regexp.Regexp{
	regexp.MustCompile(`\S@\S`),
	regexp.MustCompile(`(?:\d[ ()-]{0,2}){9,}`),
	regexp.MustCompile(`(?i)\b(?:whatsapp|telegram|skype|venmo|paypal|zelle|cash app)\b`),
	regexp.MustCompile(`(?i)\bwww\.|https?://`),
}

var rudeLike = regexp.MustCompile(`(?i)\b(?:moron|dumbass|pathetic|loser|clown|idiots?|you(?:.re| are) stupid)\b`)

func TestNothingIllIsUnlabelled(t *testing.T) {
	c := community(t)
	labelled := map[string]bool{} // sessions of a violation or decoy
	for _, f := range append(append([]Fact{}, c.Truth.Violations...), c.Truth.Decoys...) {
		for _, e := range f.Evidence {
			labelled[e.Session] = true
		}
		for _, s := range f.Sessions {
			labelled[s] = true
		}
	}
	for _, m := range c.Messages {
		if labelled[m.Session] {
			continue
		}
		text := strings.ReplaceAll(m.Text, "0.30000000000000004", "a sum") // what 0.1 and 0.2 make
		for _, re := range contactLike {
			if re.MatchString(text) {
				t.Errorf("%s looks like a contact: %q", m.ID, m.Text)
			}
		}
		if m.From == model.FromExpert && rudeLike.MatchString(m.Text) {
			t.Errorf("%s is rude: %q", m.ID, m.Text)
		}
	}
	for _, p := range c.Profiles {
		for _, re := range contactLike {
			if re.MatchString(p.Bio + p.Headline) {
				t.Errorf("bio of %s looks like a contact: %q", p.ExpertID, p.Bio)
			}
		}
	}
}

func TestSentencesAreSeldomTwice(t *testing.T) {
	c := community(t)
	n := map[string]int{}
	long := 0
	for _, m := range c.Messages {
		if m.From == model.FromExpert && len(m.Text) > 40 {
			n[m.Text]++
			long++
		}
	}
	often, twice := 0, 0
	for _, k := range n {
		if k > 3 {
			often += k
		}
		if k > 1 {
			twice += k
		}
	}
	t.Logf("%d long messages by experts, %.2f %% occur more than three times, %.1f %% more than once",
		long, 100*float64(often)/float64(long), 100*float64(twice)/float64(long))
	if often*100 > long*3 {
		t.Errorf("%d of %d occur more than three times", often, long)
	}
}

func TestEveryTextIsFilledIn(t *testing.T) {
	c := community(t)
	bad := regexp.MustCompile(`\$\^?[a-z]|[{}]|\|\||//|  |^\s|\s$`)
	for _, m := range c.Messages {
		text := strings.NewReplacer("http://", "", "https://", "").Replace(m.Text)
		if m.Text == "" || bad.MatchString(text) {
			t.Errorf("%s: %q", m.ID, m.Text)
		}
	}
	for _, p := range c.Profiles {
		if p.Bio == "" || bad.MatchString(strings.ReplaceAll(p.Bio, "\n\n", " ")+strings.Join(p.Credentials, ",")+p.Headline) {
			t.Errorf("profile of %s: %q %q %q", p.ExpertID, p.Headline, p.Bio, p.Credentials)
		}
	}
	for _, i := range c.Incidents {
		if i.Text == "" || bad.MatchString(i.Text) || i.At.After(Base) {
			t.Errorf("%s: %q at %s", i.ID, i.Text, i.At)
		}
	}
	for _, r := range c.Ratings {
		if bad.MatchString(r.Comment) {
			t.Errorf("%s: %q", r.ID, r.Comment)
		}
	}
}

func TestHistoryIsInOrder(t *testing.T) {
	c := community(t)
	version := map[string]int64{}
	seen := map[string]bool{}
	var last time.Time
	err := c.Visit(func(it Item) error {
		if it.At.Before(last) {
			t.Errorf("%s %s goes back in time", it.Kind, it.ID)
		}
		if it.At.After(Base) {
			t.Errorf("%s %s is later than the demo's present", it.Kind, it.ID)
		}
		last = it.At
		key := string(it.Kind) + it.ID
		if it.Version <= version[key] {
			t.Errorf("%s %s: version %d after %d", it.Kind, it.ID, it.Version, version[key])
		}
		version[key] = it.Version
		seen[key] = true
		need := ""
		switch v := it.Value.(type) {
		case model.Profile:
			need = "expert" + v.ExpertID
		case model.Session:
			need = "expert" + v.ExpertID
			if !v.EndedAt.After(v.StartedAt) {
				t.Errorf("session %s ends before it starts", v.ID)
			}
		case model.Message:
			need = "session" + v.Session
		case model.Rating:
			need = "session" + v.SessionID
		case model.Incident:
			need = "case" + v.CaseID
		}
		if need != "" && !seen[need] {
			t.Errorf("%s %s stands before %s", it.Kind, it.ID, need)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(c.Messages); i++ {
		a, b := c.Messages[i-1], c.Messages[i]
		if a.Session == b.Session && (b.Seq != a.Seq+1 || b.At.Before(a.At)) {
			t.Errorf("%s does not follow %s", b.ID, a.ID)
		}
	}
}

func TestPhotos(t *testing.T) {
	c := community(t)
	for _, p := range c.Profiles {
		if p.PhotoID != "" && c.Photos[p.PhotoID] == nil {
			t.Errorf("photo of %s is missing", p.ExpertID)
		}
	}
	kinds := map[model.BankKind]int{}
	for _, b := range c.Bank {
		kinds[b.Kind]++
		if c.Photos[b.PhotoID] == nil || b.Name == "" || b.Source == "" || b.Licence == "" {
			t.Errorf("bank photo %+v", b)
		}
	}
	for _, k := range []model.BankKind{model.BankStock, model.BankBanned, model.BankCopyrighted, model.BankLegitimate} {
		if kinds[k] == 0 {
			t.Errorf("no bank of kind %s", k)
		}
	}
	bank, bytes, err := Bank(demo.Photos)
	if err != nil || len(bank) != len(c.Bank) {
		t.Fatalf("%d pictures in the bank, %v", len(bank), err)
	}
	for i, b := range bank {
		if b != c.Bank[i] || bytes[b.PhotoID] == nil {
			t.Errorf("the bank's picture %d differs", i)
		}
	}
	// Nobody shows another's photo but those whom the truth names.
	copies := map[string]bool{}
	for _, f := range append(append([]Fact{}, c.Truth.Violations...), c.Truth.Decoys...) {
		if f.PhotoID != "" || f.Kind == "decoy/two-clusters" {
			copies[f.ExpertID] = true
		}
	}
	owner := map[string]string{}
	for _, b := range c.Bank {
		owner[b.PhotoID] = "bank"
	}
	for _, p := range c.Profiles {
		if p.PhotoID == "" || copies[p.ExpertID] {
			continue
		}
		if o := owner[p.PhotoID]; o != "" {
			t.Errorf("%s and %s show one photo", p.ExpertID, o)
		}
		owner[p.PhotoID] = p.ExpertID
	}
}

func TestGenerateSaysWhatIsMissing(t *testing.T) {
	empty, err := fs.Sub(demo.Photos, "photos")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(1, onlyOne{empty}); err == nil || !strings.Contains(err.Error(), "needed") {
		t.Errorf("one photo is enough? %v", err)
	}
}

// onlyOne shows one photo of a folder.
type onlyOne struct{ fs.FS }

func (o onlyOne) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, name)
	return all[:1], err
}
