package evaluation

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
	"mensch/app/scores"
)

// Pictures are photos to look up in a bank of photos, and what is true of them.
type Pictures struct {
	Bank    string // folder
	Queries string // folder
	Truth   string // file
	Half    string // "a" or "b": only that half of the queries, by a hash of their name
}

// Claim is one match that was claimed for a query, or, with an empty Match, that
// nothing was.
type Claim struct {
	Query string          `json:"query"`
	Match string          `json:"match"`
	Kind  model.MatchKind `json:"kind"`
	Score float64         `json:"score"`
	Right bool            `json:"right"`
	Group string          `json:"group,omitempty"`
}

// looked is what became of one query.
type looked struct {
	query
	hashes  model.PhotoHashes
	fault   error
	claims  []model.Match
	hashing time.Duration // reading, decoding and hashing
	finding time.Duration
}

// baseline distances at which plain hashes are customarily said to match.
const (
	customaryPHash = 10 // of 64 bits, as goimagehash's users do
	customaryPDQ   = 31 // of 256 bits (Facebook: The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm, 2019)
)

// MeasurePictures looks each query up in the bank and counts pairs of a query and
// a bank photo: a pair that the truth names is to be claimed a copy, any other is
// not. progress, which may be nil, is told how far it is.
func MeasurePictures(ctx context.Context, o Pictures, progress func(what string, done, total int)) (Result, []Claim, error) {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	res := Result{Detector: "photos", File: filepath.Base(o.Truth), Unit: "pairs", Labelled: true, Extra: map[string]float64{}}
	bank, err := photos.ReadFolder(ctx, o.Bank, func(done, total int) { progress("hashing the bank", done, total) })
	if err != nil {
		return res, nil, err
	}
	for i, left := range bank.Left {
		if i == 3 {
			res.Notes = append(res.Notes, fmt.Sprintf("%d more files of the bank can't be read", len(bank.Left)-i))
			break
		}
		res.Notes = append(res.Notes, fmt.Sprintf("%s of the bank can't be read: %v", left.Name, left.Err))
	}
	root, files, err := photos.FolderFiles(ctx, o.Queries)
	if err != nil {
		return res, nil, err
	}
	truth, err := os.Open(o.Truth)
	if err != nil {
		return res, nil, fmt.Errorf("open the truth: %w", err)
	}
	defer func() { _ = truth.Close() }() // only read
	all, err := readTruth(truth, files, bank, &res)
	if err != nil {
		return res, nil, fmt.Errorf("%s: %w", res.File, err)
	}
	switch o.Half {
	case "":
	case "a", "b":
		all = slices.DeleteFunc(all, func(q query) bool { return scores.Half(q.file) != (o.Half == "b") })
	default:
		return res, nil, fmt.Errorf("a half is a or b, not %q", o.Half)
	}
	if len(all) == 0 || len(bank.Hashes) == 0 {
		return res, nil, fmt.Errorf("%s: %w", res.File, errNothing)
	}
	found, err := lookUp(ctx, bank, root, all, progress)
	if err != nil {
		return res, nil, err
	}
	claims := res.pictures(bank, found)
	return res, claims, nil
}

// lookUp matches every query, some at once.
func lookUp(ctx context.Context, bank *photos.Folder, root string, all []query, progress func(string, int, int)) ([]looked, error) {
	out := make([]looked, len(all))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range all {
		if gctx.Err() != nil {
			break
		}
		progress("looking up", i, len(all))
		group.Go(func() error {
			l := &out[i]
			l.query = all[i]
			begin := time.Now()
			h, pic, err := photos.HashFile(filepath.Join(root, filepath.FromSlash(l.file)))
			l.hashing = time.Since(begin)
			if err != nil {
				l.fault = err
				return gctx.Err()
			}
			l.hashes, begin = h, time.Now()
			l.claims, err = bank.Matcher.Match(gctx, h, pic)
			l.finding = time.Since(begin)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("looking the photos up: %w", err)
	}
	return out, ctx.Err()
}

// isCopy says that a match is a claim: a similar portrait is a hint that a human
// should look, never a copy.
func isCopy(k model.MatchKind) bool { return k != model.SimilarPortrait && k != model.Unrelated }

// pictures counts what was found.
func (r *Result) pictures(bank *photos.Folder, found []looked) []Claim {
	var claims []Claim
	units := make([]scores.Counts, len(found))
	var parts groups
	var first, withTruth, portraits, wrongPortraits, brier, judged float64
	var hashing, finding []time.Duration
	unreadable := 0
	for i := range found {
		l := &found[i]
		r.Rows++
		if l.fault != nil {
			if unreadable++; unreadable <= 3 {
				r.Notes = append(r.Notes, fmt.Sprintf("%s can't be read: %v", l.file, l.fault))
			}
		} else {
			hashing, finding = append(hashing, l.hashing), append(finding, l.finding)
		}
		u := &units[i]
		got := map[string]bool{}
		for _, m := range l.claims {
			right := l.copies[m.Other]
			claims = append(claims, Claim{l.file, strings.Join(bank.Names(m.Other), " = "), m.Kind, m.Score, right || l.alike[m.Other] && !isCopy(m.Kind), l.group})
			if !isCopy(m.Kind) {
				portraits++
				if !right && !l.alike[m.Other] {
					wrongPortraits++
				}
				continue
			}
			if len(got) == 0 && right {
				first++
			}
			got[m.Other] = true
			u.Add(right, true)
			want := 0.0
			if right {
				want = 1
			}
			brier += (m.Score - want) * (m.Score - want)
			judged++
		}
		if len(l.claims) == 0 {
			claims = append(claims, Claim{Query: l.file, Kind: model.Unrelated, Right: len(l.copies) == 0, Group: l.group})
		}
		missed := 0
		for id := range l.copies {
			if !got[id] {
				u.Add(true, false)
				missed++
			}
		}
		u.TN = float64(len(bank.Hashes)) - u.TP - u.FP - u.FN
		if len(l.copies) > 0 {
			withTruth++
			parts.add(l.group, true, missed < len(l.copies))
		}
	}
	if unreadable > 3 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d more queries can't be read", unreadable-3))
	}
	r.count(units, true)
	for _, name := range []string{"accuracy", "macro_f1"} { // of pairs, nearly all of which are nothing, they say little
		delete(r.Intervals, name)
	}
	r.Accuracy, r.MacroF1 = nil, nil
	r.Groups = parts.list(1000)
	r.Extra["queries"], r.Extra["bank"] = float64(len(found)), float64(len(bank.Hashes))
	r.Extra["queries with a copy in the bank"] = withTruth
	r.Extra["the right one first"] = scores.Share(first, withTruth)
	r.Extra["similar portraits"], r.Extra["similar portraits of nobody alike"] = portraits, wrongPortraits
	if judged > 0 {
		r.Extra["brier"] = brier / judged
	}
	if s := bank.Took.Seconds(); s > 0 {
		r.Extra["bank photos a second"] = float64(len(bank.Hashes)+len(bank.Left)) / s
	}
	for name, times := range map[string][]time.Duration{"hashing": hashing, "finding": finding} {
		if len(times) > 0 {
			slices.Sort(times)
			r.Extra[name+" p50 ms"] = times[len(times)/2].Seconds() * 1000
			r.Extra[name+" p95 ms"] = times[len(times)*95/100].Seconds() * 1000
		}
	}
	r.plainHashes(bank, found)
	return claims
}

// plainHashes sets goimagehash's pHash and PDQ beside the matcher: at customary
// distances, and where they claim no more wrong pairs than the matcher does.
func (r *Result) plainHashes(bank *photos.Folder, found []looked) {
	var phash, pdq tally
	banked := make([][]hamming.Hash256, len(bank.Hashes)) // the upright photo's comes first
	for i, h := range bank.Hashes {
		banked[i] = photos.PDQ(h)
	}
	missed := 0.0
	for i := range found {
		l := &found[i]
		if l.fault != nil {
			missed += float64(len(l.copies))
			continue
		}
		mine := photos.PDQ(l.hashes)
		for j, h := range bank.Hashes {
			right := l.copies[h.PhotoID]
			phash.add(right, bits.OnesCount64(l.hashes.PHash^h.PHash))
			apart := len(pdq) - 1
			if len(mine) > 0 && len(banked[j]) > 0 {
				apart = mine[0].Distance(banked[j][0])
			}
			pdq.add(right, apart)
		}
	}
	c := phash.within(customaryPHash)
	c.FN += missed
	r.against(fmt.Sprintf("goimagehash pHash within %d", customaryPHash), c, true)
	r.Baseline.Accuracy, r.Baseline.MacroF1 = nil, nil
	c = pdq.within(customaryPDQ)
	c.FN += missed
	r.Extra[fmt.Sprintf("PDQ within %d: recall", customaryPDQ)] = c.Recall()
	r.Extra[fmt.Sprintf("PDQ within %d: false positive rate", customaryPDQ)] = c.FalseRate()
	for name, t := range map[string]*tally{"pHash": &phash, "PDQ": &pdq} {
		c := t.within(t.limit(float64(r.FP)))
		c.FN += missed
		r.Extra[name+" with no more wrong pairs: recall"] = c.Recall()
	}
}

// tally counts pairs by their distance.
type tally [257]struct{ right, wrong float64 }

func (t *tally) add(right bool, distance int) {
	if right {
		t[distance].right++
	} else {
		t[distance].wrong++
	}
}

// within are the counts where all pairs up to a distance are claimed.
func (t *tally) within(distance int) (c scores.Counts) {
	for d := range t {
		if d <= distance {
			c.TP, c.FP = c.TP+t[d].right, c.FP+t[d].wrong
		} else {
			c.FN, c.TN = c.FN+t[d].right, c.TN+t[d].wrong
		}
	}
	return c
}

// limit is the largest distance that claims no more than so many wrong pairs, -1
// if there is none.
func (t *tally) limit(wrong float64) int {
	for d := range t {
		if wrong -= t[d].wrong; wrong < 0 {
			return d - 1
		}
	}
	return len(t) - 1
}

var errNoQuery = errors.New("names no photo of the queries")
