package photos

import (
	"encoding/binary"
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
		donor, _, err := splitViews(pool[r.IntN(len(pool))].Views)
		if err != nil || len(donor) == 0 {
			donor = features
		}
		f := donor[r.IntN(len(donor))]
		for range syntheticFlips {
			b := r.IntN(128)
			f.sig[b>>6] ^= 1 << (b & 63)
		}
		out.Views = append(out.Views, uint8(r.IntN(256)), uint8(r.IntN(256)), f.sigma, uint8(r.IntN(256)))
		out.Views = binary.LittleEndian.AppendUint64(out.Views, f.sig[0])
		out.Views = binary.LittleEndian.AppendUint64(out.Views, f.sig[1])
	}
	out.Views = append(out.Views, thumb...)
	return out
}
