package photos

import "slices"

// finest is into how many bins a width is cut, and most how many there may be.
const (
	finest   = 12
	mostBins = 1024
)

// crowded says whether more than some of the values lie within a width of each
// other. Mostly counting them by bins tells; where it doesn't, they are sorted.
func crowded(values []float32, some int, width float32) bool {
	lo, hi := slices.Min(values), slices.Max(values)
	if hi-lo <= width {
		return len(values) > some
	}
	scale := finest / width
	if n := (hi - lo) * scale; len(values) < 256 && n < mostBins-2*finest {
		var bins [mostBins]uint8
		for _, v := range values {
			bins[int((v-lo)*scale)]++
		}
		// What lies in so many bins that no width has them all, and in so few that
		// they are within one, a bin each side for what rounding moves.
		outer, inner, doubt := 0, 0, false
		last := int(n) + finest + 3
		for i, b := range bins[:min(last, mostBins)] {
			outer += int(b)
			inner += int(b)
			if k := i - (finest + 3); k >= 0 {
				outer -= int(bins[k])
			}
			if k := i - (finest - 2); k >= 0 {
				inner -= int(bins[k])
			}
			if inner > some {
				return true
			}
			doubt = doubt || outer > some
		}
		if !doubt {
			return false
		}
	}
	return sortedCrowded(values, some, width)
}

// sortedCrowded is crowded by sorting the values, which it does in place.
func sortedCrowded(values []float32, some int, width float32) bool {
	slices.Sort(values)
	for i := range len(values) - some {
		if values[i+some]-values[i] <= width {
			return true
		}
	}
	return false
}
