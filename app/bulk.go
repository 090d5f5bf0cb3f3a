package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mensch/app/model"
	platform "mensch/app/sync"
)

// MaxBulk is how many cases can be decided at once: more than a person can
// take back within the undo time is not meant to be decided together.
const MaxBulk = 1000

// Bulk says what is to be done with many cases at once.
type Bulk struct {
	Cases     []string
	Filter    *model.QueueFilter // in place of Cases: all that it leaves
	Step      model.Step         // note or warning; empty: dismiss
	Guideline string             // of the sanction
	Rationale string             // for colleagues; needed
}

// BulkCase is a case of a bulk decision, with why it is left out if it is.
type BulkCase struct {
	CaseID     string         `json:"case"`
	ScreenName string         `json:"screen_name"`
	Cluster    string         `json:"cluster"`
	Findings   int            `json:"findings"` // named as evidence
	Incidents  int            `json:"incidents"`
	Guidelines []string       `json:"guidelines"`
	Strongest  string         `json:"strongest"` // the strongest finding's reason, or the first report
	Decision   model.Decision `json:"-"`
	Why        string         `json:"left_out,omitempty"` // a sentence
}

// BulkPlan is what a bulk decision would do, before anything is done.
type BulkPlan struct {
	Decide  []BulkCase // in the order of the queue
	Left    []BulkCase // with why
	Sample  []BulkCase // of Decide, to look at
	Effects []string   // summed over the cases, in sentences
}

// PlanBulk looks at every case that a bulk decision names, without writing
// anything: which can be decided so, which not and why, and a random sample to
// look at. progress, which may be nil, is told how far it has come.
func (d *Desk) PlanBulk(ctx context.Context, b Bulk, sample int, seed uint64, progress func(done, total int)) (BulkPlan, error) {
	var plan BulkPlan
	if err := checkBulk(b); err != nil {
		return plan, err
	}
	ids, err := d.bulkCases(ctx, b)
	if err != nil {
		return plan, err
	}
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return plan, err
		}
		c, _, err := d.bulkCase(ctx, b, id, len(ids))
		if err != nil {
			return plan, err
		}
		if c.Why != "" {
			plan.Left = append(plan.Left, c)
		} else {
			plan.Decide = append(plan.Decide, c)
		}
		if progress != nil {
			progress(i+1, len(ids))
		}
	}
	plan.Sample = sampleOf(plan.Decide, sample, seed)
	plan.Effects = bulkEffects(b, plan.Decide, d.Titles())
	return plan, nil
}

func checkBulk(b Bulk) error {
	switch {
	case b.Step != "" && b.Step != model.StepNote && b.Step != model.StepWarning:
		return &Refusal{Why: "Many cases at once can be dismissed, or given a note or a warning. Anything harder is decided case by case."}
	case b.Step != "" && b.Guideline == "":
		return &Refusal{Why: "Choose the guideline that the " + string(b.Step) + " is for."}
	case strings.TrimSpace(b.Rationale) == "":
		return &Refusal{Why: "Say for colleagues why these cases are decided together."}
	}
	return nil
}

func (d *Desk) bulkCases(ctx context.Context, b Bulk) ([]string, error) {
	ids := slices.Clone(b.Cases)
	if b.Filter != nil {
		var err error
		if ids, err = d.store.QueueIDs(ctx, d.as(*b.Filter), MaxBulk+1); err != nil {
			return nil, fmt.Errorf("reading the picked cases: %w", err)
		}
	}
	if len(ids) > MaxBulk {
		return nil, &Refusal{Why: fmt.Sprintf("At most %d cases can be decided at once. Nothing was done; narrow the filter.", MaxBulk)}
	}
	if len(ids) == 0 {
		return nil, &Refusal{Why: "No case is picked."}
	}
	return ids, nil
}

// bulkCase drafts the decision of one case.
func (d *Desk) bulkCase(ctx context.Context, b Bulk, id string, together int) (BulkCase, Draft, error) {
	c := BulkCase{CaseID: id}
	facts, err := d.store.CaseFacts(ctx, id)
	if notFound(err) {
		c.Why = "It is no longer in the store."
		return c, Draft{}, nil
	}
	if err != nil {
		return c, Draft{}, fmt.Errorf("reading case %s: %w", id, err)
	}
	c.ScreenName, c.Cluster = facts.Expert.ScreenName, facts.Expert.Cluster
	draft := Draft{CaseID: id, Outcome: model.Dismissed, Rationale: strings.TrimSpace(b.Rationale)}
	if together > 1 {
		draft.Rationale += fmt.Sprintf(" (One of %d cases decided together.)", together)
	}
	if b.Step != "" {
		draft.Outcome = model.Sanctioned
		draft.Sanctions = []DraftSanction{{Guideline: b.Guideline, Step: b.Step, DepartedReason: "Decided together with others: " + strings.TrimSpace(b.Rationale)}}
	}
	strongest := -1.0
	for _, f := range facts.Findings {
		if f.Advisory {
			continue // a hint is nothing to dismiss
		}
		if !slices.Contains(c.Guidelines, f.Guideline) {
			c.Guidelines = append(c.Guidelines, f.Guideline)
		}
		if b.Step != "" && f.Guideline != b.Guideline {
			continue
		}
		draft.Findings = append(draft.Findings, f.ID)
		if f.Score > strongest {
			strongest, c.Strongest = f.Score, f.Reason
		}
	}
	for _, i := range facts.Incidents {
		if b.Step != "" && i.Guideline != "" && i.Guideline != b.Guideline {
			continue
		}
		draft.Incidents = append(draft.Incidents, i.ID)
		if c.Strongest == "" {
			c.Strongest = "Reported: " + i.Text
		}
	}
	c.Findings, c.Incidents = len(draft.Findings), len(draft.Incidents)
	if c.Why = d.bulkObjection(ctx, facts); c.Why != "" {
		return c, draft, nil
	}
	preview, _, err := d.prepare(ctx, draft)
	if err != nil {
		return c, draft, fmt.Errorf("drafting the decision on %s: %w", id, err)
	}
	c.Decision = preview.Decision
	if len(preview.Problems) > 0 {
		c.Why = preview.Problems[0]
	}
	return c, draft, nil
}

// bulkObjection says why a case is nobody's to decide in passing.
func (d *Desk) bulkObjection(ctx context.Context, facts model.CaseFacts) string {
	now := d.now()
	if l := facts.Case.Lease; l != nil && l.Holder != d.Moderator() && l.Expires.After(now) {
		return l.Holder + " works on it now."
	}
	h, err := d.store.Handling(ctx, facts.Case.ID)
	switch {
	case err != nil:
		return "How colleagues handle it could not be read: " + Sentence(err)
	case h.Held(now) && h.HoldBy != d.Moderator():
		return h.HoldBy + " holds it: " + h.HoldReason
	case h.HandedTo != "" && h.HandedTo != d.Moderator():
		return "It is handed to " + h.HandedTo + "."
	}
	switch facts.Case.State {
	case model.CaseOpen:
		return ""
	case model.CaseAppealed:
		return "It is appealed: an appeal is decided by itself."
	case model.CaseConflict:
		return "It is in conflict with a colleague's decision: settle that first."
	}
	return "It is decided already, or on its way."
}

// sampleOf draws n cases at random, the same ones for the same seed, in the
// order of the queue.
func sampleOf(all []BulkCase, n int, seed uint64) []BulkCase {
	picks := rand.New(rand.NewPCG(seed, 0x6d656e73636800)).Perm(len(all))
	picks = picks[:min(max(n, 0), len(picks))]
	slices.Sort(picks)
	out := make([]BulkCase, 0, len(picks))
	for _, i := range picks {
		out = append(out, all[i])
	}
	return out
}

func bulkEffects(b Bulk, all []BulkCase, titles map[string]string) []string {
	var incidents, strikes, letters int
	for _, c := range all {
		incidents += c.Incidents
		if c.Decision.Message != "" {
			letters++
		}
		for _, s := range c.Decision.Sanctions {
			strikes += s.Strikes
		}
	}
	what := "dismisses"
	if b.Step != "" {
		title := titles[b.Guideline]
		if title == "" {
			title = b.Guideline
		}
		what = fmt.Sprintf("gives a %s for “%s” in", b.Step, title)
	}
	out := []string{fmt.Sprintf("%s %s", capital(what), plural(len(all), "case", "cases"))}
	if incidents > 0 {
		out = append(out, "Closes "+plural(incidents, "incident", "incidents"))
	}
	if letters > 0 {
		out = append(out, "Writes to "+plural(letters, "expert", "experts"))
	}
	if strikes > 0 {
		out = append(out, "Adds "+plural(strikes, "strike", "strikes"))
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// BulkDone is what became of a bulk decision.
type BulkDone struct {
	Decided []model.Decision
	Failed  []BulkCase // with why; nothing happened to them
}

// DecideBulk decides the cases one after the other, each by a decision of its
// own with its own evidence, audit row, place in the outbox and undo. One that
// fails is named and stops no other. A cancelled context ends it between two
// cases; what is decided stays. The error is of the request as a whole.
func (d *Desk) DecideBulk(ctx context.Context, b Bulk, progress func(done, total int)) (BulkDone, error) {
	var out BulkDone
	if err := checkBulk(b); err != nil {
		return out, err
	}
	ids, err := d.bulkCases(ctx, b)
	if err != nil {
		return out, err
	}
	for i, id := range ids {
		if ctx.Err() != nil {
			break
		}
		c, draft, err := d.bulkCase(ctx, b, id, len(ids))
		if err == nil && c.Why == "" {
			var decision model.Decision
			if decision, err = d.Decide(ctx, draft); err == nil {
				out.Decided = append(out.Decided, decision)
			}
		}
		if err != nil {
			c.Why = Sentence(err)
		}
		if c.Why != "" {
			out.Failed = append(out.Failed, c)
		}
		if progress != nil {
			progress(i+1, len(ids))
		}
	}
	if err := d.noteBulk(context.WithoutCancel(ctx), b, out); err != nil {
		return out, err
	}
	return out, ctx.Err()
}

// noteBulk ties the decisions that were made together to each other in the log.
func (d *Desk) noteBulk(ctx context.Context, b Bulk, done BulkDone) error {
	ids := make([]string, 0, len(done.Decided))
	for _, x := range done.Decided {
		ids = append(ids, x.ID)
	}
	detail, err := json.Marshal(map[string]any{
		"decisions": ids, "failed": len(done.Failed), "step": cmp.Or(string(b.Step), "dismiss"), "guideline": b.Guideline,
	})
	if err != nil {
		return fmt.Errorf("writing down the bulk decision: %w", err)
	}
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "bulk", "bulk:"+uuid.NewString(), string(detail)); err != nil {
		return fmt.Errorf("noting the bulk decision in the audit log: %w", err)
	}
	return nil
}

// UndoMany takes back those decisions that have not begun to be sent, and says
// of each other one why it stands.
func (d *Desk) UndoMany(ctx context.Context, decisions []string) (undone int, stand map[string]string, err error) {
	stand = map[string]string{}
	for _, id := range decisions {
		if err := ctx.Err(); err != nil {
			return undone, stand, err
		}
		var no *Refusal
		switch err := d.Undo(ctx, id); {
		case err == nil:
			undone++
		case errors.As(err, &no):
			stand[id] = no.Why
		case platform.KindOf(err) == platform.KindCancelled:
			return undone, stand, err
		default:
			stand[id] = Sentence(err)
		}
	}
	return undone, stand, nil
}
