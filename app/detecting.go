package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/profiles"
	"mensch/app/ratings"
)

// Sizes of the detectors' batches: small enough that a cancelled run loses
// little, large enough that the store's syncs to disk don't rule.
const (
	workPage    = 200
	recordsPage = 1000
)

// indexes are what the detectors compare one expert with all others by. They
// are built from the store at the first run, and kept up to date by the work
// that each page of changes leaves behind.
type indexes struct {
	matcher   *photos.Matcher
	hashed    map[string]struct{} // photo IDs in matcher
	bare      bareIndex           // hashes of banks that came without a photo
	community *profiles.Community
	ledger    *ratings.Ledger
	answers   answers // the texts of community that are answers, by session
	banks     map[string]model.BankKind
	matched   sync.Map // photo ID -> []model.Match, of the present run
}

// Detect runs the detectors over all work that the store has left for them:
// photos are hashed and matched, transcripts and profiles read, ratings
// weighed, and each touched expert's case grouped and ranked. It can be
// cancelled at any time; what is done stays done.
func (d *Desk) Detect(ctx context.Context, progress func(phase string, done, total int64)) error {
	d.detect.Lock()
	defer d.detect.Unlock()
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	if err := d.recalibrate(ctx); err != nil {
		return err
	}
	if err := d.ageCases(ctx); err != nil {
		return err
	}
	counts, err := d.store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("counting the work: %w", err)
	}
	if counts.Work == 0 {
		return nil
	}
	if d.indexes == nil {
		if d.indexes, err = d.loadIndexes(ctx); err != nil {
			return err
		}
	}
	if err := d.hashPhotos(ctx, progress); err != nil {
		return err
	}
	d.indexes.matched.Clear()
	// Cases come last: everything before adds to them.
	for _, step := range []struct {
		kind  model.WorkKind
		phase string
		run   func(context.Context, []model.Work) error
	}{
		{model.WorkPhoto, "matching photos", d.matchPhotos},
		{model.WorkSession, "reading transcripts", d.reviewSessions},
		{model.WorkProfile, "reading profiles", d.reviewProfiles},
		{model.WorkExpert, "weighing ratings", d.reviewExperts},
		{model.WorkCase, "ranking cases", d.rankCases},
	} {
		if err := d.drain(ctx, step.kind, step.phase, progress, step.run); err != nil {
			return err
		}
	}
	return nil
}

// drain pages through one kind of work until none is left.
func (d *Desk) drain(ctx context.Context, kind model.WorkKind, phase string, progress func(string, int64, int64), run func(context.Context, []model.Work) error) error {
	var done int64
	for {
		// Work that is done leaves the queue, so the first page is always the next.
		page, err := d.store.PendingWork(ctx, kind, "", workPage)
		if err != nil {
			return fmt.Errorf("reading the work left for %s: %w", phase, err)
		}
		if len(page) == 0 {
			return nil
		}
		if err := run(ctx, page); err != nil {
			return fmt.Errorf("%s: %w", phase, err)
		}
		done += int64(len(page))
		progress(phase, done, 0)
	}
}

func (d *Desk) loadIndexes(ctx context.Context) (*indexes, error) {
	x := &indexes{
		matcher: photos.NewMatcher(d.store.OpenPhoto),
		hashed:  map[string]struct{}{},
		ledger:  ratings.NewLedger(d.pack()),
	}
	var err error
	if x.community, err = profiles.NewCommunity(d.pack(), d.models); err != nil {
		return nil, fmt.Errorf("preparing the profile detectors: %w", err)
	}
	err = eachPage(ctx, d.store.Hashes, func(h model.PhotoHashes) string { return h.PhotoID }, func(page []model.PhotoHashes) error {
		x.add(page...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("loading the photo index: %w", err)
	}
	err = eachPage(ctx, d.store.Experts, func(e model.ExpertProfile) string { return e.Expert.ID }, func(page []model.ExpertProfile) error {
		return d.loadExperts(ctx, x, page)
	})
	if err != nil {
		return nil, fmt.Errorf("loading the experts: %w", err)
	}
	err = eachPage(ctx, d.store.Ratings, func(r model.Rating) string { return r.ID }, func(page []model.Rating) error {
		for _, r := range page {
			x.ledger.PutRating(r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("loading the ratings: %w", err)
	}
	return x, d.loadBanks(ctx, x)
}

// eachPage reads everything that the store pages by key.
func eachPage[T any](ctx context.Context, read func(ctx context.Context, after string, limit int) ([]T, error), key func(T) string, do func([]T) error) error {
	for after := ""; ; {
		page, err := read(ctx, after, recordsPage)
		if err != nil || len(page) == 0 {
			return err
		}
		after = key(page[len(page)-1])
		if err := do(page); err != nil {
			return err
		}
	}
}

func (d *Desk) loadExperts(ctx context.Context, x *indexes, page []model.ExpertProfile) error {
	for _, e := range page {
		x.community.Put(e)
		x.ledger.PutExpert(e.Expert)
		err := d.store.ConversationsOf(ctx, e.Expert.ID, func(c model.Conversation) error {
			x.answers.put(x.community, c)
			return nil
		})
		if err != nil {
			return fmt.Errorf("loading the answers of %s: %w", e.Expert.ID, err)
		}
	}
	return nil
}

func (d *Desk) loadBanks(ctx context.Context, x *indexes) error {
	banks, err := d.store.Banks(ctx)
	if err != nil {
		return fmt.Errorf("reading the banks: %w", err)
	}
	x.banks = make(map[string]model.BankKind, len(banks))
	for _, b := range banks {
		x.banks[b.ID] = b.Kind
	}
	return nil
}

// add puts hashes into the indexes; what was matched before lacks them.
func (x *indexes) add(hashes ...model.PhotoHashes) {
	x.matched.Clear()
	for _, h := range hashes {
		if h.Class == bareClass {
			x.bare.add(h)
			continue
		}
		if h.Method != photos.Method {
			continue // computed by another version; its photo has work queued
		}
		x.bare.remove(h.PhotoID)
		x.matcher.Add(h)
		x.hashed[h.PhotoID] = struct{}{}
	}
}

// hashPhotos computes what is missing, on all cores, before any photo is
// matched, so that a photo finds its copies whatever the order of arrival.
func (d *Desk) hashPhotos(ctx context.Context, progress func(string, int64, int64)) error {
	var done int64
	for after := ""; ; {
		page, err := d.store.PendingWork(ctx, model.WorkPhoto, after, workPage)
		if err != nil {
			return fmt.Errorf("reading which photos are new: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].ID
		fresh := slices.DeleteFunc(slices.Clone(page), func(w model.Work) bool {
			_, known := d.indexes.hashed[w.ID]
			return known
		})
		hashes := make([]model.PhotoHashes, len(fresh))
		err = onAllCores(ctx, len(fresh), func(ctx context.Context, i int) error {
			// An import into a bank hashes a photo when it proves that it can be read.
			id := fresh[i].ID
			known, err := d.store.HashesOf(ctx, id)
			if err == nil && known.Method == photos.Method && known.Class != bareClass {
				hashes[i] = known
				return nil
			}
			pic, err := d.picture(ctx, id)
			if err != nil {
				return d.faultPhoto(ctx, id, err)
			}
			hashes[i] = photos.Hash(pic)
			hashes[i].PhotoID = id
			return nil
		})
		if err != nil {
			return fmt.Errorf("hashing photos: %w", err)
		}
		hashes = slices.DeleteFunc(hashes, func(h model.PhotoHashes) bool { return h.PhotoID == "" })
		if err := d.store.SaveHashes(ctx, hashes); err != nil {
			return fmt.Errorf("keeping photo hashes: %w", err)
		}
		d.indexes.add(hashes...)
		done += int64(len(page))
		progress("hashing photos", done, 0)
	}
}

// faultPhoto keeps in words why a photo cannot be read; the run goes on.
func (d *Desk) faultPhoto(ctx context.Context, id string, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	why := faultWords(cause)
	switch {
	case notFound(cause):
		why = "has not arrived"
	case why == "":
		return fmt.Errorf("reading photo %s: %w", id, cause)
	}
	return d.store.FaultPhoto(ctx, id, "The photo "+why+".")
}

// faultWords says what is wrong with a photo's bytes; empty: nothing known.
func faultWords(cause error) string {
	var foreign *photos.ForeignError
	switch {
	case errors.As(cause, &foreign):
		return "is a " + foreign.Kind + " picture, which Mensch does not read; ask for it as JPEG, PNG, GIF or WebP"
	case errors.Is(cause, photos.ErrTooLarge):
		return "is larger than Mensch reads, and was not decoded"
	case errors.Is(cause, photos.ErrTruncated):
		return "is cut off or damaged"
	case errors.Is(cause, photos.ErrNotImage):
		return "is not a picture in a known format"
	}
	return ""
}

func (d *Desk) picture(ctx context.Context, id string) (pic *photos.Picture, err error) {
	file, err := d.store.OpenPhoto(ctx, id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return photos.Decode(file)
}

// matchPhotos matches each photo, and reviews every expert who shows it or
// one that it matches.
func (d *Desk) matchPhotos(ctx context.Context, work []model.Work) error {
	if err := d.loadBanks(ctx, d.indexes); err != nil {
		return err
	}
	experts := map[string]struct{}{}
	matches, err := d.matchesOf(ctx, work)
	if err != nil {
		return err
	}
	for i, w := range work {
		if err := d.showing(ctx, w.ID, experts); err != nil {
			return err
		}
		for _, m := range matches[i] {
			if err := d.showing(ctx, m.Other, experts); err != nil {
				return err
			}
		}
	}
	return d.reviewPhotos(ctx, work, experts)
}

// showing adds the experts whose profiles show a photo.
func (d *Desk) showing(ctx context.Context, photoID string, experts map[string]struct{}) error {
	owners, err := d.store.PhotoOwners(ctx, photoID)
	if err != nil {
		return fmt.Errorf("reading who shows photo %s: %w", photoID, err)
	}
	for _, o := range owners {
		if o.ExpertID != "" {
			experts[o.ExpertID] = struct{}{}
		}
	}
	return nil
}

// reviewPhotos reviews the photos of some experts, and finishes the work that
// asked for it.
func (d *Desk) reviewPhotos(ctx context.Context, done []model.Work, experts map[string]struct{}) error {
	var scopes []model.ScopeFindings
	for id := range experts {
		scope, err := d.reviewPhoto(ctx, id)
		if err != nil {
			return err
		}
		scopes = append(scopes, scope)
	}
	return d.store.FinishWork(ctx, done, scopes)
}

// matchesOf matches the photos of some work side by side on all cores.
func (d *Desk) matchesOf(ctx context.Context, work []model.Work) ([][]model.Match, error) {
	out := make([][]model.Match, len(work))
	return out, onAllCores(ctx, len(work), func(ctx context.Context, i int) (err error) {
		out[i], err = d.match(ctx, work[i].ID)
		return err
	})
}

// match finds what a photo of the store is a copy of, once a run, or until
// something joins the indexes. A photo that cannot be read matches nothing.
func (d *Desk) match(ctx context.Context, photoID string) ([]model.Match, error) {
	if known, ok := d.indexes.matched.Load(photoID); ok {
		return known.([]model.Match), nil
	}
	found, err := d.matchAnew(ctx, photoID)
	if err == nil {
		d.indexes.matched.Store(photoID, found)
	}
	return found, err
}

func (d *Desk) matchAnew(ctx context.Context, photoID string) ([]model.Match, error) {
	hashes, err := d.store.HashesOf(ctx, photoID)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the hashes of photo %s: %w", photoID, err)
	}
	pic, err := d.picture(ctx, photoID)
	if err != nil {
		return nil, d.faultPhoto(ctx, photoID, err)
	}
	found, err := d.indexes.matches(ctx, hashes, pic)
	if err != nil {
		return nil, fmt.Errorf("matching photo %s: %w", photoID, err)
	}
	return found, nil
}

// reviewPhoto gives the findings about the photo that an expert's profile
// shows now.
func (d *Desk) reviewPhoto(ctx context.Context, expertID string) (model.ScopeFindings, error) {
	scope := model.ScopeFindings{Scope: "photo:" + expertID, ExpertID: expertID}
	expert, err := d.expertProfile(ctx, expertID)
	if notFound(err) {
		return scope, nil
	}
	if err != nil {
		return scope, err
	}
	if expert.Profile.PhotoID == "" {
		return scope, nil
	}
	matches, err := d.match(ctx, expert.Profile.PhotoID)
	if err != nil {
		return scope, err
	}
	owners := map[string][]photos.Owner{}
	for _, id := range append([]string{expert.Profile.PhotoID}, others(matches)...) {
		list, err := d.store.PhotoOwners(ctx, id)
		if err != nil {
			return scope, fmt.Errorf("reading who shows photo %s: %w", id, err)
		}
		for _, o := range list {
			owners[id] = append(owners[id], photos.Owner{PhotoOwner: o, BankKind: d.indexes.banks[o.BankID]})
		}
	}
	scope.Findings = d.sealed(photos.Findings(d.pack(), expert, matches, func(id string) []photos.Owner { return owners[id] }), scope.Scope)
	return scope, nil
}

func others(matches []model.Match) []string {
	ids := make([]string, 0, len(matches))
	for _, m := range matches {
		ids = append(ids, m.Other)
	}
	return ids
}

// sealed gives findings that the rules let through their derived IDs and scope.
func (d *Desk) sealed(findings []model.Finding, scope string) []model.Finding {
	findings = d.ruling.Load().inForce(findings)
	for i := range findings {
		findings[i].Scope = scope
		findings[i].ID = model.FindingID(findings[i])
		if findings[i].At.IsZero() {
			findings[i].At = d.now().UTC()
		}
	}
	return findings
}

func (d *Desk) expertProfile(ctx context.Context, id string) (model.ExpertProfile, error) {
	expert, err := d.store.Expert(ctx, id)
	if err != nil {
		return model.ExpertProfile{}, err
	}
	profile, err := d.store.Profile(ctx, id)
	if err != nil && !notFound(err) {
		return model.ExpertProfile{}, err
	}
	return model.ExpertProfile{Expert: expert, Profile: profile}, nil
}

// reviewProfiles reads changed profiles, and those of the experts that they
// are linked with or share text with: evidence between two accounts belongs to both.
func (d *Desk) reviewProfiles(ctx context.Context, work []model.Work) error {
	due := map[string]struct{}{}
	for _, w := range work {
		due[w.ID] = struct{}{}
		expert, err := d.expertProfile(ctx, w.ID)
		if notFound(err) {
			d.indexes.forget(w.ID, due)
			continue
		}
		if err != nil {
			return fmt.Errorf("reading expert %s: %w", w.ID, err)
		}
		d.indexes.community.Put(expert)
		d.indexes.ledger.PutExpert(expert.Expert)
	}
	first := make([]string, 0, len(due))
	for id := range due {
		first = append(first, id)
	}
	for _, id := range first {
		for _, f := range d.indexes.community.Review(id) {
			for _, l := range f.Accounts {
				due[l.ExpertID] = struct{}{}
			}
			for _, p := range f.Passages {
				if p.OtherExpert != "" {
					due[p.OtherExpert] = struct{}{}
				}
			}
		}
	}
	var scopes []model.ScopeFindings
	for id := range due {
		scopes = append(scopes, d.reviewProfile(id))
	}
	for _, w := range work {
		photo, err := d.reviewPhoto(ctx, w.ID)
		if err != nil {
			return err
		}
		scopes = append(scopes, photo)
	}
	return d.store.FinishWork(ctx, work, scopes)
}

// reviewProfile gives the findings about what an expert says of themself, and
// about whom they are.
func (d *Desk) reviewProfile(expertID string) model.ScopeFindings {
	scope := "profile:" + expertID
	return model.ScopeFindings{Scope: scope, ExpertID: expertID, Findings: d.sealed(d.indexes.community.Review(expertID), scope)}
}

// reviewSessions reads transcripts on all cores, and then compares what their
// experts wrote with what others wrote.
func (d *Desk) reviewSessions(ctx context.Context, work []model.Work) error {
	r := d.ruling.Load()
	ids := make([]string, len(work))
	for i, w := range work {
		ids[i] = w.ID
	}
	convs, err := d.conversations(ctx, ids)
	if err != nil {
		return err
	}
	due := make([][]string, len(work)) // experts whose texts are compared anew
	err = onAllCores(ctx, len(work), func(_ context.Context, i int) error {
		if id := work[i].ID; convs[i].Session.ID == "" {
			r.readings.drop(id)
			r.histories.forget(id)
			due[i] = d.indexes.answers.erase(d.indexes.community, id)
			return nil
		}
		wrote, touched := d.indexes.answers.put(d.indexes.community, convs[i])
		if due[i] = touched; wrote {
			due[i] = append(due[i], convs[i].Session.ExpertID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	scopes, err := d.reviewConversations(ctx, convs)
	if err != nil {
		return err
	}
	for i, w := range work {
		scopes[i].Scope = "session:" + w.ID // of one that is gone, too
	}
	reviewed := map[string]bool{}
	for _, list := range due {
		for _, id := range list {
			if !reviewed[id] {
				reviewed[id] = true
				scopes = append(scopes, d.reviewProfile(id))
			}
		}
	}
	return d.store.FinishWork(ctx, work, scopes)
}

// reviewExperts weighs ratings and attendance.
func (d *Desk) reviewExperts(ctx context.Context, work []model.Work) error {
	due := map[string]struct{}{}
	for _, w := range work {
		due[w.ID] = struct{}{}
		list, err := d.store.RatingsOf(ctx, w.ID)
		if err != nil {
			return fmt.Errorf("reading the ratings of %s: %w", w.ID, err)
		}
		d.indexes.ledger.SetRatings(w.ID, list)
	}
	var scopes []model.ScopeFindings
	for id := range due {
		expert, err := d.store.Expert(ctx, id)
		if notFound(err) {
			scopes = append(scopes, model.ScopeFindings{Scope: "ratings:" + id, ExpertID: id}, model.ScopeFindings{Scope: "attendance:" + id, ExpertID: id})
			continue
		}
		if err != nil {
			return fmt.Errorf("reading expert %s: %w", id, err)
		}
		d.indexes.ledger.PutExpert(expert)
		scopes = append(scopes, d.reviewRatings(id))
		attendance, err := d.attendance(ctx, expert)
		if err != nil {
			return err
		}
		scopes = append(scopes, attendance)
	}
	return d.store.FinishWork(ctx, work, scopes)
}

// reviewRatings gives the findings about the ratings that an expert got and gave.
func (d *Desk) reviewRatings(expertID string) model.ScopeFindings {
	scope := "ratings:" + expertID
	return model.ScopeFindings{Scope: scope, ExpertID: expertID, Findings: d.sealed(d.indexes.ledger.Review(expertID), scope)}
}

func (d *Desk) attendance(ctx context.Context, expert model.Expert) (model.ScopeFindings, error) {
	scope := model.ScopeFindings{Scope: "attendance:" + expert.ID, ExpertID: expert.ID}
	var convs []model.Conversation
	err := d.store.ConversationsOf(ctx, expert.ID, func(c model.Conversation) error {
		convs = append(convs, c)
		return nil
	})
	if err != nil {
		return scope, fmt.Errorf("reading the sessions of %s: %w", expert.ID, err)
	}
	events, err := d.store.StatusEventsOf(ctx, expert.ID)
	if err != nil {
		return scope, fmt.Errorf("reading the status of %s: %w", expert.ID, err)
	}
	scope.Findings = d.sealed(ratings.Attendance(d.pack(), expert, convs, events), scope.Scope)
	return scope, nil
}
