package photos

import (
	"math/rand/v2"

	"mensch/app/model"
)

// syntheticFlips makes features of made-up photos resemble those of a query as
// often as features of real strangers do (a few times a photo).
const syntheticFlips = 6

// Synthetic makes hashes of a photo that does not exist, of the features of
// real ones, each a little changed and at another place. They fill a matcher as
// a large community would, for measuring its speed, memory and false matches.
func Synthetic(id string, r *rand.Rand, pool []model.PhotoHashes) model.PhotoHashes {
	from := pool[r.IntN(len(pool))]
	out := model.PhotoHashes{PhotoID: id, Method: Method, Width: from.Width, Height: from.Height, Class: ClassPhoto, PHash: r.Uint64(), DHash: r.Uint64()}
	features, thumb, err := splitViews(from.Views)
	if err != nil {
		return out
	}
	out.Views = append(out.Views, byte(len(features)))
	for range features {
		// One feature of any photo: its bytes alone, for there are millions to make.
		donor := pool[r.IntN(len(pool))].Views
		if len(donor) < 1 || donor[0] == 0 || len(donor) < 1+int(donor[0])*featureBytes {
			donor = from.Views
		}
		at := 1 + r.IntN(int(donor[0]))*featureBytes
		f := [featureBytes]byte(donor[at : at+featureBytes])
		for range syntheticFlips {
			b := r.IntN(128)
			f[4+b>>3] ^= 1 << (b & 7)
		}
		f[0], f[1], f[3] = uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256))
		out.Views = append(out.Views, f[:]...)
	}
	out.Views = append(out.Views, thumb...)
	return out
}
