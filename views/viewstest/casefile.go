package viewstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/profiles"
)

// line is one line of the made-up session: who, what, and what is marked in
// it as "label=words|reading" with the guideline before it.
type line struct {
	from  model.Sender
	text  string
	marks []mark
}

type mark struct {
	guideline, label, words, reading, reason string
	score                                    float64
}

const (
	ex = model.FromExpert
	cl = model.FromClient
)

var script = []line{
	{cl, "Hi! I moved into an old house with a walled garden and nothing wants to grow along the north side. Is it the light or the soil?", nil},
	{ex, "Hello and welcome. Probably both: a north wall gets perhaps two hours of sun in June, and old walls leach lime into the first half metre. Do you have moss there?", nil},
	{cl, "Loads of moss, yes. And the hydrangeas I planted turned pink, they were blue in the shop.", nil},
	{ex, "Pink means the soil is alkaline, so that is the lime. Ferns, hellebores and Japanese anemones will be happy there. Don't fight it with ericaceous compost, it washes out in two winters.", nil},
	{cl, "That makes sense 🙂 Could I send you a few pictures? The upload here says my file is too big.", nil},
	{ex, "Sure, but not here. Just write me at g\u200barden.guru (at) proton dot me and we can go through the whole plan.", []mark{
		{"contact-exchange", "email", "g\u200barden.guru (at) proton dot me", "garden.guru@proton.me", "The expert gives the client an email address that is spelled out to hide it from filters.", 0.97},
	}},
	{cl, "Oh, ok. Is that allowed? I thought everything has to stay on the site.", nil},
	{ex, "Everybody does it, the site only wants its cut. My number is zero one seven six, five five five, nought eight 9 2 if that is easier.", []mark{
		{"community-respect", "disparagement", "the site only wants its cut", "", "The expert talks the platform down to a client.", 0.71},
		{"contact-exchange", "phone", "zero one seven six, five five five, nought eight 9 2", "+49 176 5550892", "Spelled-out digits make a German mobile number.", 0.95},
	}},
	{cl, "I would rather not, sorry. Can we go on here?", nil},
	{ex, "Honestly, people like you waste everybody's time. If you are too stupid to shrink a photo I can't help you.", []mark{
		{"courtesy", "insult", "people like you waste everybody's time", "", "The expert insults the client.", 0.93},
		{"courtesy", "insult", "too stupid to shrink a photo", "", "The expert insults the client.", 0.96},
	}},
	{cl, "Wow. That was not necessary.", nil},
	{ex, "Last week Mrs. Hagedorn from Potsdam had the same wall and she at least followed my advice, depression and divorce and all.", []mark{
		{"confidentiality", "another client", "Mrs. Hagedorn from Potsdam", "", "The expert tells a client's name and town to another client.", 0.9},
		{"confidentiality", "health", "depression and divorce", "", "The expert tells private facts of another client.", 0.84},
	}},
	{cl, "You shouldn't tell me things about other people.", nil},
	{ex, "Give me 5 stars and I take 20% off the next session, deal? Otherwise I know where your house is, remember.", []mark{
		{"ratings", "solicitation", "Give me 5 stars and I take 20% off", "", "The expert offers a discount for a rating.", 0.94},
		{"courtesy", "threat", "I know where your house is", "", "The expert threatens the client.", 0.98},
	}},
	{cl, "I am ending this session now and I will report it.", nil},
	{ex, "txet siht \u202eesrever ni daer\u202c fine. Goodbye!!! \u2066hidden\u2069", nil},
	{cl, "שלום, אפשר גם בעברית? I asked in Hebrew before, مرحبا too.", nil},
	{ex, "Look: https://totally-safe.example/login?next=garden and <b>bold</b> **stars** [link](javascript:alert(1))", nil},
	{cl, strings.Repeat("Aaaaaaargh", 30), nil},
	{ex, "Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030ba\u0301\u0302\u0303\u0304\u0305\u0306\u0307lgo says goodbye 👩\u200d👩\u200d👧\u200d👦 🇩🇪 👍🏽", nil},
}

// chatter fills long sessions.
var chatter = []string{
	"How deep should I plant the bulbs?", "Three times their own height, and a little sand below against the wet.",
	"And when does the first frost come here, usually? Last year it was mid October and everything in the pots was lost, including the two olive trees that we brought from Puglia.",
	"Watch the ten-day forecast from the first of October. Pots freeze through from all sides, so wrap them early and lift them off the ground.",
	"Thanks!", "You're welcome.", "Do slugs survive the winter?", "Their eggs do. Rake the beds in February when it is dry and cold, that exposes them.",
}

func message(session string, seq int64) (model.Message, []mark) {
	m := model.Message{
		ID: fmt.Sprintf("%s-m%d", session, seq), Session: session, Seq: seq,
		At: Noon.Add(-26*time.Hour + time.Duration(seq)*47*time.Second),
	}
	n := int(seq - 1)
	if session == "s-long" && n%100 >= len(script) {
		m.From, m.Text = cl, chatter[n%len(chatter)]
		if n%2 == 1 {
			m.From = ex
		}
		return m, nil
	}
	lines := script
	if session == "s-split" {
		lines = split
	}
	l := lines[n%100%len(lines)]
	m.From, m.Text = l.from, l.text
	return m, l.marks
}

// message is a message as it reads now; what is marked in it is only what it
// still says.
func (d *Desk) message(session string, seq int64) (model.Message, []mark) {
	m, marks := message(session, seq)
	text, edited := d.Edited[m.ID]
	if !edited {
		return m, marks
	}
	m.Text = text
	return m, slices.DeleteFunc(slices.Clone(marks), func(k mark) bool { return !strings.Contains(text, k.words) })
}

func (d *Desk) length(session string) int {
	if session == "s-long" {
		return d.Long
	}
	if session == "s-split" {
		return len(split)
	}
	return len(script)
}

// Messages is a page of a transcript.
func (d *Desk) Messages(ctx context.Context, sessionID string, afterSeq int64, limit int) ([]model.Message, error) {
	if err := d.enter(ctx, "Messages"); err != nil {
		return nil, err
	}
	var out []model.Message
	for seq := afterSeq + 1; seq <= int64(d.length(sessionID)) && len(out) < limit; seq++ {
		m, _ := d.message(sessionID, seq)
		out = append(out, m)
	}
	return out, nil
}

// Transcript is the head of a transcript with its marks. Marks of the same
// guideline in one session belong to one finding.
func (d *Desk) Transcript(ctx context.Context, sessionID string) (app.TranscriptView, error) {
	if err := d.enter(ctx, "Transcript"); err != nil {
		return app.TranscriptView{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := app.TranscriptView{
		Session:  model.Session{ID: sessionID, ExpertID: "e000002", ClientID: "client-7f3a", Cluster: "Home & Garden", Kind: "chat", StartedAt: Noon.Add(-26 * time.Hour), EndedAt: Noon.Add(-25 * time.Hour)},
		Expert:   model.Expert{ID: "e000002", ScreenName: "GardenGuru_77", Cluster: "Home & Garden"},
		Messages: d.length(sessionID),
		Edition:  uint64(len(d.Edited)),
	}
	spans := map[string]int{}
	for seq := int64(1); seq <= int64(v.Messages); seq++ {
		m, marks := d.message(sessionID, seq)
		for _, k := range marks {
			id := "f-" + k.guideline
			at := strings.Index(m.Text, k.words)
			span := spans[id]
			spans[id]++
			v.Marks = append(v.Marks, app.Mark{
				FindingID: id, Span: span, Seq: seq, MessageID: m.ID, Start: at, End: at + len(k.words), Label: k.label, Reading: k.reading,
				Guideline: k.guideline, Title: titles[k.guideline], Reason: k.reason, Score: k.score, Verdict: d.Verdicts[judgeKey(id, span)],
			})
		}
	}
	joinSplit(v.Marks)
	return v, nil
}

// CaseFile is the file of a case: every case has the same rich one.
func (d *Desk) CaseFile(ctx context.Context, caseID string) (app.CaseFile, error) {
	if err := d.enter(ctx, "CaseFile"); err != nil {
		return app.CaseFile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.byCase[caseID]
	if !ok {
		return app.CaseFile{}, fmt.Errorf("reading case %s: %w", caseID, model.ErrNotFound)
	}
	r := d.rows[i]
	ago := func(h int) time.Time { return Noon.Add(-time.Duration(h) * time.Hour) }
	f := app.CaseFile{
		Case: model.Case{ID: caseID, ExpertID: r.ExpertID, Round: 1, Version: 3, State: r.State, OpenedAt: r.OpenedAt, Priority: r.Priority},
		Expert: model.Expert{
			ID: r.ExpertID, Cluster: r.Cluster, ScreenName: r.ScreenName, State: model.ExpertActive, Languages: []string{"en", "de"},
			Timezone: "Europe/Berlin", JoinedAt: ago(24 * 900),
		},
		Profile: model.Profile{
			ExpertID: r.ExpertID, Version: 7, Name: r.ScreenName, Headline: "Twenty years of gardens that forgive mistakes",
			Bio:    "I am a certified landscape gardener and have laid out more than 300 private gardens. Ask me about soil, shade and slugs. I answer within minutes and I don't judge: every lawn can be saved.",
			Gender: "female", BirthYear: 1974, Degrees: []string{"B.Sc. Horticulture, Weihenstephan"}, Credentials: []string{"Master Gardener 2009", "Licensed arborist DE-4471"},
			PhotoID: r.PhotoID, UpdatedAt: ago(70),
		},
		Strikes: []model.Strike{
			{SanctionID: "sa1", ExpertID: r.ExpertID, Guideline: "contact-exchange", Count: 1, At: ago(24 * 40), Expires: Noon.Add(24 * 140 * time.Hour)},
			{SanctionID: "sa0", ExpertID: r.ExpertID, Guideline: "courtesy", Count: 1, At: ago(24 * 400), Expires: ago(24 * 35)},
		},
		Notes: []model.Note{
			{ID: "n-0", CaseID: caseID, Author: "Jonas Meier", Text: "Talked to support: the client of 21 Nov also wrote an email.\nThey would like to stay anonymous.", At: ago(20)},
		},
	}
	f.Notes[0].ExpertID = r.ExpertID
	f.Handling = r.Handling
	for _, e := range d.Team {
		if e.CaseID == caseID {
			f.TeamEvents = append(f.TeamEvents, e)
		}
	}
	f.LinkedNotes = []model.LinkedNote{{
		Note:       model.Note{ID: "n-9", CaseID: "e000411.1", ExpertID: "e000411", Author: "Kim Larsen", Text: "Banned here in 2024 under another name. Came back with the same phone.", At: ago(24 * 200), PinnedBy: "Jonas Meier"},
		ScreenName: "GardenGuru_77", Cluster: "Home & Garden", Shared: []string{"the same device", "the same payout account"},
	}}
	if l, ok := d.Leases[caseID]; ok {
		f.Case.Lease = &l
	} else if r.LeaseHolder != "" {
		f.Case.Lease = &model.Lease{CaseID: caseID, Holder: r.LeaseHolder, Token: 9, Expires: r.LeaseUntil}
	}
	for _, n := range d.Notes {
		if n.CaseID == caseID {
			f.Notes = append(f.Notes, n)
		}
	}
	f.Incidents = []model.Incident{
		{ID: "i1", ExpertID: r.ExpertID, CaseID: caseID, Reporter: model.ReporterClient, ReporterID: "client-7f3a", SessionID: "s-101", Guideline: "courtesy", Text: "They insulted me and said they know where I live!! I feel unsafe. \u202eevil\u202c", At: ago(25)},
		{ID: "i2", ExpertID: r.ExpertID, CaseID: caseID, Reporter: model.ReporterExpert, ReporterID: "e000411", Guideline: "plagiarism", Text: "Half of this profile is copied from mine, word for word, including my typo in \"horticultre\".", At: ago(90)},
		{ID: "i3", ExpertID: r.ExpertID, CaseID: caseID, Reporter: model.ReporterStaff, Text: "Photo looks like the one of a Danish model.", At: ago(200)},
	}
	find := func(id, detector, guideline, reason string, score float64, more func(*model.Finding)) {
		x := model.Finding{ID: id, ExpertID: r.ExpertID, CaseID: caseID, Detector: detector, Guideline: guideline, Reason: reason, Score: score, At: ago(26), Verdict: d.Verdicts[id]}
		more(&x)
		f.Findings = append(f.Findings, x)
	}
	session := func(marks int) func(*model.Finding) {
		return func(x *model.Finding) {
			x.SessionID = "s-101"
			for n := range marks {
				x.Spans = append(x.Spans, model.Span{Message: fmt.Sprint("s-101-m", n), Start: 0, End: 4, Label: "words"})
			}
		}
	}
	find("f-courtesy", "incivility", "courtesy", "The expert insults the client twice and threatens them: \"I know where your house is\".", 0.98, session(3))
	find("f-contact-exchange", "contact", "contact-exchange", "The expert gives an email address and a phone number, both spelled out to hide them from filters.", 0.97, session(2))
	match := model.Match{
		Query: r.PhotoID, Other: "mirror:" + r.PhotoID, Bank: "b-stock", BankItem: "bi-7", Kind: model.AlteredCopy, Score: 0.99, Distance: 4,
		Transform: "mirrored, cropped to 62 %", Region: model.Region{X: 0.02, Y: 0.02, Width: 0.96, Height: 0.96}, OtherRegion: model.Region{X: 0.02, Y: 0.02, Width: 0.96, Height: 0.96},
		Affine: [6]float64{-1, 0, 1, 0, 1, 0},
		Whole:  &model.Distances{PHash: 34, DHash: 39, PDQ: 130}, Laid: &model.Distances{PHash: 4, DHash: 6, PDQ: 14},
	}
	find("f-photo", "photo-match", "false-photo", "The profile photo is a stock photo of Lyse Stock, mirrored and cropped to 62 %.", 0.99, func(x *model.Finding) { x.Match = &match })
	find("f-ratings", "solicitation", "ratings", "The expert offers a discount for five stars.", 0.94, session(1))
	find("f-confidentiality", "confidentiality", "confidentiality", "The expert tells a client's name, town and health to another client.", 0.9, session(2))
	find("f-plagiarism", "plagiarism", "plagiarism", "184 of 201 characters of the bio stand in the older profile of Hannah O'Neill.", 0.88, func(x *model.Finding) {
		x.Passages = []model.Passage{{Field: "bio", Start: 0, End: 184, OtherExpert: "e000411", OtherField: "bio", OtherStart: 0, OtherEnd: 184}}
	})
	find("f-same", "same-person", "multiple-accounts", "Two accounts with one payout account and one device, in different clusters: allowed.", 0.81, func(x *model.Finding) {
		x.Advisory = true
		x.Accounts = []model.Linked{{ExpertID: "e000190", Cluster: "Pets", Signals: []string{"same payout account", "same device"}}}
	})
	find("f-availability", "availability", "availability", "The status said Available while 2 clients waited in vain or for 15 minutes and more.", 0.8, func(x *model.Finding) {
		x.Events = []model.Event{
			{Kind: "message", ID: "s-101-m3", At: ago(50), Text: "never answered, waited 3 h"},
			{Kind: "message", ID: "s-101-m5", At: ago(27), Text: "Available, silent for 41 min"},
		}
	})
	if r.PhotoID != "" {
		f.Pairs = []app.PhotoPair{
			{
				FindingID: "f-photo", Expert: app.PhotoSide{PhotoID: r.PhotoID, Title: r.ScreenName + ", " + r.Cluster},
				Other: app.PhotoSide{PhotoID: "mirror:" + r.PhotoID, Title: "smiling-gardener-0231.jpg", Source: "Stock photos, Lyse Stock, CC BY"},
				Match: match, Guideline: "false-photo", Reason: "The profile photo is a stock photo, mirrored and cropped to 62 %.", Verdict: d.Verdicts["f-photo"], Word: d.Words["f-photo"],
			},
			{
				FindingID: "f-photo-2", Expert: app.PhotoSide{PhotoID: r.PhotoID, Title: r.ScreenName + ", " + r.Cluster},
				Other: app.PhotoSide{PhotoID: "broken-1", Title: "Astrid Vang, Pets", Fault: "The file is truncated."},
				Match: model.Match{Kind: model.SimilarPortrait, Score: 0.43, Distance: 19, Transform: "another photo, perhaps the same person"}, Guideline: "false-photo", Advisory: true,
				Reason: "Perhaps the same person in another photo: a hint, not a copy.",
			},
		}
	}
	f.Sessions = []app.SessionMarks{
		{Session: model.Session{ID: "s-101", ExpertID: r.ExpertID, ClientID: "client-7f3a", Cluster: r.Cluster, Kind: "chat", StartedAt: ago(26)}, Messages: len(script), Marks: 10},
		{Session: model.Session{ID: "s-long", ExpertID: r.ExpertID, ClientID: "client-02bb", Cluster: r.Cluster, Kind: "chat", StartedAt: ago(300)}, Messages: d.Long, Marks: 500},
		{Session: model.Session{ID: "s-099", ExpertID: r.ExpertID, ClientID: "client-91c0", Cluster: r.Cluster, Kind: "call", StartedAt: ago(700)}, Messages: 20, Marks: 0},
	}
	f.Linked = []app.LinkedExpert{
		{Expert: model.Expert{ID: "e000190", ScreenName: "Astrid Vang", Cluster: "Pets", State: model.ExpertActive}, Profile: model.Profile{PhotoID: "photo-5"}, Signals: []string{"same payout account", "same device"}},
		{Expert: model.Expert{ID: "e000555", ScreenName: "GreenThumb_Anna", Cluster: r.Cluster, State: model.ExpertBanned}, Profile: model.Profile{PhotoID: "photo-9"}, Signals: []string{"same phone number", "same street address", "profile text 94 % alike"}, Same: true},
	}
	f.Checks = []profiles.Check{
		{Field: "degrees", Text: "B.Sc. Horticulture, Weihenstephan", Prompt: "ask for the certificate"},
		{Field: "credentials", Text: "Licensed arborist DE-4471, valid to 08/2026", Number: "DE-4471", Expires: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Expired: true, Prompt: "expired: ask for the renewal"},
		{Field: "credentials", Text: "Pesticide handler no. 99-1042, valid to 2028", Number: "99-1042", Expires: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC), Prompt: "look the number up in the register"},
		{Field: "gender", Text: "the bio says “he”, the profile female", Prompt: "only a prompt to look: people write in many ways"},
	}
	f.Shared = []app.SharedSignal{
		{Words: "the same payout account", Accounts: []string{r.ExpertID, "e000190"}},
		{Words: "the same phone number", Accounts: []string{r.ExpertID, "e000555"}},
		{Words: "the same device", Accounts: []string{r.ExpertID, "e000190", "e000555"}},
		{Words: "the same device", Accounts: []string{"e000190", "e000555"}},
		{Words: "the same street address", Accounts: []string{r.ExpertID, "e000555"}},
		{Words: "profile text 94 % alike", Accounts: []string{r.ExpertID, "e000555"}},
	}
	f.Timeline = []app.TimelineEvent{
		{At: f.Expert.JoinedAt, Kind: "joined", Text: "Joined in " + r.Cluster},
		{At: ago(24 * 400), Kind: "sanction", Text: "Warning for courtesy, one strike (expired)"},
		{At: ago(24 * 40), Kind: "sanction", Text: "Warning for contact exchange, one strike"},
		{At: ago(200), Kind: "incident", Text: "Staff reported the photo"},
		{At: ago(90), Kind: "incident", Text: "An expert reported plagiarism"},
		{At: ago(70), Kind: "profile", Text: "Profile changed to version 7: photo, bio"},
		{At: ago(26), Kind: "finding", Text: "5 findings in the session with client-7f3a"},
		{At: ago(25), Kind: "incident", Text: "A client reported insults and a threat"},
	}
	return f, nil
}

// Grounds are what a finding rests on.
func (d *Desk) Grounds(ctx context.Context, f model.Finding) ([]app.Ground, error) {
	if err := d.enter(ctx, "Grounds"); err != nil {
		return nil, err
	}
	var out []app.Ground
	for _, e := range f.Events {
		out = append(out, app.Ground{At: e.At, Title: "Message", Text: e.Text, Session: "s-101", Message: e.ID})
	}
	for _, l := range f.Accounts {
		out = append(out, app.Ground{Title: "Astrid Vang, " + l.Cluster, Text: strings.Join(l.Signals, ", ")})
	}
	for range f.Passages {
		out = append(out, app.Ground{
			Title: "Here, in the bio", Text: "I am a certified landscape gardener and have laid out more than 300 private gardens.",
			Other: "Earlier, Hannah O'Neill, in the bio", There: "I am a qualified landscape gardener, and I have laid out over 300 private gardens.",
		})
	}
	return out, nil
}

// Search finds the words in the made-up session.
func (d *Desk) Search(ctx context.Context, words string, _ int64, limit int) ([]model.SearchHit, error) {
	if err := d.enter(ctx, "Search"); err != nil {
		return nil, err
	}
	var out []model.SearchHit
	for seq := int64(1); seq <= int64(len(script)) && len(out) < limit; seq++ {
		m, _ := message("s-101", seq)
		if strings.Contains(strings.ToLower(m.Text), strings.ToLower(words)) {
			out = append(out, model.SearchHit{Kind: "message", ExpertID: "e000002", SessionID: "s-101", MessageID: m.ID, Snippet: m.Text, At: m.At})
		}
	}
	return out, nil
}

// Recommend gives the steps that the record suggests.
func (d *Desk) Recommend(ctx context.Context, _ string) ([]app.Recommendation, error) {
	if err := d.enter(ctx, "Recommend"); err != nil {
		return nil, err
	}
	all := []model.Step{model.StepNote, model.StepWarning, model.StepSuspension, model.StepBan}
	return []app.Recommendation{
		{Guideline: "courtesy", Title: titles["courtesy"], Step: model.StepSuspension, Days: 14, Strikes: 2, Steps: all, Why: []string{
			"A threat counts as severe, so the ladder begins at suspension.", "One earlier strike on courtesy expired on 19 Oct 2026 and does not count.",
		}},
		{Guideline: "contact-exchange", Title: titles["contact-exchange"], Step: model.StepSuspension, Days: 7, Strikes: 1, Steps: all, Why: []string{
			"One live strike on contact exchange, from 14 Oct 2026.", "The second strike leads to a suspension of 7 days.",
		}},
		{Guideline: "false-photo", Title: titles["false-photo"], Step: model.StepPhotoRemoval, Strikes: 1, Steps: []model.Step{model.StepNote, model.StepPhotoRemoval, model.StepSuspension}, Why: []string{
			"No live strike on false photo: the first step removes the photo.",
		}},
		{Guideline: "misrepresentation", Title: titles["misrepresentation"], Step: model.StepFieldReset, Steps: []model.Step{model.StepFieldReset, model.StepSuspension}, Why: []string{"First time."}},
	}, nil
}

// Preview composes a message and names problems.
func (d *Desk) Preview(ctx context.Context, draft app.Draft) (app.Preview, error) {
	if err := d.enter(ctx, "Preview"); err != nil {
		return app.Preview{}, err
	}
	p := app.Preview{Message: draft.Message}
	if draft.Outcome == model.Dismissed {
		p.SideEffects = []string{"Closes 3 incidents without a sanction.", "Tells 2 reporters that the case was looked at."}
		return p, nil
	}
	if len(draft.Sanctions) == 0 {
		p.Problems = append(p.Problems, "Choose at least one guideline.")
	}
	if len(draft.Findings)+len(draft.Incidents) == 0 {
		p.Problems = append(p.Problems, "A sanction needs at least one piece of evidence.")
	}
	recommended, _ := d.Recommend(ctx, draft.CaseID)
	var parts []string
	for _, s := range draft.Sanctions {
		for _, r := range recommended {
			if r.Guideline == s.Guideline && (r.Step != s.Step || r.Days != s.Days) && strings.TrimSpace(s.DepartedReason) == "" {
				p.Problems = append(p.Problems, "Say why "+r.Title+" departs from the recommended step.")
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %s.", titles[s.Guideline], s.Step))
	}
	if p.Message == "" {
		p.Message = "Dear GardenGuru_77,\n\nwe looked at your session of 22 November and at your profile. Our guidelines ask you to stay courteous and to keep all contact on the platform.\n\n" +
			strings.Join(parts, "\n") + "\n\nIn your words: \"I know where your house is\".\n\nYou can object to this decision within six months: open Settings, Decisions."
	}
	p.SideEffects = []string{"Closes 3 incidents.", "Suspends the account in Home & Garden until 7 Dec 2026.", "Adds 3 strikes, which expire on 22 May 2027.", "Notifies 2 reporters."}
	return p, nil
}

// Decide keeps the draft.
func (d *Desk) Decide(ctx context.Context, draft app.Draft) (model.Decision, error) {
	if err := d.enter(ctx, "Decide"); err != nil {
		return model.Decision{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Drafts = append(d.Drafts, draft)
	if i, ok := d.byCase[draft.CaseID]; ok {
		d.rows[i].State, d.rows[i].Outbox = model.CaseWaiting, model.OutboxQueued
	}
	return model.Decision{ID: fmt.Sprint("d", len(d.Drafts)), CaseID: draft.CaseID, Outcome: draft.Outcome, DecidedAt: Noon}, nil
}

// Undo takes a decision back.
func (d *Desk) Undo(ctx context.Context, decisionID string) error {
	if err := d.enter(ctx, "Undo"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Undone = append(d.Undone, decisionID)
	return nil
}
