package platform_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

func TestEveryEndpointKeepsTheContract(t *testing.T) {
	f := start(t, nil)
	f.people(2)

	f.ask("", "GET", "/openapi.json", nil).want(200)
	if got := f.ask("", "GET", "/openapi.yaml", nil).want(200); !bytes.Equal(got.body, platform.ContractYAML()) {
		t.Error("the YAML that is served differs from the document")
	}
	var me struct {
		Name   string
		Roles  []string
		Server string
	}
	f.ask(robin, "GET", "/v1/me", nil).want(200).into(&me)
	if me.Name != "Robin" || len(me.Roles) != 1 || me.Roles[0] != "moderator" || me.Server != f.s.ID() {
		t.Errorf("me is %+v", me)
	}

	// One of each kind is in the feed, so that each schema is held to.
	f.load(func(l *platform.Loader) {
		must(t, l.Put(model.ChangeStatus, "st1", 1, model.StatusEvent{ID: "st1", Version: 1, ExpertID: "e1", Status: model.Available, At: day}))
	})
	d := sanctioning("e1", "d1", 1,
		model.Sanction{Step: model.StepSuspension, EndsAt: day.AddDate(0, 0, 7)},
		model.Sanction{Step: model.StepFieldReset, Field: "bio"})
	d.Evidence = []model.Evidence{{
		Kind: "finding", ID: "f1", Text: "Call me", Finding: &model.Finding{
			ID: "f1", ExpertID: "e1", Detector: "contact", Guideline: "contact-exchange", Score: .9, Reason: "a phone number", At: day,
			Spans:    []model.Span{{Message: "m-e1-1", Start: 0, End: 4}},
			Match:    &model.Match{Kind: model.AlteredCopy},
			Accounts: []model.Linked{{ExpertID: "e2"}},
			Passages: []model.Passage{{Field: "bio"}},
			Events:   []model.Event{{Kind: "rating", At: day}},
		},
	}}
	f.decide(robin, d).want(201)
	f.decide(robin, d).want(200)
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(200)
	f.ask(robin, "POST", "/v1/appeals", map[string]string{"decision_id": "d1", "text": "Not me"}).want(201)
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e2", Reporter: model.ReporterStaff, Text: "Late", At: day}).want(201)
	var lease model.Lease
	f.ask(robin, "POST", "/v1/cases/e2.1/lease", nil).want(201).into(&lease)
	f.ask(robin, "PUT", "/v1/cases/e2.1/lease", lease).want(200)
	f.ask(robin, "DELETE", "/v1/cases/e2.1/lease?token=1", nil).want(204)
	f.team(robin, event("n1", model.TeamNote, nil)).want(201)
	f.ask(robin, "GET", "/v1/colleagues", nil).want(200)
	f.ask(senior, "DELETE", "/v1/experts/e2", nil).want(204)

	changes, _ := f.all("")
	kinds := map[model.ChangeKind]int{}
	tombstones := 0
	for _, c := range changes {
		if c.Deleted {
			tombstones++
		} else {
			kinds[c.Kind]++
		}
	}
	if len(kinds) != 11 || tombstones == 0 {
		t.Errorf("the feed has the kinds %v and %d tombstones", kinds, tombstones)
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	f := start(t, func(o *platform.Options) { o.MaxBody = 20000 })
	f.people(1)
	good := warning("e1", "d1", 1)
	key, match := []string{"Idempotency-Key", "d1"}, []string{"If-Match", `"1"`}
	both := append(append([]string{}, key...), match...)
	path := "/v1/cases/e1.1/decisions"
	edit := func(change func(*model.Decision)) model.Decision {
		d := warning("e1", "d1", 1)
		change(&d)
		return d
	}
	tests := map[string]struct {
		token, method, path string
		body                any
		headers             []string
		status              int
		kind                string
	}{
		"no token":             {"", "GET", "/v1/me", nil, nil, 401, "unauthorized"},
		"wrong token":          {"nobody-has-this-token", "GET", "/v1/changes", nil, nil, 401, "unauthorized"},
		"another scheme":       {"", "GET", "/v1/me", nil, []string{"Authorization", "Basic " + robin}, 401, "unauthorized"},
		"reader decides":       {reader, "POST", path, good, both, 403, "forbidden"},
		"reader leases":        {reader, "POST", "/v1/cases/e1.1/lease", nil, nil, 403, "forbidden"},
		"moderator erases":     {robin, "DELETE", "/v1/experts/e1", nil, nil, 403, "forbidden"},
		"erases nobody":        {senior, "DELETE", "/v1/experts/e9", nil, nil, 404, "not-found"},
		"no such address":      {robin, "GET", "/v2/changes", nil, nil, 404, "not-found"},
		"wrong method":         {robin, "PATCH", "/v1/changes", nil, nil, 405, "invalid"},
		"limit 0":              {robin, "GET", "/v1/changes?limit=0", nil, nil, 400, "invalid"},
		"limit 1001":           {robin, "GET", "/v1/changes?limit=1001", nil, nil, 400, "invalid"},
		"limit in words":       {robin, "GET", "/v1/changes?limit=many", nil, nil, 400, "invalid"},
		"made-up cursor":       {robin, "GET", "/v1/changes?cursor=abc", nil, nil, 400, "cursor-foreign"},
		"photo not there":      {robin, "GET", "/v1/photos/" + strings.Repeat("0", 64), nil, nil, 404, "not-found"},
		"photo up the tree":    {robin, "GET", "/v1/photos/..%2f..%2fplatform.db", nil, nil, 404, "not-found"},
		"photo in upper case":  {robin, "GET", "/v1/photos/" + strings.Repeat("A", 64), nil, nil, 404, "not-found"},
		"no key":               {robin, "POST", path, good, match, 400, "invalid"},
		"endless key":          {robin, "POST", path, good, append([]string{"Idempotency-Key", strings.Repeat("k", 201)}, match...), 400, "invalid"},
		"no If-Match":          {robin, "POST", path, good, key, 428, "precondition-required"},
		"bare If-Match":        {robin, "POST", path, good, append([]string{"If-Match", "1"}, key...), 400, "invalid"},
		"weak If-Match":        {robin, "POST", path, good, append([]string{"If-Match", `W/"1"`}, key...), 400, "invalid"},
		"If-Match differs":     {robin, "POST", path, good, append([]string{"If-Match", `"2"`}, key...), 422, "invalid"},
		"key differs":          {robin, "POST", path, good, append([]string{"Idempotency-Key", "d2"}, match...), 422, "invalid"},
		"case differs":         {robin, "POST", "/v1/cases/e1.2/decisions", good, both, 422, "invalid"},
		"no JSON":              {robin, "POST", path, []byte("{"), both, 400, "invalid"},
		"two values":           {robin, "POST", path, []byte("{} {}"), both, 400, "invalid"},
		"form":                 {robin, "POST", path, good, append([]string{"Content-Type", "text/plain"}, both...), 415, "invalid"},
		"huge body":            {robin, "POST", path, edit(func(d *model.Decision) { d.Message = strings.Repeat("x", 20001) }), both, 413, "invalid"},
		"no outcome":           {robin, "POST", path, edit(func(d *model.Decision) { d.Outcome = "" }), both, 422, "invalid"},
		"no sanction":          {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions = nil }), both, 422, "invalid"},
		"dismissed and not":    {robin, "POST", path, edit(func(d *model.Decision) { d.Outcome = model.Dismissed }), both, 422, "invalid"},
		"reverses nothing":     {robin, "POST", path, edit(func(d *model.Decision) { d.Outcome, d.Sanctions = model.Reversed, nil }), both, 422, "invalid"},
		"reverses unknown":     {robin, "POST", path, edit(func(d *model.Decision) { d.Outcome, d.Sanctions, d.Reverses = model.Reversed, nil, "d0" }), both, 422, "invalid"},
		"unknown step":         {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions[0].Step = "flogging" }), both, 422, "invalid"},
		"reset of no field":    {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions[0].Step = model.StepFieldReset }), both, 422, "invalid"},
		"void of no rating":    {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions[0].Step = model.StepRatingVoid }), both, 422, "invalid"},
		"ban with an end":      {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions[0].Step, d.Sanctions[0].EndsAt = model.StepBan, day.Add(1) }), both, 422, "invalid"},
		"somebody else's":      {robin, "POST", path, edit(func(d *model.Decision) { d.Sanctions[0].ExpertID = "e2" }), both, 422, "invalid"},
		"no such expert":       {robin, "POST", "/v1/cases/e9.1/decisions", edit(func(d *model.Decision) { *d = warning("e9", "d1", 1) }), both, 404, "not-found"},
		"no such case":         {robin, "POST", "/v1/cases/e1.2/decisions", edit(func(d *model.Decision) { d.CaseID = "e1.2" }), both, 404, "not-found"},
		"case of no expert":    {robin, "POST", "/v1/cases/e9.1/lease", nil, nil, 404, "not-found"},
		"case without a round": {robin, "POST", "/v1/cases/e1/lease", nil, nil, 404, "not-found"},
		"case round 01":        {robin, "POST", "/v1/cases/e1.01/lease", nil, nil, 404, "not-found"},
		"lease never given":    {robin, "PUT", "/v1/cases/e1.1/lease", map[string]int{"token": 1}, nil, 409, "lease-lost"},
		"release no token":     {robin, "DELETE", "/v1/cases/e1.1/lease", nil, nil, 400, "invalid"},
		"unknown key":          {reader, "GET", "/v1/decisions/d9", nil, nil, 404, "not-found"},
		"incident on nobody":   {robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e9", Reporter: model.ReporterClient, Text: "x", At: day}, nil, 404, "not-found"},
		"incident by nobody":   {robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Text: "x", At: day}, nil, 422, "invalid"},
		"incident to come":     {robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Reporter: model.ReporterClient, Text: "x", At: day.Add(time.Hour)}, nil, 422, "invalid"},
		"appeal to nothing":    {robin, "POST", "/v1/appeals", map[string]string{"decision_id": "d9", "text": "x"}, nil, 404, "not-found"},
		"empty appeal":         {robin, "POST", "/v1/appeals", map[string]string{"decision_id": "d9"}, nil, 422, "invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := &fixture{t: t, s: f.s, base: f.base, clock: f.clock}
			got := f.ask(test.token, test.method, test.path, test.body, test.headers...).want(test.status, test.kind)
			if got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("the type is %q", got.header.Get("Content-Type"))
			}
			if test.status == 405 && got.header.Get("Allow") != "GET" {
				t.Errorf("Allow is %q", got.header.Get("Allow"))
			}
		})
	}
	// None of that left a trace.
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(404, "not-found")
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.Version != 1 || c.State != model.CaseOpen {
		t.Errorf("the case is %+v", c)
	}
	f.decide(robin, good).want(201)
}

// TestTheContractNamesWhatTheModelHas finds a field that was added to a noun and
// not to the document, or the other way round.
func TestTheContractNamesWhatTheModelHas(t *testing.T) {
	raw, err := platform.ContractJSON()
	must(t, err)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
				Required   []string       `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	must(t, json.Unmarshal(raw, &doc))
	nouns := map[string]any{
		"Expert": model.Expert{}, "Signals": model.Signals{}, "Profile": model.Profile{}, "StatusEvent": model.StatusEvent{},
		"Rating": model.Rating{}, "Session": model.Session{}, "Message": model.Message{}, "Incident": model.Incident{},
		"Case": model.Case{}, "Lease": model.Lease{}, "Appeal": model.Appeal{}, "Approval": model.Approval{}, "Attachment": model.Attachment{}, "Receipt": model.Receipt{},
		"Decision": model.Decision{}, "Sanction": model.Sanction{}, "Evidence": model.Evidence{}, "Finding": model.Finding{},
		"Span": model.Span{}, "Event": model.Event{}, "Linked": model.Linked{}, "Passage": model.Passage{}, "Match": model.Match{}, "Distances": model.Distances{},
		"Region": model.Region{}, "Change": model.Change{}, "ChangePage": model.ChangePage{},
	}
	for name, noun := range nouns {
		schema, ok := doc.Components.Schemas[name]
		if !ok {
			t.Errorf("the contract has no %s", name)
			continue
		}
		fields := map[string]bool{}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(noun)) {
			tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if tag == "-" {
				continue
			}
			fields[tag] = strings.Contains(options, "omit")
			if schema.Properties[tag] == nil {
				t.Errorf("%s: the contract lacks %s", name, tag)
			}
		}
		for property := range schema.Properties {
			if _, ok := fields[property]; !ok {
				t.Errorf("%s: the model lacks %s", name, property)
			}
		}
		for _, required := range schema.Required {
			if fields[required] {
				t.Errorf("%s: %s is required, and left out when empty", name, required)
			}
		}
	}
}

// TestTheContractNamesWhatTheMuxServes asks for each operation of the document
// with each method: those it names are answered, the others refused with 405.
func TestTheContractNamesWhatTheMuxServes(t *testing.T) {
	f := start(t, nil)
	raw, err := platform.ContractJSON()
	must(t, err)
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	must(t, json.Unmarshal(raw, &doc))
	if len(doc.Paths) < 11 {
		t.Errorf("the contract has %d paths", len(doc.Paths))
	}
	for path, operations := range doc.Paths {
		address := strings.NewReplacer("{id}", "e1.1", "{key}", "d1").Replace(path)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			req, err := http.NewRequestWithContext(t.Context(), method, f.base+address, nil)
			must(t, err)
			res, err := http.DefaultClient.Do(req)
			must(t, err)
			_ = res.Body.Close()
			_, named := operations[strings.ToLower(method)]
			if named == (res.StatusCode == http.StatusMethodNotAllowed) {
				t.Errorf("%s %s answers %d; named by the contract: %v", method, path, res.StatusCode, named)
			}
		}
	}
}

func TestPhotosByTheirHash(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	id := now[model.Profile](f, model.ChangeProfile, "e1").PhotoID
	whole := f.ask(reader, "GET", "/v1/photos/"+id, nil).want(200)
	if string(whole.body) != "\xff\xd8\xff\xe0photo of e1" || whole.header.Get("ETag") != `"`+id+`"` || whole.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the photo is %q with %v", whole.body, whole.header)
	}
	if same := f.ask(reader, "GET", "/v1/photos/"+id, nil, "If-None-Match", `"`+id+`"`).want(304); len(same.body) != 0 {
		t.Errorf("304 with %d bytes", len(same.body))
	}
	rest := f.ask(reader, "GET", "/v1/photos/"+id, nil, "Range", "bytes=4-", "If-Range", `"`+id+`"`).want(206)
	if string(rest.body) != "photo of e1" {
		t.Errorf("the rest is %q", rest.body)
	}
	f.ask(reader, "GET", "/v1/photos/"+id, nil, "Range", "bytes=999-").want(416)
	f.ask("", "GET", "/v1/photos/"+id, nil).want(401, "unauthorized")
}

func TestChangesAreCompressedWhenAsked(t *testing.T) {
	f := start(t, nil)
	f.people(20)
	plain := f.ask(reader, "GET", "/v1/changes?limit=100", nil, "Accept-Encoding", "identity").want(200)
	if plain.header.Get("Content-Encoding") != "" || !json.Valid(plain.body) {
		t.Error("an answer that nobody wanted compressed is")
	}
	packed := f.ask(reader, "GET", "/v1/changes?limit=100", nil, "Accept-Encoding", "gzip").want(200)
	if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body)*3 > len(plain.body) {
		t.Fatalf("encoding %q, %d bytes instead of %d", packed.header.Get("Content-Encoding"), len(packed.body), len(plain.body))
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed.body))
	must(t, err)
	raw, err := io.ReadAll(zip)
	must(t, err)
	if !bytes.Equal(raw, plain.body) {
		t.Error("compressed and plain differ")
	}
}

func TestTooManyRequestsAndMaintenance(t *testing.T) {
	f := start(t, func(o *platform.Options) { o.Rate, o.Burst = 0.05, 3 })
	for range 3 {
		f.ask(robin, "GET", "/v1/me", nil).want(200)
	}
	if got := f.ask(robin, "GET", "/v1/me", nil).want(429, "throttled").header.Get("Retry-After"); got != "20" && got != "19" {
		t.Errorf("Retry-After is %q", got)
	}
	f.ask(kim, "GET", "/v1/me", nil).want(200) // each token has its own measure
	f.s.SetMaintenance(90 * time.Second)
	if got := f.ask(kim, "GET", "/v1/me", nil).want(503, "unavailable").header.Get("Retry-After"); got != "90" {
		t.Errorf("Retry-After is %q", got)
	}
	f.s.SetMaintenance(0)
	f.ask(kim, "GET", "/v1/me", nil).want(200)
	must(t, f.s.RemoveTokens(t.Context(), "Kim"))
	f.ask(kim, "GET", "/v1/me", nil).want(401, "unauthorized")
}

func TestGuessingTokensIsSlow(t *testing.T) {
	f := start(t, func(o *platform.Options) { o.Rate, o.Burst = 0.01, 3 })
	for range 3 {
		f.ask("a-guess-at-some-token", "GET", "/v1/me", nil).want(401, "unauthorized")
	}
	f.ask("another-guess-at-one", "GET", "/v1/me", nil).want(429, "throttled")
	f.ask(robin, "GET", "/v1/me", nil).want(200) // who has a token is not hindered
}
