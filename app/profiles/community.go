// Package profiles compares what experts say of themselves with what others
// say, and with what the platform knows: text that stands in two profiles, two
// accounts of one person, degrees and years that cannot be true.
package profiles

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// The detectors' names.
const (
	SamePerson  = "same-person"
	Plagiarism  = "plagiarism"
	Credentials = "credentials"
	Notice      = "copyright-notice"
)

// Community is an index over all profiles. It may be used from many
// goroutines; Review only reads.
type Community struct {
	mu      sync.RWMutex
	pack    *guidelines.Pack
	members map[string]*member
	keys    map[string]map[string]struct{} // blocking key -> experts
	texts   *textIndex
	said    map[string]map[string][]claim // expert -> field -> titles claimed in it

	linkAt  float64 // weight of evidence, in bits, from which two accounts are one person
	reuseAt float64 // share of a text's neighbouring words that stand elsewhere, from which it is a copy
}

// member is one expert as it is compared.
type member struct {
	model.ExpertProfile
	keys []string
}

// NewCommunity makes an empty index. Of the pack it reads the parameters of
// same-person (bits) and plagiarism (share), and each detector's min_score; nil
// takes the built-in ones.
func NewCommunity(pack *guidelines.Pack, _ fs.FS) (*Community, error) {
	c := &Community{pack: pack, members: map[string]*member{}, keys: map[string]map[string]struct{}{}, texts: newTextIndex(), said: map[string]map[string][]claim{}, linkAt: 7, reuseAt: 0.15}
	if pack != nil {
		c.linkAt = pack.Param(SamePerson, "bits", c.linkAt)
		c.reuseAt = pack.Param(Plagiarism, "share", c.reuseAt)
	}
	return c, nil
}

// Put adds an expert, or replaces what is known of them.
func (c *Community) Put(e model.ExpertProfile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(e.Expert.ID)
	m := &member{ExpertProfile: e, keys: blockingKeys(e)}
	c.members[e.Expert.ID] = m
	for _, k := range m.keys {
		if c.keys[k] == nil {
			c.keys[k] = map[string]struct{}{}
		}
		c.keys[k][e.Expert.ID] = struct{}{}
	}
	since := e.Profile.UpdatedAt
	if since.IsZero() {
		since = e.Expert.JoinedAt
	}
	c.texts.put(e.Expert.ID, "bio", e.Profile.Bio, since)
	c.texts.put(e.Expert.ID, "headline", e.Profile.Headline, since)
}

// profileFields are the texts that Put indexes; those of AddText stay.
var profileFields = []string{"bio", "headline"}

// Remove takes an expert and their texts out.
func (c *Community) Remove(expertID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(expertID)
}

func (c *Community) remove(expertID string) {
	m, ok := c.members[expertID]
	if !ok {
		return
	}
	for _, k := range m.keys {
		delete(c.keys[k], expertID)
		if len(c.keys[k]) == 0 {
			delete(c.keys, k)
		}
	}
	delete(c.members, expertID)
	for _, field := range profileFields {
		c.texts.remove(expertID, field)
	}
}

// AddText adds another text of an expert, such as an answer with the field
// message:<id>, to what all texts are compared with. Review reads long answers
// too: an answer that somebody else gave before is no work of one's own. The same
// field again replaces the text. It may come before the expert, and stays when
// the expert is removed.
func (c *Community) AddText(expertID, field, text string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.texts.of(expertID, field); ok && t.text == text && t.since.Equal(at) {
		return // a first sync tells each answer twice
	}
	c.texts.put(expertID, field, text, at)
	if c.said[expertID] == nil {
		c.said[expertID] = map[string][]claim{}
	}
	if said := claimsIn(field, text, at); len(said) > 0 {
		c.said[expertID][field] = said
	} else {
		delete(c.said[expertID], field)
	}
}

// RemoveText takes a text of AddText away again.
func (c *Community) RemoveText(expertID, field string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts.remove(expertID, field)
	delete(c.said[expertID], field)
}

// Texts are the fields of AddText that stand in the index for an expert.
func (c *Community) Texts(expertID string) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.DeleteFunc(c.texts.fields(expertID), func(field string) bool { return slices.Contains(profileFields, field) })
}

// Near are the other experts with a text that shares much with one of an
// expert's: those whose findings may change when it does.
func (c *Community) Near(expertID, field string) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	t, ok := c.texts.of(expertID, field)
	if !ok {
		return nil
	}
	var out []string
	for _, n := range c.texts.similar(t, func(*indexed) bool { return false }) {
		out = append(out, n.text.expert)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// claimsOf are the titles that an expert claims in their answers, in order.
func (c *Community) claimsOf(expertID string) []claim {
	var out []claim
	for _, field := range sortedKeys(c.said[expertID]) {
		out = append(out, c.said[expertID][field]...)
	}
	return out
}

// Review gives the findings about an expert's profile.
func (c *Community) Review(expertID string) []model.Finding {
	c.mu.RLock()
	defer c.mu.RUnlock()
	m, ok := c.members[expertID]
	if !ok {
		return nil
	}
	links := c.links(m)
	out := samePersonFindings(m, links)
	own := map[string]bool{}
	for _, l := range links {
		own[l.other.Expert.ID] = true
	}
	out = append(out, c.reuse(m, own)...)
	out = append(out, credentials(m.ExpertProfile, c.claimsOf(expertID))...)
	out = slices.DeleteFunc(out, func(f model.Finding) bool {
		return c.pack != nil && f.Score < c.pack.Param(f.Detector, "min_score", 0)
	})
	for i := range out {
		out[i].ExpertID = expertID
		if out[i].At.IsZero() {
			out[i].At = m.Profile.UpdatedAt
		}
	}
	return out
}

// folded is text in lower case with single spaces.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
