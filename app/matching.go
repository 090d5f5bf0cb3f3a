package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"mensch/app/calibration"
	"mensch/app/model"
	"mensch/app/photos"
)

// PhotoHit is one photo that shows one picture with a query, and where it stands.
type PhotoHit struct {
	Match    model.Match
	Owner    model.PhotoOwner
	Bank     string // the bank's name; empty for an expert's profile photo
	BankKind model.BankKind
}

// MatchPhoto compares a photo that need not be in the store with every expert's
// photo and every bank, best match first. Nothing is kept. The error wraps one
// of app/photos if the photo cannot be read.
func (d *Desk) MatchPhoto(ctx context.Context, r io.Reader) ([]PhotoHit, error) {
	pic, err := photos.Decode(r)
	if err != nil {
		if why := faultWords(err); why != "" {
			return nil, &Refusal{Why: "The photo " + why + ". Nothing was matched."}
		}
		return nil, err
	}
	hashes := photos.Hash(pic)
	found, banks, err := d.lookUp(ctx, hashes, pic)
	if err != nil {
		return nil, err
	}
	verdicts, err := d.matchVerdicts(ctx)
	if err != nil {
		return nil, err
	}
	curve := calibration.Fit(verdicts, calibration.Defaults)
	var hits []PhotoHit
	for _, m := range found {
		m = recalibrated(curve, m)
		owners, err := d.store.PhotoOwners(ctx, m.Other)
		if err != nil {
			return nil, fmt.Errorf("reading who shows photo %s: %w", m.Other, err)
		}
		for _, o := range owners {
			hit := PhotoHit{Match: m, Owner: o}
			if i := slices.IndexFunc(banks, func(b model.Bank) bool { return b.ID == o.BankID }); i >= 0 {
				hit.Bank, hit.BankKind = banks[i].Name, banks[i].Kind
			}
			hits = append(hits, hit)
		}
	}
	return hits, nil
}

func (d *Desk) lookUp(ctx context.Context, hashes model.PhotoHashes, pic *photos.Picture) ([]model.Match, []model.Bank, error) {
	banks, err := d.store.Banks(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the banks: %w", err)
	}
	d.detect.Lock()
	defer d.detect.Unlock()
	if d.indexes == nil {
		if d.indexes, err = d.loadIndexes(ctx); err != nil {
			return nil, nil, err
		}
	}
	found, err := d.indexes.matches(ctx, hashes, pic)
	if err != nil {
		return nil, nil, fmt.Errorf("matching the photo: %w", err)
	}
	return found, banks, nil
}

// matches finds what a photo is a copy of: among the photos, and among the
// hashes that came without one. The photo's own file is among them whatever it
// shows: a list may know it by its SHA-256. Best first.
func (x *indexes) matches(ctx context.Context, hashes model.PhotoHashes, pic *photos.Picture) ([]model.Match, error) {
	found, err := x.matcher.Match(ctx, hashes, pic)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(found, func(m model.Match) bool { return m.Other == hashes.PhotoID }) {
		whole := model.Region{Width: 1, Height: 1}
		own := model.Match{
			Query: hashes.PhotoID, Other: hashes.PhotoID, Class: hashes.Class, Kind: model.SameFile, Score: 1, Transform: photos.WayInWords(0),
			Region: whole, OtherRegion: whole, Affine: [6]float64{1, 0, 0, 0, 1, 0},
		}
		found = append([]model.Match{own}, found...)
	}
	if bare := x.bare.matches(hashes); len(bare) > 0 {
		found = append(found, bare...)
		slices.SortStableFunc(found, func(a, b model.Match) int { return cmp.Compare(b.Score, a.Score) })
	}
	return found, nil
}
