package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"mensch/app/model"
)

// PhotoCluster is one picture on many accounts: the photos that copies join,
// directly or by way of each other. (It has nothing to do with the clusters that
// experts advise in.)
type PhotoCluster struct {
	ID      string // the least of its photo IDs: the same for whoever asks
	Photos  []ClusterPhoto
	Links   []model.PhotoLink // what joins them, strongest first
	Experts int               // accounts that show one of the photos now
}

// ClusterPhoto is one photo of a cluster and where it stands now: on profiles
// and in banks. One that nobody shows any more has no owners.
type ClusterPhoto struct {
	PhotoID string
	Owners  []model.PhotoOwner
}

// PhotoClusters gives every picture that stands in more than one place, the one
// on most accounts first. Photos are joined by what the detectors found to be
// copies and no moderator rejected; portraits that are merely alike join nothing.
func (d *Desk) PhotoClusters(ctx context.Context) ([]PhotoCluster, error) {
	joined, err := d.joinPhotos(ctx)
	if err != nil {
		return nil, err
	}
	var out []PhotoCluster
	for _, group := range joined.groups() {
		c, err := d.photoCluster(ctx, group)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b PhotoCluster) int {
		return cmp.Or(cmp.Compare(b.Experts, a.Experts), cmp.Compare(len(b.Photos), len(a.Photos)), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// PhotoCluster gives the cluster that a photo belongs to. A photo that nothing
// is joined to is one of its own, without links.
func (d *Desk) PhotoCluster(ctx context.Context, photoID string) (PhotoCluster, error) {
	joined, err := d.joinPhotos(ctx)
	if err != nil {
		return PhotoCluster{}, err
	}
	root := joined.find(photoID)
	for _, group := range joined.groups() {
		if joined.find(group.photos[0]) == root {
			return d.photoCluster(ctx, group)
		}
	}
	return d.photoCluster(ctx, photoGroup{photos: []string{photoID}})
}

func (d *Desk) joinPhotos(ctx context.Context) (*joinedPhotos, error) {
	joined := &joinedPhotos{parent: map[string]string{}}
	err := eachPage(ctx, d.store.PhotoLinks, func(l model.PhotoLink) string { return l.FindingID }, func(page []model.PhotoLink) error {
		for _, l := range page {
			joined.add(l)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading which photos show one picture: %w", err)
	}
	return joined, nil
}

func (d *Desk) photoCluster(ctx context.Context, group photoGroup) (PhotoCluster, error) {
	c := PhotoCluster{ID: group.photos[0], Links: group.links}
	experts := map[string]struct{}{}
	for _, id := range group.photos {
		owners, err := d.store.PhotoOwners(ctx, id)
		if err != nil {
			return c, fmt.Errorf("reading who shows photo %s: %w", id, err)
		}
		for _, o := range owners {
			if o.ExpertID != "" {
				experts[o.ExpertID] = struct{}{}
			}
		}
		c.Photos = append(c.Photos, ClusterPhoto{PhotoID: id, Owners: owners})
	}
	c.Experts = len(experts)
	slices.SortStableFunc(c.Photos, func(a, b ClusterPhoto) int { return cmp.Compare(len(b.Owners), len(a.Owners)) })
	slices.SortStableFunc(c.Links, func(a, b model.PhotoLink) int { return cmp.Compare(b.Score, a.Score) })
	return c, nil
}

// joinedPhotos are sets of photos that copies join: a union-find.
type joinedPhotos struct {
	parent map[string]string
	links  []model.PhotoLink
}

type photoGroup struct {
	photos []string // in the order of their IDs
	links  []model.PhotoLink
}

// add joins the two photos of a link that stands.
func (j *joinedPhotos) add(l model.PhotoLink) {
	switch l.Kind {
	case model.SameFile, model.SamePicture, model.AlteredCopy:
	default:
		return
	}
	if l.Verdict == model.VerdictRejected || l.Query == "" || l.Other == "" {
		return
	}
	j.links = append(j.links, l)
	a, b := j.find(l.Query), j.find(l.Other)
	// The least ID is the root, so that the outcome does not hang on the order.
	root := min(a, b)
	j.parent[root], j.parent[max(a, b)] = root, root
}

func (j *joinedPhotos) find(id string) string {
	parent, ok := j.parent[id]
	if !ok {
		return id
	}
	if parent != id {
		parent = j.find(parent)
		j.parent[id] = parent
	}
	return parent
}

// groups gives the sets in the order of their roots.
func (j *joinedPhotos) groups() []photoGroup {
	at := map[string]*photoGroup{}
	for id := range j.parent {
		root := j.find(id)
		if at[root] == nil {
			at[root] = &photoGroup{}
		}
		at[root].photos = append(at[root].photos, id)
	}
	for _, l := range j.links {
		g := at[j.find(l.Query)]
		g.links = append(g.links, l)
	}
	out := make([]photoGroup, 0, len(at))
	for _, g := range at {
		slices.Sort(g.photos)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b photoGroup) int { return cmp.Compare(a.photos[0], b.photos[0]) })
	return out
}
