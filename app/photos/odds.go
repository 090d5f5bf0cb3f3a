package photos

import "math"

// The logarithm of the odds that two aligned small pictures are one and the same,
// of how far most of their parts lie apart (likeness.far), how large a piece
// differs altogether (likeness.island), how much the detail of all has in common
// (likeness.mean), and how many blocks say so: the fewer they are, the stiller
// they have to lie, and stiller too where the picture had to be bent. Fitted to
// copies by all evasions, against other photos of the same persons and against
// strangers that were altered in the same ways; moved by one towards no.
const (
	oddsBase   = -23.7
	oddsFar    = -6.62
	oddsIsland = -0.39
	oddsMean   = 3.83
	oddsBlocks = 2.57
	oddsBent   = -3.2
	oddsMost   = 200 // blocks from which more say nothing new

	// What little is photographed on a page of letters tells whose page it is.
	oddsDrawnIsland = -30
)

// The same after a closer look at what was in doubt, with what the small pictures
// said. What agrees in much of its blocks and doesn't lie still is another photo
// of one sitting, and two photographs that are unlike in fine detail at every size
// are seldom one. Fitted to those pairs that are in doubt, of both families of
// evasions, by far most of them of photographs that the bench doesn't look up.
const (
	nearBase   = -12.29
	nearFar    = -5.71
	nearBlocks = 1.96
	nearBent   = -2.67
	nearSmall  = 0.59
	nearClash  = -3.39
	nearSharp  = -2.62
	nearAgree  = -5.97
	smallMost  = 8.0  // the odds of the small pictures that count, either way
	smallNone  = -6.0 // and those of small pictures that say nothing
)

const (
	leastBlocks = 12   // textured blocks that two small pictures must have in common
	nearLeast   = 16   // and two larger ones, if they're to say more
	leastCover  = 0.05 // share of the other photo's texture that the query must show
	doubtless   = 3.0  // odds from which the small picture alone is believed in
	hopeless    = -3.5 // and under which it is too
)

// odds is the logarithm of the odds that the small pictures are one and the same.
func (l *likeness) odds() float64 {
	if l.telling < leastBlocks || l.cover < leastCover {
		return math.Inf(-1)
	}
	z := oddsBase + oddsFar*math.Log(l.far+0.02) + oddsIsland*math.Log(l.island+0.02) + oddsMean*l.mean + oddsBlocks*math.Log(float64(min(l.telling, oddsMost)))
	if l.bent {
		z += oddsBent
	}
	if l.drawn {
		z += oddsDrawnIsland * l.island
	}
	return z
}

// oddsAfter is the logarithm of the odds that the pictures are one and the same,
// of a closer look at nearLeast blocks or more and of what the small pictures said
// before.
func (l *likeness) oddsAfter(small float64) float64 {
	if l.cover < leastCover {
		return math.Inf(-1)
	}
	if math.IsInf(small, -1) {
		small = smallNone
	}
	z := nearBase + nearFar*math.Log(l.far+0.02) + nearBlocks*math.Log(float64(min(l.telling, oddsMost))) +
		nearSmall*min(max(small, -smallMost), smallMost) + nearClash*l.clash + nearSharp*unlike(l.sharp) + nearAgree*l.agree
	if l.bent {
		z += nearBent
	}
	if l.drawn {
		z += oddsDrawnIsland * l.island
	}
	return z
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
