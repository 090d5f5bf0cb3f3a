package app

import (
	"slices"
	"sync"

	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/transcripts"
)

// answerLength is how many bytes a message needs to be more than small talk,
// which everybody repeats.
const answerLength = 80

// answers remembers which of an expert's answers the index of texts holds for
// each session, so that they can be taken out again: what the platform erased
// must not live on in memory.
type answers struct {
	mu       sync.Mutex
	sessions map[string]answered
}

type answered struct {
	expert string
	fields []string // of profiles.Community.AddText
}

// put gives the longer messages of a session to the search for copied text in
// the place of those that it gave before. wrote reports whether there are any;
// touched are the experts whose texts are near to one that went.
func (a *answers) put(index *profiles.Community, c model.Conversation) (wrote bool, touched []string) {
	now := answered{expert: c.Session.ExpertID}
	for _, m := range c.Messages {
		if m.From == model.FromExpert && len(m.Text) >= answerLength {
			field := "message:" + m.ID
			index.AddText(now.expert, field, m.Text, m.At)
			now.fields = append(now.fields, field)
		}
	}
	return len(now.fields) > 0, a.replace(index, c.Session.ID, now)
}

// erase takes the answers of a session out of the index.
func (a *answers) erase(index *profiles.Community, sessionID string) (touched []string) {
	return a.replace(index, sessionID, answered{})
}

func (a *answers) replace(index *profiles.Community, sessionID string, now answered) (touched []string) {
	a.mu.Lock()
	before := a.sessions[sessionID]
	if a.sessions == nil {
		a.sessions = map[string]answered{}
	}
	if len(now.fields) > 0 {
		a.sessions[sessionID] = now
	} else {
		delete(a.sessions, sessionID)
	}
	a.mu.Unlock()
	for _, field := range before.fields {
		if before.expert == now.expert && slices.Contains(now.fields, field) {
			continue
		}
		touched = append(touched, index.Near(before.expert, field)...)
		touched = append(touched, before.expert)
		index.RemoveText(before.expert, field)
	}
	return touched
}

// forget takes an expert who was erased out of the index of texts, with all that
// they wrote, and adds to due those whose texts are near to theirs.
func (x *indexes) forget(expertID string, due map[string]struct{}) {
	fields := x.community.Texts(expertID)
	for _, field := range append([]string{"bio", "headline"}, fields...) {
		for _, id := range x.community.Near(expertID, field) {
			due[id] = struct{}{}
		}
	}
	x.community.Remove(expertID)
	for _, field := range fields {
		x.community.RemoveText(expertID, field)
	}
}

// openReadings is how many sessions under way keep what was read of them.
const openReadings = 128

// readings keeps what was read of sessions that are still under way, so that a
// new message costs the reading of one message and not of the whole session.
type readings struct {
	mu    sync.Mutex
	of    map[string]*transcripts.Reading
	order []string // the longest kept first
}

// review reviews a session as the reader does, with what is known of it, and
// gives what was read of it, nil where nothing is kept.
func (k *readings) review(reader *transcripts.Reader, c model.Conversation) ([]model.Finding, *transcripts.Reading) {
	id := c.Session.ID
	k.mu.Lock()
	before := k.of[id]
	k.mu.Unlock()
	if !c.Session.EndedAt.IsZero() { // nothing more will come
		k.drop(id)
		if before == nil {
			return reader.Review(c), nil
		}
		return reader.ReviewNext(before, c)
	}
	found, now := reader.ReviewNext(before, c)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of = map[string]*transcripts.Reading{}
	}
	if _, known := k.of[id]; !known {
		k.order = append(k.order, id)
	}
	k.of[id] = now
	for len(k.of) > openReadings {
		delete(k.of, k.order[0])
		k.order = k.order[1:]
	}
	return found, now
}

// drop forgets a session.
func (k *readings) drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.of[id]; known {
		delete(k.of, id)
		k.order = slices.DeleteFunc(k.order, func(o string) bool { return o == id })
	}
}
