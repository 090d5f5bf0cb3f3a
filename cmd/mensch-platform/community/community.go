// Package community makes the demo community of the reference platform from a
// seed: experts, profiles, photos, transcripts, ratings, status events,
// incidents and earlier decisions, and the truth of who breaks which
// guideline. Equal seeds and photos give equal communities. No person, number
// or address in it is real.
package community

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"mensch/app/model"
)

//go:embed texts/*.txt
var texts embed.FS

// Base is the demo's present: nothing in a community is later.
var Base = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

// PackVersion is what the earlier decisions name as the rule pack they were
// made under.
const PackVersion = "2026.1"

// BankPhoto is a picture of one of the moderator's demo banks.
type BankPhoto struct {
	PhotoID string         `json:"photo_id"` // key into Community.Photos
	Kind    model.BankKind `json:"kind"`
	Bank    string         `json:"bank"` // the bank's name; a kind has one bank
	Name    string         `json:"name"`
	Source  string         `json:"source"`
	Licence string         `json:"licence"`
	Note    string         `json:"note,omitempty"`
}

// Community is the whole demo. Every object stands in its latest version;
// History holds the older ones.
type Community struct {
	Seed         int64
	Base         time.Time
	Experts      []model.Expert
	Profiles     []model.Profile
	Sessions     []model.Session
	Messages     []model.Message // by session, then Seq
	Ratings      []model.Rating
	StatusEvents []model.StatusEvent
	Incidents    []model.Incident
	Cases        []model.Case
	Appeals      []model.Appeal
	Receipts     []model.Receipt
	Photos       map[string][]byte // by SHA-256 in lower-case hex; banks' photos included
	Bank         []BankPhoto
	Files        map[string][]byte // that came with appeals, by name
	Truth        Truth

	history []Item // every version of everything, in commit order
}

// Item is one commit of the platform: an object at a version.
type Item struct {
	At      time.Time
	Kind    model.ChangeKind
	ID      string
	Version int64
	Value   any // the model struct, such as model.Expert
}

// Change gives the item as an entry of the platform's feed.
func (it Item) Change() (model.Change, error) {
	data, err := json.Marshal(it.Value)
	if err != nil {
		return model.Change{}, fmt.Errorf("encoding %s %s: %w", it.Kind, it.ID, err)
	}
	return model.Change{Kind: it.Kind, ID: it.ID, Version: it.Version, Data: data}, nil
}

// Visit calls yield with every version of every object in a plausible commit
// order: an expert before their profile and sessions, a session before its
// messages, and older versions where they stood. It stops at the first error,
// and returns it.
func (c *Community) Visit(yield func(Item) error) error {
	for _, it := range c.history {
		if err := yield(it); err != nil {
			return err
		}
	}
	return nil
}

// Generate makes the community of a seed. photos holds the portraits and
// pictures of mensch/assets/demo, in any folder. It takes a second or two.
func Generate(seed int64, photos fs.FS) (*Community, error) {
	lib, err := loadLibrary(texts)
	if err != nil {
		return nil, fmt.Errorf("reading the demo's texts: %w", err)
	}
	w := newWorld(seed, lib)
	if err := w.loadPhotos(photos); err != nil {
		return nil, fmt.Errorf("reading the demo's photos: %w", err)
	}
	w.settle()
	if err := w.castRoles(); err != nil {
		return nil, fmt.Errorf("casting the demo: %w", err)
	}
	if err := w.dressPhotos(); err != nil {
		return nil, fmt.Errorf("making the demo's photos: %w", err)
	}
	w.writeProfiles()
	if err := w.holdSessions(); err != nil {
		return nil, fmt.Errorf("writing the demo's sessions: %w", err)
	}
	w.keepStatus()
	w.rate()
	if err := w.report(); err != nil {
		return nil, fmt.Errorf("writing the demo's incidents: %w", err)
	}
	return w.finish(), nil
}

// finish numbers everything and lays down the commit order.
func (w *world) finish() *Community {
	c := &Community{Seed: w.seed, Base: Base, Photos: w.photos, Bank: w.bank, Files: w.papers, Truth: Truth{Seed: w.seed, Base: Base}}
	var items []Item
	add := func(at time.Time, kind model.ChangeKind, id string, version int64, value any) {
		items = append(items, Item{At: at, Kind: kind, ID: id, Version: version, Value: value})
	}
	for _, p := range w.people {
		for _, e := range p.experts {
			add(e.at, model.ChangeExpert, e.expert.ID, e.expert.Version, e.expert)
		}
		c.Experts = append(c.Experts, p.experts[len(p.experts)-1].expert)
		for _, v := range p.profiles {
			add(v.UpdatedAt, model.ChangeProfile, v.ExpertID, v.Version, v)
		}
		c.Profiles = append(c.Profiles, p.profiles[len(p.profiles)-1])
	}
	for _, ch := range w.chats {
		c.Sessions = append(c.Sessions, ch.session)
		add(ch.session.EndedAt, model.ChangeSession, ch.session.ID, 1, ch.session)
		for _, l := range ch.lines {
			c.Messages = append(c.Messages, l.message)
			add(ch.session.EndedAt, model.ChangeMessage, l.message.ID, 1, l.message)
		}
	}
	for _, r := range w.ratings {
		c.Ratings = append(c.Ratings, *r)
		add(r.At, model.ChangeRating, r.ID, r.Version, *r)
	}
	for _, s := range w.status {
		c.StatusEvents = append(c.StatusEvents, *s)
		add(s.At, model.ChangeStatus, s.ID, s.Version, *s)
	}
	for _, i := range w.incidents {
		c.Incidents = append(c.Incidents, *i)
		add(i.At, model.ChangeIncident, i.ID, i.Version, *i)
	}
	for _, id := range keysOf(w.cases) {
		k := w.cases[id]
		c.Cases = append(c.Cases, k.versions[len(k.versions)-1].Value.(model.Case))
		items = append(items, k.versions...)
	}
	for _, r := range w.receipts {
		c.Receipts = append(c.Receipts, r)
		add(r.ReceivedAt, model.ChangeDecision, r.Key, 1, r)
	}
	for _, a := range w.appeals {
		c.Appeals = append(c.Appeals, a)
		at := a.At
		if !a.DecidedAt.IsZero() {
			at = a.DecidedAt
		}
		add(at, model.ChangeAppeal, a.ID, a.Version, a)
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return kindOrder[a.Kind] - kindOrder[b.Kind]
	})
	c.history = items
	for _, d := range w.deeds {
		if d.innocent {
			c.Truth.Decoys = append(c.Truth.Decoys, d.fact())
		} else {
			c.Truth.Violations = append(c.Truth.Violations, d.fact())
		}
	}
	return c
}

var kindOrder = map[model.ChangeKind]int{
	model.ChangeExpert: 0, model.ChangeProfile: 1, model.ChangeSession: 2, model.ChangeMessage: 3, model.ChangeRating: 4,
	model.ChangeStatus: 5, model.ChangeCase: 6, model.ChangeIncident: 7, model.ChangeDecision: 8, model.ChangeAppeal: 9,
}
