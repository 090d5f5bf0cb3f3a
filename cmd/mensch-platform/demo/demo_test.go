package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"mensch/app/model"
	photos "mensch/assets/demo"
	"mensch/cmd/mensch-platform/community"
	"mensch/cmd/mensch-platform/demo"
	"mensch/cmd/mensch-platform/platform"
	"mensch/cmd/mensch-platform/platform/contracttest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, base, token, path string, status int) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != status {
		t.Fatalf("%s answers %d: %.300s", path, res.StatusCode, raw)
	}
	return raw
}

// feed reads the whole feed, keeping the last version of each object.
func feed(t *testing.T, base, token string) map[string]model.Change {
	t.Helper()
	out := map[string]model.Change{}
	for cursor, more := "", true; more; {
		var page model.ChangePage
		must(t, json.Unmarshal(get(t, base, token, "/v1/changes?limit=1000&cursor="+cursor, 200), &page))
		for _, c := range page.Changes {
			out[string(c.Kind)+" "+c.ID] = c
		}
		cursor, more = page.Cursor, page.HasMore
	}
	return out
}

// TestTheDemo starts the demo, checks that the whole community goes over the
// wire as the contract says, decides on a case, and opens it again.
func TestTheDemo(t *testing.T) {
	dir := t.TempDir()
	opts := demo.Options{Dir: dir, Photos: photos.Photos, Seed: 1, Tick: -1}
	d, err := demo.Start(t.Context(), opts)
	must(t, err)
	defer func() { _ = d.Stop() }()
	if !strings.HasPrefix(d.Base, "http://127.0.0.1:") {
		t.Errorf("the demo is at %s", d.Base)
	}

	strict := httptest.NewServer(contracttest.Strict(t, d.Server))
	all := feed(t, strict.URL, d.Token)
	c, err := community.Generate(1, photos.Photos)
	must(t, err)
	kinds := map[model.ChangeKind]int{}
	for _, change := range all {
		kinds[change.Kind]++
	}
	want := map[model.ChangeKind]int{
		model.ChangeExpert: len(c.Experts), model.ChangeProfile: len(c.Profiles), model.ChangeSession: len(c.Sessions),
		model.ChangeMessage: len(c.Messages), model.ChangeRating: len(c.Ratings), model.ChangeStatus: len(c.StatusEvents),
		model.ChangeIncident: len(c.Incidents), model.ChangeCase: len(c.Cases), model.ChangeAppeal: len(c.Appeals), model.ChangeDecision: len(c.Receipts),
	}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("the feed has %d of %s, the community %d", kinds[kind], kind, n)
		}
	}
	secondLooks(t, d, strict.URL, all)
	shown := 0
	for _, p := range c.Profiles {
		if p.PhotoID == "" {
			continue
		}
		shown++
		if shown <= 20 {
			if got := get(t, strict.URL, d.Token, "/v1/photos/"+p.PhotoID, 200); !bytes.Equal(got, c.Photos[p.PhotoID]) {
				t.Errorf("the photo of %s is another", p.ExpertID)
			}
		} else if got, err := d.Server.ReadPhoto(p.PhotoID); err != nil || !bytes.Equal(got, c.Photos[p.PhotoID]) {
			t.Errorf("the photo of %s: %v", p.ExpertID, err)
		}
	}
	banks, err := d.Banks(t.Context())
	must(t, err)
	if len(banks) != len(c.Bank) || len(banks) == 0 {
		t.Errorf("%d pictures in the banks, want %d", len(banks), len(c.Bank))
	}
	for _, b := range banks {
		if _, err := d.Server.ReadPhoto(b.PhotoID); err != nil {
			t.Errorf("the bank's %s: %v", b.Name, err)
		}
	}

	open := firstOpen(t, c)
	key := "d-demo-1"
	decide(t, strict.URL, d.Token, key, open)
	strict.Close()
	before, err := d.Server.Size(t.Context())
	must(t, err)
	base, token := d.Base, d.Token
	must(t, d.Stop())
	must(t, d.Stop())

	opts.Seed = 2 // the community that is there stays
	again, err := demo.Start(t.Context(), opts)
	must(t, err)
	defer func() { _ = again.Stop() }()
	if again.Base != base {
		t.Errorf("the demo moved from %s to %s", base, again.Base)
	}
	get(t, again.Base, token, "/v1/me", 401) // the old token went with the old run
	get(t, again.Base, again.Colleague, "/v1/me", 200)
	after, err := again.Server.Size(t.Context())
	if err != nil || after != before {
		t.Errorf("%d objects, %d before, %v", after, before, err)
	}
	get(t, again.Base, again.Token, "/v1/decisions/"+key, 200)
}

func firstOpen(t *testing.T, c *community.Community) model.Case {
	t.Helper()
	for _, k := range c.Cases {
		if k.State == model.CaseOpen {
			return k
		}
	}
	t.Fatal("the demo has no open case")
	return model.Case{}
}

func decide(t *testing.T, base, token, key string, k model.Case) {
	t.Helper()
	body, err := json.Marshal(model.Decision{
		ID: key, CaseID: k.ID, CaseVersion: k.Version, ExpertID: k.ExpertID, Outcome: model.Dismissed,
		PackVersion: "1", DecidedAt: community.Base,
	})
	must(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v1/cases/"+k.ID+"/decisions", bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(k.Version)))
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusCreated {
		raw, _ := io.ReadAll(res.Body)
		t.Fatalf("the decision is answered %d: %s", res.StatusCode, raw)
	}
}

func TestFillRefusesWhatHoldsOtherThings(t *testing.T) {
	s, err := platform.Open(t.Context(), t.TempDir(), platform.Options{Rate: rate.Inf, Tick: -1})
	must(t, err)
	defer func() { _ = s.Close() }()
	must(t, s.Load(context.Background(), func(l *platform.Loader) error {
		return l.Put(model.ChangeStatus, "s1", 1, model.StatusEvent{ID: "s1", Version: 1, ExpertID: "e1", Status: model.Busy})
	}))
	if err := demo.Fill(t.Context(), s, photos.Photos, 1); err == nil {
		t.Error("a platform in use was filled with the demo")
	}
}

// secondLooks checks that the demo has proposals of the colleague to answer,
// and an appeal with files that can be fetched.
func secondLooks(t *testing.T, d *demo.Demo, base string, all map[string]model.Change) {
	t.Helper()
	proposals, files := 0, 0
	for _, change := range all {
		switch change.Kind {
		case model.ChangeApproval:
			var a model.Approval
			must(t, json.Unmarshal(change.Data, &a))
			var k model.Case
			must(t, json.Unmarshal(all["case "+a.CaseID].Data, &k))
			if a.Proposer != demo.Colleague || !a.Expires.After(time.Now()) || k.State != model.CaseProposed || k.Version != a.CaseVersion || len(a.Decision.Evidence) == 0 || a.Decision.Message == "" {
				t.Errorf("the proposal %+v on %+v", a, k)
			}
			proposals++
		case model.ChangeAppeal:
			var a model.Appeal
			must(t, json.Unmarshal(change.Data, &a))
			for _, f := range a.Files {
				if raw := get(t, base, d.Token, "/v1/files/"+f.ID, 200); int64(len(raw)) != f.Bytes {
					t.Errorf("the file %s has %d bytes, not %d", f.Name, len(raw), f.Bytes)
				}
				files++
			}
		}
	}
	if proposals == 0 || files == 0 {
		t.Errorf("%d proposals and %d files of appeals", proposals, files)
	}
}
