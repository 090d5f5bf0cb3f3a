package platform_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

// FuzzPosts sends arbitrary bodies to every address that takes one: each is
// taken or refused with a problem, and none breaks the platform.
func FuzzPosts(f *testing.F) {
	s, err := platform.Open(f.Context(), f.TempDir(), platform.Options{Tokens: tokens, Tick: -1, Rate: 1e9, Burst: 1e9})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	(&fixture{t: f, s: s}).people(1)
	seed := func(path string, body any) {
		raw, err := json.Marshal(body)
		must(f, err)
		f.Add(path, "d1", `"0"`, raw)
	}
	paths := []string{"/v1/cases/e1.1/decisions", "/v1/cases/e1.1/lease", "/v1/incidents", "/v1/appeals"}
	d := sanctioning("e1", "d1", 0, model.Sanction{Step: model.StepFieldReset, Field: "bio"}, model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-1"}})
	d.CaseID = "e1.2"
	seed("/v1/cases/e1.2/decisions", d)
	seed(paths[1], model.Lease{Token: 1})
	seed(paths[2], model.Incident{ExpertID: "e1", Reporter: model.ReporterClient, Text: "x", At: day})
	seed(paths[3], model.Appeal{DecisionID: "d1", Text: "x"})
	for _, path := range paths {
		f.Add(path, "k", `"1"`, []byte(`{"id":"k","at":"9999-12-31T23:59:59.999999999-23:59"}`))
		f.Add(path, "\x00", "*", []byte(`[`))
	}
	f.Fuzz(func(t *testing.T, path, key, match string, body []byte) {
		method := "POST"
		if len(key)%7 == 3 {
			method = "PUT"
		}
		r := httptest.NewRequestWithContext(t.Context(), method, "/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Authorization", "Bearer "+robin)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
		r.Header.Set("If-Match", match)
		rec := record(s, r)
		if rec.Code >= 500 {
			t.Errorf("%s %q answers %d: %s", method, path, rec.Code, rec.Body)
		}
		if rec.Code >= 400 {
			var p problem
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Status != rec.Code {
				t.Errorf("%s %q answers %d without a problem: %s", method, path, rec.Code, rec.Body)
			}
		}
	})
}
