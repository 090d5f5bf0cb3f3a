package app

import (
	"context"
	"fmt"
	"math"
)

// groupLinks is the most links of a group that are followed for alignments.
const groupLinks = 300

// PhotoGroup is one picture on many accounts, as seen from one of its photos.
type PhotoGroup struct {
	Experts int // accounts that show one of the photos now, the first's among them
	Photos  []GroupPhoto
}

// GroupPhoto is one photo of a group: the one that was asked for first.
type GroupPhoto struct {
	Side     PhotoSide
	Accounts []string // who shows it: screen name and field; bank items by name
	Banked   bool     // it stands in a bank too
	// Affine maps a point of the first photo to one of this, as in model.Match;
	// all zero where no chain of matches leads here.
	Affine [6]float64
}

// PhotoGroup gives the photos that show one picture with a photo, and who shows
// them. A photo of which no copy is known is a group of one.
func (d *Desk) PhotoGroup(ctx context.Context, photoID string) (PhotoGroup, error) {
	cluster, err := d.PhotoCluster(ctx, photoID)
	if err != nil {
		return PhotoGroup{}, err
	}
	out := PhotoGroup{Experts: cluster.Experts}
	var steps []alignStep
	for _, l := range cluster.Links[:min(groupLinks, len(cluster.Links))] {
		f, err := d.store.Finding(ctx, l.FindingID)
		if notFound(err) || err == nil && f.Match == nil {
			continue
		}
		if err != nil {
			return out, fmt.Errorf("reading finding %s: %w", l.FindingID, err)
		}
		steps = append(steps, alignStep{f.Match.Query, f.Match.Other, f.Match.Affine})
	}
	aligned := alignments(photoID, steps)
	for _, p := range cluster.Photos {
		g := GroupPhoto{Side: PhotoSide{PhotoID: p.PhotoID}, Affine: aligned[p.PhotoID]}
		for _, o := range p.Owners {
			g.Accounts = append(g.Accounts, joined(" · ", o.Name, o.Cluster))
			g.Banked = g.Banked || o.BankID != ""
		}
		g.Side.Title = "Nobody shows it any more"
		if len(g.Accounts) > 0 {
			g.Side.Title = g.Accounts[0]
		}
		if len(g.Accounts) > 1 {
			g.Side.Title = fmt.Sprintf("%s and %d more", g.Accounts[0], len(g.Accounts)-1)
		}
		if g.Side.Fault, err = d.photoFault(ctx, p.PhotoID); err != nil {
			return out, err
		}
		if p.PhotoID == photoID {
			out.Photos = append([]GroupPhoto{g}, out.Photos...)
		} else {
			out.Photos = append(out.Photos, g)
		}
	}
	return out, nil
}

// photoFault says in words why there is no photo to show; empty if there is.
func (d *Desk) photoFault(ctx context.Context, id string) (string, error) {
	info, err := d.store.PhotoInfo(ctx, id)
	switch {
	case notFound(err):
		return "This photo is not in the store: only its hash is known, or it has not arrived yet.", nil
	case err != nil:
		return "", fmt.Errorf("reading photo %s: %w", id, err)
	}
	return info.Fault, nil
}

// alignStep is a match's alignment from one photo to another.
type alignStep struct {
	from, to string
	affine   [6]float64
}

// alignments chains matches: how a point of one photo is found in each that
// they lead to, over as few of them as can be, since each adds its error.
func alignments(from string, steps []alignStep) map[string][6]float64 {
	out := map[string][6]float64{from: {0: 1, 4: 1}}
	front := []string{from}
	for len(front) > 0 {
		at := front[0]
		front = front[1:]
		for _, s := range steps {
			to, m := s.to, s.affine
			if s.to == at {
				to = s.from
				m = inverted(m)
			} else if s.from != at {
				continue
			}
			if _, known := out[to]; known || !lies(m) {
				continue
			}
			out[to] = chained(out[at], m)
			front = append(front, to)
		}
	}
	return out
}

// lies reports whether an alignment leads anywhere: a match by hash alone has none.
func lies(m [6]float64) bool {
	det := m[0]*m[4] - m[1]*m[3]
	return math.Abs(det) > 1e-9 && !math.IsInf(det, 0) && !math.IsNaN(det)
}

func inverted(m [6]float64) [6]float64 {
	det := m[0]*m[4] - m[1]*m[3]
	if !lies(m) {
		return [6]float64{}
	}
	a, b, d, e := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det
	return [6]float64{a, b, -(a*m[2] + b*m[5]), d, e, -(d*m[2] + e*m[5])}
}

// chained applies m first and n after it.
func chained(m, n [6]float64) [6]float64 {
	return [6]float64{
		n[0]*m[0] + n[1]*m[3], n[0]*m[1] + n[1]*m[4], n[0]*m[2] + n[1]*m[5] + n[2],
		n[3]*m[0] + n[4]*m[3], n[3]*m[1] + n[4]*m[4], n[3]*m[2] + n[4]*m[5] + n[5],
	}
}
