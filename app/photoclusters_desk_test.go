package app_test

import (
	"testing"

	"mensch/app/model"
)

func TestOnePhotoOnManyAccountsIsOneCluster(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	first := scene(1)
	file := jpegOf(t, first, 90)
	a := p.expert(name(1), "Garden", file)
	p.expert(name(2), "Cars", file)
	mirrored := p.expert(name(3), "Garden", jpegOf(t, mirror(first), 85))
	p.expert(name(4), "Law", jpegOf(t, crop(first, 0.8), 85))
	alone := p.expert(name(5), "Law", jpegOf(t, scene(2), 90))
	must(t, p.CreateBank(ctx, "Stock", model.BankStock))
	p.detect()

	all, err := p.PhotoClusters(ctx)
	must(t, err)
	if len(all) != 1 || all[0].Experts != 4 || len(all[0].Photos) != 3 || len(all[0].Links) < 3 {
		t.Fatalf("%+v", all)
	}
	if got := all[0].Photos[0]; got.PhotoID != a || len(got.Owners) != 2 {
		t.Errorf("the photo on most accounts is not first: %+v", got)
	}
	one, err := p.PhotoCluster(ctx, mirrored)
	must(t, err)
	if one.ID != all[0].ID || one.Experts != 4 {
		t.Errorf("%+v", one)
	}
	single, err := p.PhotoCluster(ctx, alone)
	must(t, err)
	if single.ID != alone || len(single.Photos) != 1 || single.Experts != 1 || single.Links != nil {
		t.Errorf("%+v", single)
	}

	// What a moderator rejects on every finding that holds it joins no longer.
	for _, l := range all[0].Links {
		if l.Query == mirrored || l.Other == mirrored {
			must(t, p.JudgeFinding(ctx, l.FindingID, model.VerdictRejected))
		}
	}
	one, err = p.PhotoCluster(ctx, mirrored)
	must(t, err)
	if len(one.Photos) != 1 || one.Experts != 1 {
		t.Errorf("rejected copies still join: %+v", one)
	}
}
