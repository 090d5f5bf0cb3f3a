package store

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"mensch/app/model"
)

// FuzzApplyPage feeds whatever a platform might send. A change is taken, is
// known, or is set aside; it is never an error, and never breaks the store.
func FuzzApplyPage(f *testing.F) {
	kinds := slices.Sorted(maps.Keys(nouns))
	e, p, v, m, r, st, i, c, rec, a := everything()
	for _, seed := range []struct {
		kind model.ChangeKind
		id   string
		data any
	}{
		{model.ChangeExpert, e.ID, e},
		{model.ChangeProfile, p.ExpertID, p},
		{model.ChangeSession, v.ID, v},
		{model.ChangeMessage, m.ID, m},
		{model.ChangeRating, r.ID, r},
		{model.ChangeStatus, st.ID, st},
		{model.ChangeIncident, i.ID, i},
		{model.ChangeCase, c.ID, c},
		{model.ChangeDecision, rec.Key, rec},
		{model.ChangeAppeal, a.ID, a},
	} {
		data, err := json.Marshal(seed.data)
		ok(f, err)
		f.Add(uint8(slices.Index(kinds, seed.kind)), seed.id, int64(1), false, data)
	}
	for _, data := range []string{``, `null`, `[]`, `{}`, `{"id":"m1","session":"s","seq":1,"from":"expert","text":"\u0000\ud800 x"}`, `{"id":"e1","joined_at":"0000-01-01T00:00:00Z"}`, `{"id":"e1","joined_at":"9999-12-31T23:59:59.999999999+23:59"}`} {
		f.Add(uint8(slices.Index(kinds, model.ChangeMessage)), "m1", int64(2), false, []byte(data))
		f.Add(uint8(slices.Index(kinds, model.ChangeExpert)), "e1", int64(2), true, []byte(data))
	}
	s := openStore(f)
	f.Fuzz(func(t *testing.T, kind uint8, id string, version int64, deleted bool, data []byte) {
		ctx := t.Context()
		reset(t, s)
		ch := model.Change{Kind: kinds[int(kind)%len(kinds)], ID: id, Version: version, Deleted: deleted, Data: data}
		res, err := s.ApplyPage(ctx, testServer, "", model.ChangePage{Changes: []model.Change{ch, ch}, Cursor: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if res.Applied+res.Stale+res.Deleted+res.Bad != 2 || res.Applied > 1 {
			t.Fatalf("%+v", res)
		}
		work, err := s.PendingWork(ctx, model.WorkCase, "", 0)
		ok(t, err)
		for _, w := range work {
			ok(t, s.RefreshCase(ctx, w.ID, t0, rank))
		}
		for _, look := range []error{
			second(s.Experts(ctx, "", 0)), second(s.Ratings(ctx, "", 0)), second(s.QueuePage(ctx, model.QueueFilter{}, model.QueueKey{}, 0)), second(s.Search(ctx, "x", 0, 0)),
			second(s.Messages(ctx, "s", 0, 0)), second(s.DecisionsOf(ctx, "e1")), second(s.StrikesOf(ctx, "e1")), second(s.Counts(ctx)),
		} {
			ok(t, look)
		}
	})
}
