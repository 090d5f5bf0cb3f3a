package photos

import (
	"math"
	"slices"

	"mensch/app/photos/vectors"
)

// likeness is how well two aligned pictures agree.
type likeness struct {
	// agree is the share of the other photo's texture in the overlap whose
	// detail agrees: of copies most blocks do, covered and filtered ones
	// included; of different persons in one pose hardly a third ever does.
	agree float64
	// moved is how far the parts of the one picture lie from those of the other
	// once the pictures are aligned: the median of all blocks that look
	// photographed in both, in pixels of the grid. A copy's parts stay where
	// they are, however it's filtered, covered or shrunk; a second photo of one
	// sitting has moved lips, lids and hair, and strangers have nothing where the
	// other has it.
	moved float64
	// far is how far most parts are moved at most: the four fifths of the blocks
	// that lie nearest. Where a frame or a page agrees and the photo in it
	// doesn't, moved may be small and this is not.
	far     float64
	gained  float64 // share of the texture's energy that moving the parts would explain
	clash   float64 // share of what looks photographed in both and has nothing in common
	island  float64 // the largest piece in one of that, of the blocks that look photographed in both
	both    float64 // agree of what looks photographed in both
	mean    float64 // mean correlation of that
	covered float64 // share of the other's texture that has nothing in common with the query
	vivid   float64 // agree of the blocks that look photographed beyond doubt alone; 0 where they are few
	middle  float64 // agree in the middle of the other photo alone; 1 where too little is there
	cover   float64 // share of the other photo's texture that lies in the query
	blocks  int     // textured blocks in the overlap
	telling int     // of them those that aren't torn
	gain    float64 // contrast of the query against the other photo's
	shift   float64 // how much brighter the query is, in greys
	natural float64 // how far the other photo's texture there looks photographed, 0 to 1
	bent    bool    // one of them had to be bent to lie over the other
	drawn   bool    // the pictures are drawings
	sharp   float64 // fine detail of the query against the other photo's, 1 alike
}

const (
	cellSide    = blockSide / 2 // pixels; a block is two by two cells, and blocks overlap by one
	blockSide   = vectors.Side
	blockPixels = blockSide * blockSide
	blockAgrees = 0.8 // correlation of a block's detail from which it agrees
	blockDiffer = 0.3 // and below which it has nothing in common
	blockFlat   = 9   // variance under which a block agrees with anything
)

// cell holds sums over the pixels of a cell, or of a block's four.
type cell struct {
	inside         float32 // pixels that lie in the query
	t, tt, q, qq   float32 // of both pictures
	tq             float32
	ft, ftt        float32 // and of their local detail
	fq, fqq, ftq   float32
	gx, gy         float32 // slopes of the other's detail,
	gxx, gxy, gyy  float32 // their products,
	gxt, gyt       float32 // and with both details
	gxq, gyq       float32
	roughT, roughQ float32
}

func (c *cell) add(o *cell) {
	c.inside += o.inside
	c.t += o.t
	c.tt += o.tt
	c.q += o.q
	c.qq += o.qq
	c.tq += o.tq
	c.ft += o.ft
	c.ftt += o.ftt
	c.fq += o.fq
	c.fqq += o.fqq
	c.ftq += o.ftq
	c.gx += o.gx
	c.gy += o.gy
	c.gxx += o.gxx
	c.gxy += o.gxy
	c.gyy += o.gyy
	c.gxt += o.gxt
	c.gyt += o.gyt
	c.gxq += o.gxq
	c.gyq += o.gyq
	c.roughT += o.roughT
	c.roughQ += o.roughQ
}

// cellsOf sums up the cells of the grid's row of cells cy.
func (a *aligner) cellsOf(g *grid, cy int, out []cell) {
	for cx := range out {
		c := &out[cx]
		*c = cell{}
		for y := cy * cellSide; y < (cy+1)*cellSide; y++ {
			at := y*g.w + cx*cellSide
			ts, qs, oks := g.raw[at:][:cellSide], a.warp[at:][:cellSide], a.ok[at:][:cellSide]
			fts, fqs := g.flat[at:][:cellSide], a.norm[at:][:cellSide]
			gxs, gys := g.gx[at:][:cellSide], g.gy[at:][:cellSide]
			for i, in := range oks {
				t := ts[i] - 128
				c.t += t
				c.tt += t * t
				if !in {
					continue
				}
				c.inside++
				q := qs[i] - 128
				c.q += q
				c.qq += q * q
				c.tq += t * q
				ft, fq, gx, gy := fts[i], fqs[i], gxs[i], gys[i]
				c.ft += ft
				c.ftt += ft * ft
				c.fq += fq
				c.fqq += fq * fq
				c.ftq += ft * fq
				c.gx += gx
				c.gy += gy
				c.gxx += gx * gx
				c.gxy += gx * gy
				c.gyy += gy * gy
				c.gxt += gx * ft
				c.gyt += gy * ft
				c.gxq += gx * fq
				c.gyq += gy * fq
			}
			if y&1 == 0 { // every other row says enough of the roughness
				c.roughT += rough(ts)
				c.roughQ += rough(qs)
			}
		}
	}
}

// rough sums the changes from pixel to pixel of a row, its slopes left out.
func rough(row []float32) float32 {
	var sum float32
	for i := 1; i+1 < len(row); i++ {
		d := row[i]*2 - row[i-1] - row[i+1]
		if d < 0 {
			d = -d
		}
		sum += d
	}
	return sum
}

// spot is what a block says.
type spot struct {
	x, y     int     // its upper left corner
	differs  bool    // it looks photographed in both and has nothing in common
	tt, qq   float64 // variances
	mt, mq   float64 // means
	corr     float64 // of the detail
	xx, xy   float64 // the products of its slopes,
	yy       float64
	bx, by   float64 // and of slopes and difference
	dx, dy   float64 // where the query's detail lies from the other's, in pixels
	gained   float64 // share of the detail's energy that this explains
	roughT   float64
	roughQ   float64
	complete bool
}

// slopeLeast keeps blocks without slopes from moving anywhere.
const slopeLeast = 0.144

func (c *cell) spot() spot {
	const k = blockPixels
	s := spot{mt: float64(c.t) / k, mq: float64(c.q) / k, complete: c.inside == k, roughT: float64(c.roughT), roughQ: float64(c.roughQ)}
	s.tt = max(0, float64(c.tt)/k-s.mt*s.mt)
	if !s.complete {
		return s
	}
	s.qq = max(0, float64(c.qq)/k-s.mq*s.mq)
	mt, mq := float64(c.ft)/k, float64(c.fq)/k
	tt, qq := max(0, float64(c.ftt)/k-mt*mt)+0.02, max(0, float64(c.fqq)/k-mq*mq)+0.02
	s.corr = (float64(c.ftq)/k - mt*mq) / math.Sqrt(tt*qq)
	// One step of Gauss and Newton for this block alone.
	scale := math.Sqrt(tt / qq)
	bx := scale*(float64(c.gxq)-mq*float64(c.gx)) - (float64(c.gxt) - mt*float64(c.gx))
	by := scale*(float64(c.gyq)-mq*float64(c.gy)) - (float64(c.gyt) - mt*float64(c.gy))
	xx, xy, yy := float64(c.gxx)+slopeLeast, float64(c.gxy), float64(c.gyy)+slopeLeast
	s.xx, s.xy, s.yy, s.bx, s.by = xx, xy, yy, bx, by
	det := xx*yy - xy*xy
	s.dx, s.dy = (yy*bx-xy*by)/det, (xx*by-xy*bx)/det
	s.gained = (bx*s.dx + by*s.dy) / (k * tt)
	return s
}

// blocks calls yield with the upper left corner and the sums of every block of
// what lay has laid over the grid.
func (a *aligner) blocks(g *grid, yield func(x, y int, sum *cell)) {
	cols, rows := g.w/cellSide, g.h/cellSide
	if cols < 2 || rows < 2 {
		return
	}
	if len(a.cells) < 2*cols {
		a.cells = make([]cell, 2*cols)
	}
	above, below := a.cells[:cols], a.cells[cols:2*cols]
	a.cellsOf(g, 0, above)
	for cy := range rows - 1 {
		a.cellsOf(g, cy+1, below)
		for cx := range cols - 1 {
			sum := above[cx]
			sum.add(&above[cx+1])
			sum.add(&below[cx])
			sum.add(&below[cx+1])
			yield(cx*cellSide, cy*cellSide, &sum)
		}
		above, below = below, above
	}
}

// movedMost is how far a block is said to have moved at most: one step of
// Newton's finds no way farther than about a pixel.
const (
	movedMost = 1.6
	movedBins = 64
)

// A block is torn when something lies over a part of it, a line or a letter: the
// rest of its pixels still fit the other picture as they are. No part of a
// stranger's does. Torn blocks say little, for or against.
const (
	tornShare  = 0.5  // of a block's pixels that have to fit
	tornWithin = 0.12 // deviations of the block that they may be off
	tornNoise  = 1.2  // and greys
	tornWeight = 0.15 // of its own that a torn block keeps
)

// torn says whether most pixels of the block at x, y differ by the same grey
// once the contrast is taken out.
func (a *aligner) torn(g *grid, x, y int, s *spot, contrast float64) bool {
	var diff [blockPixels]float32
	k := float32(contrast)
	for v := range blockSide {
		at := (y+v)*g.w + x
		for u := range blockSide {
			diff[v*blockSide+u] = a.warp[at+u] - k*g.raw[at+u]
		}
	}
	return crowded(diff[:], int(tornShare*blockPixels), float32(2*(tornWithin*contrast*math.Sqrt(s.tt)+tornNoise)))
}

// likenesses of the same blocks, once by what looks photographed in both and
// once by all: the latter for drawings, which have hardly any of the former.
type tally struct {
	sum, agree, clash, mean, gained float64
	moved                           [movedBins]float64
}

func (t *tally) add(s *spot, w float64) {
	t.sum += w
	t.mean += w * s.corr
	t.gained += w * s.gained
	t.moved[int(min(math.Hypot(s.dx, s.dy), movedMost*0.999)*(movedBins/movedMost))] += w
	switch {
	case s.corr > blockAgrees:
		t.agree += w
	case s.corr < blockDiffer:
		t.clash += w
	}
}

func (t *tally) into(l *likeness) {
	l.moved, l.far = movedMost, movedMost
	if t.sum > 0 {
		l.both, l.clash, l.mean, l.gained = t.agree/t.sum, t.clash/t.sum, t.mean/t.sum, t.gained/t.sum
		l.moved, l.far = shareOf(&t.moved, t.sum/2), shareOf(&t.moved, t.sum*4/5)
	}
}

// drawnMost is the share of a drawing's texture that may look photographed.
const drawnMost = 0.1

// compare judges blocks of the aligned pictures one by one: what is the same
// picture agrees in nearly every block in its detail, while strangers in like
// poses agree in outlines only.
func (a *aligner) compare(g *grid, to affine, bent *bend) likeness {
	a.lay(g, to, bent)
	l := likeness{bent: bent != nil}
	var total, weight, shared, full, mid, midAgree, vivid, vividAgree, fineT, fineQ float64
	var photographed, drawn tally
	midBlocks, vividBlocks, pictured := 0, 0, 0
	a.spots = a.spots[:0]
	var contrasts []float64
	a.blocks(g, func(x, y int, sum *cell) {
		s := sum.spot()
		if s.tt < blockFlat {
			return
		}
		s.x, s.y = x, y
		a.spots = append(a.spots, s)
		if s.complete && s.corr > blockAgrees {
			contrasts = append(contrasts, math.Sqrt(s.qq/s.tt))
		}
	})
	contrast := 1.0
	if len(contrasts) > 0 {
		slices.Sort(contrasts)
		contrast = contrasts[len(contrasts)/2]
	}
	for i := range a.spots {
		s := &a.spots[i]
		x, y := s.x, s.y
		plain := math.Sqrt(math.Sqrt(s.tt))
		naturalT := natural(g.raw, g.w, x, y)
		w := plain
		if !a.graphic {
			w *= naturalT
		}
		total += w
		if !s.complete {
			continue
		}
		l.blocks++
		weight += w
		full += plain
		isVivid := w > 0.75*plain
		if isVivid {
			vividBlocks++
			vivid += w
		}
		u, v := float64(x+cellSide)/float64(g.w)-0.5, float64(y+cellSide)/float64(g.h)-0.5
		inMiddle := max(math.Abs(u), math.Abs(v)) < 0.28
		if inMiddle {
			midBlocks++
			mid += w
		}
		share := 1.0
		if s.corr < blockAgrees && a.torn(g, x, y, s, contrast) {
			share = tornWeight
		} else {
			l.telling++
		}
		naturalBoth := min(naturalT, natural(a.warp, g.w, x, y))
		photographed.add(s, share*plain*naturalBoth)
		if share == 1 && naturalBoth >= islandNatural {
			s.differs = s.corr < islandCorr
			pictured++
		}
		if a.graphic {
			drawn.add(s, share*plain)
		}
		fineT += w * s.roughT / math.Sqrt(s.tt+1)
		fineQ += w * s.roughQ / math.Sqrt(s.qq+1)
		switch {
		case s.corr > blockAgrees:
			l.agree += w
			if inMiddle {
				midAgree += w
			}
			if isVivid {
				vividAgree += w
			}
			shared += w
			l.gain += w * math.Sqrt(s.qq/s.tt)
			l.shift += w * (s.mq - s.mt)
		case s.corr < blockDiffer:
			l.covered += w
		}
	}
	if weight > 0 {
		l.agree /= weight
		l.covered /= weight
		l.cover = weight / total
		l.natural = weight / full
	}
	l.island = float64(a.largestIsland(g)) / float64(max(pictured, islandOf))
	if a.graphic && photographed.sum < drawnMost*drawn.sum {
		l.drawn = true
		drawn.into(&l)
	} else {
		photographed.into(&l)
	}
	if vividBlocks >= 6 {
		l.vivid = vividAgree / vivid
	}
	l.middle = 1
	if midBlocks >= 12 && mid > 0 {
		l.middle = midAgree / mid
	}
	if fineT > 0 {
		l.sharp = fineQ / fineT
	}
	if shared > 0 {
		l.gain /= shared
		l.shift /= shared
	}
	return l
}

// Two people's photos in one frame, page or screen agree in all of it but where
// the photos are: there they differ in one piece.
const (
	islandNatural = 0.25 // how far a block has to look photographed in both
	islandCorr    = 0.4  // under which it differs
	islandOf      = 24   // blocks that are the whole at least
)

// largestIsland counts the blocks of the largest piece of neighbours that differ.
func (a *aligner) largestIsland(g *grid) int {
	cols, rows := g.w/cellSide, g.h/cellSide
	if len(a.sea) < cols*rows {
		a.sea = make([]bool, cols*rows)
	}
	sea := a.sea[:cols*rows] // true: differs, and wasn't counted
	clear(sea)
	for i := range a.spots {
		if s := &a.spots[i]; s.differs {
			sea[s.y/cellSide*cols+s.x/cellSide] = true
		}
	}
	best := 0
	var todo []int
	for i, land := range sea {
		if !land {
			continue
		}
		sea[i] = false
		todo = append(todo[:0], i)
		n := 0
		for len(todo) > 0 {
			k := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			n++
			x, y := k%cols, k/cols
			for v := max(y-1, 0); v <= min(y+1, rows-1); v++ {
				for u := max(x-1, 0); u <= min(x+1, cols-1); u++ {
					if j := v*cols + u; sea[j] {
						sea[j] = false
						todo = append(todo, j)
					}
				}
			}
		}
		best = max(best, n)
	}
	return best
}

// shareOf is where a histogram from 0 to movedMost has reached a sum.
func shareOf(bins *[movedBins]float64, sum float64) float64 {
	for i, w := range bins {
		if sum <= w && w > 0 {
			return (float64(i) + sum/w) * (movedMost / movedBins)
		}
		sum -= w
	}
	return movedMost
}

// natural says how far a block looks photographed, 0.02 to 1: it has greys of
// all sorts, where frames, letters and the furniture of a screen have two with
// little between. Screenshots of two strangers agree in all of the latter.
func natural(p []float32, w, x, y int) float64 {
	between := vectors.Middling(p[y*w+x:], w)
	return min(max((float64(between)/blockPixels-0.25)/0.3, 0.02), 1)
}
