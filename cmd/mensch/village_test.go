package main

import (
	"context"
	"net/http/httptest"
	"testing"

	"mensch/app/model"
	assetsdemo "mensch/assets/demo"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/community"
	"mensch/cmd/mensch-platform/platform"
)

// village is the part of the demo community in one cluster, behind a platform
// of its own: small enough for the race detector.
type village struct {
	base, token string
	messages    int
	stop        func()
}

func newVillage(ctx context.Context, t *testing.T, dir, storeDir, cluster string) village {
	t.Helper()
	all, err := community.Generate(demoSeed, assetsdemo.Photos)
	if err != nil {
		t.Fatal(err)
	}
	far, err := platform.Open(ctx, dir, platform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := village{token: platform.NewSecret()}
	if err := far.AddTokens(ctx, platform.Token{Name: "Villager", Roles: []string{platform.RoleModerator}, Secret: v.token}); err != nil {
		t.Fatal(err)
	}
	lives := dwellers(all, cluster)
	err = far.Load(ctx, func(l *platform.Loader) error {
		for _, photo := range all.Photos {
			if _, err := l.PutPhoto(photo); err != nil {
				return err
			}
		}
		return all.Visit(func(it community.Item) error {
			if !lives(it) {
				return nil
			}
			if it.Kind == model.ChangeMessage {
				v.messages++
			}
			return l.Put(it.Kind, it.ID, it.Version, it.Value)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(far)
	v.base = web.URL
	v.stop = func() {
		web.Close()
		if err := far.Close(); err != nil {
			t.Error(err)
		}
	}
	desk, err := workplace.Open(ctx, workplace.Config{Dir: storeDir})
	if err != nil {
		t.Fatal(err)
	}
	if err := stockDemoBanks(ctx, desk); err != nil {
		t.Fatal(err)
	}
	if err := desk.Close(); err != nil {
		t.Fatal(err)
	}
	return v
}

// dwellers says which items of a community belong to the experts of a cluster.
// Appeals and earlier decisions stay out, for they refer to each other.
func dwellers(all *community.Community, cluster string) func(community.Item) bool {
	experts, sessions := map[string]bool{}, map[string]bool{}
	for _, e := range all.Experts {
		experts[e.ID] = e.Cluster == cluster
	}
	for _, s := range all.Sessions {
		sessions[s.ID] = experts[s.ExpertID]
	}
	return func(it community.Item) bool {
		switch v := it.Value.(type) {
		case model.Expert:
			return experts[v.ID]
		case model.Profile:
			return experts[v.ExpertID]
		case model.Session:
			return experts[v.ExpertID]
		case model.Message:
			return sessions[v.Session]
		case model.Rating:
			return experts[v.ExpertID]
		case model.StatusEvent:
			return experts[v.ExpertID]
		case model.Incident:
			return experts[v.ExpertID]
		case model.Case:
			return experts[v.ExpertID]
		}
		return false
	}
}
