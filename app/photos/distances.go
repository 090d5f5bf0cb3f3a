package photos

import (
	"math/bits"
	"slices"

	"mensch/app/model"
	"mensch/app/photos/hamming"
	"mensch/app/photos/pdq"
)

// upright is the PDQ hash of a photo as it is; zero where there is none.
func upright(h model.PhotoHashes) hamming.Hash256 {
	if all := PDQ(h); len(all) > 0 {
		return all[pdq.Upright]
	}
	return hamming.Hash256{}
}

// apart is the distance of two PDQ hashes; that of pictures which have nothing
// to do with each other where one of them has none.
func apart(a, b hamming.Hash256) int {
	if none := (hamming.Hash256{}); a == none || b == none {
		return 128
	}
	return a.Distance(b)
}

// distances are those of the query and another photo as they are.
func (q *query) distances(other item) model.Distances {
	return model.Distances{
		PHash: bits.OnesCount64(other.phash ^ q.hashes.PHash), DHash: bits.OnesCount64(other.dhash ^ q.hashes.DHash),
		PDQ: apart(other.pdq, upright(q.hashes)),
	}
}

const laidLeast = 0.97 // share of the other photo that the query must show

// laidDistances are those of the other photo and the query laid over it; nil
// where the query doesn't show all of it.
func (q *query) laidDistances(c candidate) *model.Distances {
	if shown(c.to) < laidLeast {
		return nil
	}
	thumb, err := decodeThumb(c.mini)
	if err != nil {
		return nil
	}
	laid, other := newPlane(hashSide, hashSide), thumb.resized(hashSide, hashSide)
	q.pyramid.warp(c.to, c.bent, hashSide, hashSide, laid.pix, make([]bool, hashSide*hashSide))
	ap, ad := plainHashes(laid)
	bp, bd := plainHashes(other)
	return &model.Distances{
		PHash: bits.OnesCount64(ap ^ bp), DHash: bits.OnesCount64(ad ^ bd), PDQ: apart(exchangeHash(laid), exchangeHash(other)),
	}
}

// exchangeHash is the PDQ hash of a small picture; zero where it's worthless.
func exchangeHash(p *plane) hamming.Hash256 {
	all, quality := pdq.FromLuma(slices.Clone(p.pix), p.w, p.h)
	if quality < pdq.Trusted {
		return hamming.Hash256{}
	}
	return all[pdq.Upright]
}
