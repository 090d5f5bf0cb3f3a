package viewstest

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"sort"
	"strings"
	"sync"
	"time"

	"mensch/app"
	"mensch/app/model"
)

// Desk is a made-up community behind the methods of app.Desk that the screens
// call. It remembers what it was told, so that tests can look.
type Desk struct {
	mu       sync.Mutex
	rows     []model.QueueRow
	byCase   map[string]int
	settings app.Settings
	filter   model.QueueFilter
	status   app.SyncStatus

	Slow     time.Duration    // each call takes this long
	Faults   map[string]error // by method name
	Calls    map[string]int
	Verdicts map[string]model.Verdict // finding ID, or finding ID#span
	Words    map[string]model.MatchWord
	Notes    []model.Note
	Drafts   []app.Draft
	Undone   []string
	OwnViews map[string]string // what was said before a proposal was seen
	Answers  []model.ApprovalAnswer
	Reviewed []app.ReviewDraft
	Exports  []string // paths that cases were sealed to
	Leases   map[string]model.Lease
	Team     []model.TeamEvent
	Views    []model.QueueView // the moderator's own
	Bulks    []app.Bulk
	Judged   []model.Review
	Blank    bool              // nothing happened in any period
	Long     int               // messages of the session "s-long"
	Edited   map[string]string // texts of messages that the platform has edited since, by ID

	rules *rulebook
}

// NewDesk makes a community with a number of cases.
func NewDesk(cases int) *Desk {
	d := &Desk{
		byCase: map[string]int{}, Faults: map[string]error{}, Calls: map[string]int{},
		Verdicts: map[string]model.Verdict{}, Leases: map[string]model.Lease{}, Long: 5000,
		settings: app.Settings{
			Moderator: "Ruth Adler", Server: "https://platform.example", BlurPhotos: true, UndoSeconds: 60,
			Theme: "dark", SyncMinutes: 5, TextScale: 1, Language: "en",
		},
	}
	d.rows = make([]model.QueueRow, cases)
	for i := range d.rows {
		d.rows[i] = row(i)
	}
	sort.Slice(d.rows, func(i, j int) bool { return less(d.rows[i].Key, d.rows[j].Key) })
	for i, r := range d.rows {
		d.byCase[r.CaseID] = i
	}
	d.status = app.SyncStatus{
		Server: d.settings.Server, SyncedAt: Noon.Add(-3 * time.Minute),
		Counts: model.Counts{Experts: 312, Sessions: 2041, Messages: 40877, Photos: 298, Findings: 933, Open: cases, Waiting: 2, Conflicts: 1, Decided: 118},
	}
	return d
}

func less(a, b model.QueueKey) bool {
	return a.Rank < b.Rank || a.Rank == b.Rank && a.CaseID < b.CaseID
}

func (d *Desk) enter(ctx context.Context, method string) error {
	d.mu.Lock()
	d.Calls[method]++
	err, slow := d.Faults[method], d.Slow
	d.mu.Unlock()
	if slow > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(slow):
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Called is how often a method was called.
func (d *Desk) Called(method string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Calls[method]
}

// Verdict is what was judged of a finding (span below 0) or one of its spans.
func (d *Desk) Verdict(findingID string, span int) model.Verdict {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Verdicts[judgeKey(findingID, span)]
}

func judgeKey(findingID string, span int) string {
	if span < 0 {
		return findingID
	}
	return fmt.Sprintf("%s#%d", findingID, span)
}

var names = []string{
	"Marlene Kühn", "Dr. Aldo Ferri", "GardenGuru_77", "Priya Venkataraman", "Tarot by Selene", "Coach Bradley",
	"José Ángel Ñíguez", "Mystic\u202eeniraM\u202c", "李小龙", "Oluwaseun Adébáyọ̀", "Hannah O'Neill", "Zed\u200bWizard",
	"Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Cholmondeley-Majoribanks", "שרה לוי", "فاطمة الزهراء", "Bob",
	"Ines Duarte", "Teo Lindqvist", "Astrid Vang", "Code Whisperer", "Nadia Petrova", "Kenji Watanabe", "Rosa 🌹 Blum", "L. Okafor",
}

var clusters = []string{
	"Home & Garden", "Spirituality & Religion", "Coaching", "Counseling & Therapy", "Programming", "Law & Taxes",
	"Health & Medicine", "Pets", "Education", "Business & Finance", "Arts & Creative", "Shopping & Style",
}

// ids are the guidelines' IDs in the order of the rules, titles their titles.
var ids = []string{
	"courtesy", "promptness", "community-respect", "availability", "confidentiality", "expertise", "mensch",
	"misrepresentation", "false-photo", "contact-exchange", "multiple-accounts", "ratings", "battles", "copyright", "plagiarism",
}

var titles = map[string]string{
	"courtesy": "Courtesy", "promptness": "Promptness", "community-respect": "Community respect", "availability": "Availability",
	"confidentiality": "Discretion", "expertise": "Within expertise", "mensch": "Be a mensch", "misrepresentation": "Misrepresentation",
	"false-photo": "False photo", "contact-exchange": "Contact exchange", "multiple-accounts": "Multiple accounts",
	"ratings": "Ratings manipulation", "battles": "Personal battles", "copyright": "Copyright", "plagiarism": "Plagiarism",
}

func row(i int) model.QueueRow {
	h := uint32(i)*2654435761 + 12345
	pick := func(n int) int { h = h*1664525 + 1013904223; return int(h>>8) % n }
	score := 100 - int(math.Sqrt(float64(pick(10000))))
	expert := fmt.Sprintf("e%06d", i)
	r := model.QueueRow{
		CaseID: model.CaseID(expert, 1), ExpertID: expert, ScreenName: names[i%len(names)], Cluster: clusters[pick(len(clusters))],
		PhotoID: fmt.Sprintf("photo-%d", i%17), State: model.CaseOpen, Incidents: pick(5), Findings: 1 + pick(7),
		OpenedAt: Noon.Add(-time.Duration(pick(60*24*40)) * time.Minute),
	}
	if i%7 == 3 {
		r.PhotoID = ""
	}
	first := pick(len(ids))
	for n := 0; n <= pick(4); n++ {
		r.Guidelines = append(r.Guidelines, ids[(first+n*4)%len(ids)])
	}
	switch pick(20) {
	case 0:
		r.State = model.CaseWaiting
		r.Outbox = model.OutboxQueued
	case 1:
		r.State = model.CaseAppealed
	case 2:
		r.State = model.CaseConflict
		r.Outbox = model.OutboxConflict
	}
	switch pick(9) {
	case 0:
		r.LeaseHolder, r.LeaseUntil = "Ruth Adler", Noon.Add(11*time.Minute)
	case 1:
		r.LeaseHolder, r.LeaseUntil = "Jonas Meier", Noon.Add(4*time.Minute)
	}
	r.Priority = model.Priority{Score: score, Reasons: []model.PriorityReason{
		{Points: score / 2, Text: "Strongest finding: " + titles[r.Guidelines[0]] + ", 96 %"},
		{Points: score / 4, Text: fmt.Sprintf("%d clients reported it", r.Incidents)},
		{Points: score - score/2 - score/4, Text: "41 sessions in the last 30 days: many clients exposed"},
	}}
	r.Key = model.QueueKey{Rank: int64(100 - score), CaseID: r.CaseID}
	return r
}

func (d *Desk) filtered(f model.QueueFilter) []model.QueueRow {
	has := func(list []string, s string) bool {
		for _, x := range list {
			if x == s {
				return true
			}
		}
		return len(list) == 0
	}
	var out []model.QueueRow
	for _, r := range d.rows {
		ok := len(f.States) == 0
		for _, s := range f.States {
			ok = ok || s == r.State
		}
		any := len(f.Guidelines) == 0
		for _, g := range r.Guidelines {
			any = any || len(f.Guidelines) > 0 && has(f.Guidelines, g)
		}
		if !ok || !any || !has(f.Clusters, r.Cluster) || r.Priority.Score < f.MinScore ||
			f.LeasedBy != "" && r.LeaseHolder != f.LeasedBy || !d.fits(f, r) ||
			!strings.Contains(strings.ToLower(r.ScreenName), strings.ToLower(f.Text)) {
			continue
		}
		switch f.Sort {
		case model.SortOldest:
			r.Key.Rank = r.OpenedAt.Unix()
		case model.SortNewest:
			r.Key.Rank = -r.OpenedAt.Unix()
		}
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return less(out[i].Key, out[j].Key) })
	return out
}

// QueueOutline is the shape of the filtered queue.
func (d *Desk) QueueOutline(ctx context.Context, f model.QueueFilter, pageSize int) (model.QueueOutline, error) {
	if err := d.enter(ctx, "QueueOutline"); err != nil {
		return model.QueueOutline{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.filtered(f)
	out := model.QueueOutline{Total: len(rows), PageSize: pageSize}
	for i := 0; i < len(rows); i += pageSize {
		key := model.QueueKey{}
		if i > 0 {
			key = rows[i-1].Key
		}
		out.Before = append(out.Before, key)
	}
	return out, nil
}

// Queue is a page of the queue.
func (d *Desk) Queue(ctx context.Context, f model.QueueFilter, after model.QueueKey, limit int) ([]model.QueueRow, error) {
	if err := d.enter(ctx, "Queue"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := d.filtered(f)
	at := 0
	if after != (model.QueueKey{}) {
		at = sort.Search(len(rows), func(i int) bool { return less(after, rows[i].Key) })
	}
	return append([]model.QueueRow(nil), rows[at:min(len(rows), at+limit)]...), nil
}

// QueueFilter is the filter that was kept last.
func (d *Desk) QueueFilter(ctx context.Context) (model.QueueFilter, error) {
	err := d.enter(ctx, "QueueFilter")
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.filter, err
}

// SaveQueueFilter keeps a filter.
func (d *Desk) SaveQueueFilter(ctx context.Context, f model.QueueFilter) error {
	err := d.enter(ctx, "SaveQueueFilter")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.filter = f
	return err
}

// Kept is the filter that was kept last.
func (d *Desk) Kept() model.QueueFilter {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.filter
}

// Clusters are all clusters.
func (d *Desk) Clusters(ctx context.Context) ([]string, error) {
	return clusters, d.enter(ctx, "Clusters")
}

// GuidelineIDs are the guidelines in order.
func (d *Desk) GuidelineIDs() []string { return ids }

// Titles are the guidelines' titles by ID.
func (d *Desk) Titles() map[string]string { return titles }

// Status is the state of the sync.
func (d *Desk) Status(ctx context.Context) (app.SyncStatus, error) {
	err := d.enter(ctx, "Status")
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status, err
}

// Sync does nothing and reports it.
func (d *Desk) Sync(ctx context.Context, progress func(app.SyncStatus)) error {
	progress(app.SyncStatus{Phase: "changes", Done: 120, Total: 400, Counts: d.status.Counts})
	return d.enter(ctx, "Sync")
}

// Settings are the settings kept last.
func (d *Desk) Settings(ctx context.Context) (app.Settings, error) {
	err := d.enter(ctx, "Settings")
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settings, err
}

// SaveSettings keeps settings.
func (d *Desk) SaveSettings(ctx context.Context, s app.Settings) error {
	err := d.enter(ctx, "SaveSettings")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settings = s
	return err
}

// Claim leases a case to the moderator.
func (d *Desk) Claim(ctx context.Context, caseID string) (model.Lease, error) {
	if err := d.enter(ctx, "Claim"); err != nil {
		return model.Lease{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	l := model.Lease{CaseID: caseID, Holder: d.settings.Moderator, Token: int64(len(d.Leases) + 1), Expires: Noon.Add(15 * time.Minute)}
	d.Leases[caseID] = l
	if i, ok := d.byCase[caseID]; ok {
		d.rows[i].LeaseHolder, d.rows[i].LeaseUntil = l.Holder, l.Expires
	}
	return l, nil
}

// Release gives a lease back.
func (d *Desk) Release(ctx context.Context, caseID string) error {
	if err := d.enter(ctx, "Release"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.Leases, caseID)
	if i, ok := d.byCase[caseID]; ok {
		d.rows[i].LeaseHolder, d.rows[i].LeaseUntil = "", time.Time{}
	}
	return nil
}

// AddNote keeps a note.
func (d *Desk) AddNote(ctx context.Context, caseID, text string) error {
	if err := d.enter(ctx, "AddNote"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Notes = append(d.Notes, model.Note{ID: fmt.Sprint("n", len(d.Notes)), CaseID: caseID, Author: d.settings.Moderator, Text: text, At: Noon})
	return nil
}

// JudgeFinding keeps a verdict on a finding.
func (d *Desk) JudgeFinding(ctx context.Context, findingID string, v model.Verdict) error {
	return d.judge(ctx, "JudgeFinding", findingID, -1, v)
}

// JudgeMark keeps a verdict on a mark.
func (d *Desk) JudgeMark(ctx context.Context, findingID string, span int, v model.Verdict) error {
	return d.judge(ctx, "JudgeMark", findingID, span, v)
}

func (d *Desk) judge(ctx context.Context, method, findingID string, span int, v model.Verdict) error {
	if err := d.enter(ctx, method); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Verdicts[judgeKey(findingID, span)] = v
	return nil
}

// Photo paints a portrait that is the same for the same ID. "mirror:ID" is the
// other way round, and an ID with "broken" cannot be read.
func (d *Desk) Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error) {
	if err := d.enter(ctx, "Photo"); err != nil {
		return nil, err
	}
	if strings.Contains(photoID, "broken") {
		return nil, fmt.Errorf("reading the photo: the file is truncated")
	}
	side := int(math.Sqrt(float64(max(maxPixels, 64))))
	return portrait(photoID, min(side, 900)), nil
}

func portrait(id string, side int) image.Image {
	mirror := strings.HasPrefix(id, "mirror:")
	// "ID~3" is a copy of ID as another account saved it.
	id, copied, _ := strings.Cut(strings.TrimPrefix(id, "mirror:"), "~")
	h := uint32(2166136261)
	for i := range len(id) {
		h = (h ^ uint32(id[i])) * 16777619
	}
	hue := func(shift uint32) float64 { return float64(h>>shift&0xff) / 255 }
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	skin := [3]float64{0.55 + 0.4*hue(8), 0.4 + 0.35*hue(8), 0.3 + 0.3*hue(8)}
	shirt := [3]float64{0.2 + 0.6*hue(16), 0.2 + 0.6*hue(4), 0.25 + 0.6*hue(12)}
	hair := [3]float64{0.1 + 0.5*hue(2), 0.08 + 0.35*hue(2), 0.05 + 0.2*hue(2)}
	for y := range side {
		for x := range side {
			u, v := float64(x)/float64(side), float64(y)/float64(side)
			if mirror {
				u = 1 - u
			}
			c := [3]float64{0.35 + 0.4*hue(20)*u + 0.2*v, 0.45 + 0.3*hue(24)*(1-u), 0.5 + 0.3*v}
			du, dv := u-0.46-0.08*hue(6), v-0.42
			if (u-0.5)*(u-0.5)/0.16+(v-1.05)*(v-1.05)/0.14 < 1 {
				c = shirt
			}
			if du*du/0.045+(dv+0.07)*(dv+0.07)/0.06 < 1 {
				c = hair
			}
			if du*du/0.03+(dv-0.02)*(dv-0.02)/0.05 < 1 {
				shade := 1 - 0.5*math.Abs(du+0.08)
				c = [3]float64{skin[0] * shade, skin[1] * shade, skin[2] * shade}
				if math.Abs(dv+0.02) < 0.012 && math.Abs(math.Abs(du)-0.065) < 0.022 || math.Abs(dv-0.13) < 0.009 && math.Abs(du) < 0.055 {
					c = [3]float64{0.15, 0.08, 0.08}
				}
			}
			if copied != "" && v > 0.86 && v < 0.95 && u > 0.1 && u < 0.6 {
				c = [3]float64{0.95, 0.93, 0.88} // a caption
			}
			to := func(f float64) uint8 { return uint8(255 * min(max(f, 0), 1)) }
			img.SetRGBA(x, y, color.RGBA{R: to(c[0]), G: to(c[1]), B: to(c[2]), A: 255})
		}
	}
	return img
}

// Dress changes the settings before the window is opened.
func (d *Desk) Dress(f func(*app.Settings)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(&d.settings)
}

// SetState changes a case's state, as a sync would.
func (d *Desk) SetState(caseID string, state model.CaseState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i, ok := d.byCase[caseID]; ok {
		d.rows[i].State = state
	}
}
