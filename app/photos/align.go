package photos

import (
	"math"
	"slices"

	"mensch/app/photos/vectors"
)

// pyramid is a picture at sizes that fall by the root of two: sampled at half its
// pitch only, foliage and hair would no longer look like themselves.
type pyramid []*plane

func newPyramid(p *plane, least int) pyramid {
	out := pyramid{p}
	for k := 1; ; k++ {
		s := math.Pow(2, -float64(k)/2)
		w, h := int(float64(p.w)*s+0.5), int(float64(p.h)*s+0.5)
		if min(w, h) < least {
			return out
		}
		from := p
		if k > 1 {
			from = out[k-2]
		}
		out = append(out, from.averaged(w, h))
	}
}

// warp samples the query on a grid of w x h over the other photo. to maps the
// other photo to the query, in shares, after its bend unless that is nil. ok
// says which samples lie in the query; the result, whether all do.
func (q pyramid) warp(to affine, bent *bend, w, h int, out []float32, ok []bool) bool {
	level := 0
	if pitch := pitchOf(to, q[0], w, h); pitch > 1 {
		level = min(int(2*math.Log2(pitch)+0.5), len(q)-1)
	}
	p := q[level]
	pw, ph := float64(p.w), float64(p.h)
	dx, dy := float32(to[0]/float64(w)*pw), float32(to[3]/float64(w)*ph)
	mx, my := float32(p.w)-0.5, float32(p.h)-0.5
	all := true
	if bent != nil {
		return p.warpBent(to, bent, w, h, out, ok)
	}
	for v := range h {
		sx, sy := to.apply(0.5/float64(w), (float64(v)+0.5)/float64(h))
		x0, y0 := float32(sx*pw-0.5), float32(sy*ph-0.5)
		line, oks := out[v*w:][:w], ok[v*w:][:w]
		// Well inside of the query nothing has to be asked.
		a, b := within(x0, dx, float32(p.w-1), w)
		c, d := within(y0, dy, float32(p.h-1), w)
		from, to := max(a, c), min(b, d)
		for u := 0; u < len(line); u++ {
			if u == from && from < to {
				for ; u < to; u++ {
					x, y := x0+float32(u)*dx, y0+float32(u)*dy
					ix, iy := int(x), int(y)
					fx, fy := x-float32(ix), y-float32(iy)
					pix := p.pix[iy*p.w+ix:]
					low := pix[p.w : p.w+2]
					top, bottom := pix[0]+(pix[1]-pix[0])*fx, low[0]+(low[1]-low[0])*fx
					line[u] = top + (bottom-top)*fy
					oks[u] = true
				}
				if u == len(line) {
					break
				}
			}
			x, y := x0+float32(u)*dx, y0+float32(u)*dy
			inside := x > -0.5 && y > -0.5 && x < mx && y < my
			oks[u] = inside
			if inside {
				line[u] = p.at(x, y)
			} else {
				line[u] = 0
				all = false
			}
		}
	}
	return all
}

// warpBent is warp of one level over a bent picture.
func (p *plane) warpBent(to affine, bent *bend, w, h int, out []float32, ok []bool) bool {
	pw, ph := float64(p.w), float64(p.h)
	mx, my := float32(p.w)-0.5, float32(p.h)-0.5
	all := true
	for v := range h {
		sx, sy := bent.row((float64(v)+0.5)/float64(h)-0.5, to)
		for i := range sx {
			sx[i], sy[i] = sx[i]*pw, sy[i]*ph
		}
		sx[0], sy[0] = sx[0]-0.5, sy[0]-0.5
		line, oks := out[v*w:][:w], ok[v*w:][:w]
		for i := range line {
			u := (float64(i)+0.5)/float64(w) - 0.5
			x, y := float32(sx[0]+u*(sx[1]+u*(sx[2]+u*sx[3]))), float32(sy[0]+u*(sy[1]+u*(sy[2]+u*sy[3])))
			oks[i] = x > -0.5 && y > -0.5 && x < mx && y < my
			line[i] = 0
			if oks[i] {
				line[i] = p.at(x, y)
			} else {
				all = false
			}
		}
	}
	return all
}

// pitchOf is how many pixels of the query lie side by side in one of a grid of
// w x h over the other photo.
func pitchOf(to affine, query *plane, w, h int) float64 {
	return math.Sqrt(math.Abs(to.det()) * float64(query.w) * float64(query.h) / (float64(w) * float64(h)))
}

// within gives the steps from the first to before the last, of n, at which
// start + step*d lies well between 0 and most.
func within(start, d, most float32, n int) (int, int) {
	const margin = 0.01 // more than rounding can lose
	lo, hi := margin-start, most-margin-start
	switch {
	case lo >= hi:
		return n, 0
	case d > -1e-7 && d < 1e-7:
		if lo <= 0 && hi >= 0 {
			return 0, n
		}
		return n, 0
	case d < 0:
		lo, hi = hi, lo
	}
	from, to := math.Ceil(float64(lo/d)), math.Floor(float64(hi/d))+1
	return int(min(max(from, 0), float64(n))), int(min(max(to, 0), float64(n)))
}

// grid is one size of the other photo, made ready for alignment.
type grid struct {
	w, h   int
	raw    []float32
	flat   []float32 // locally normalised
	gx, gy []float32 // its slopes, a pixel

	flattener flattener
}

func newGrid(p *plane) *grid { return new(grid).of(p) }

// of makes the grid anew of another picture, in its own room.
func (g *grid) of(p *plane) *grid {
	n := p.w * p.h
	g.w, g.h, g.raw = p.w, p.h, p.pix
	if cap(g.flat) < n {
		g.flat, g.gx, g.gy = make([]float32, n), make([]float32, n), make([]float32, n)
	}
	g.flat, g.gx, g.gy = g.flat[:n], g.gx[:n], g.gy[:n]
	clear(g.gx) // the borders have no slopes
	clear(g.gy)
	g.flattener.flatten(p.pix, nil, p.w, p.h, g.flat)
	for y := 1; y < g.h-1 && g.w > 2; y++ {
		at, n := y*g.w+1, g.w-2
		gx, gy := g.gx[at:][:n], g.gy[at:][:n]
		vectors.Sub(gx, g.flat[at+1:], g.flat[at-1:])
		vectors.Scale(gx, gx, 0.5)
		vectors.Sub(gy, g.flat[at+g.w:], g.flat[at-g.w:])
		vectors.Scale(gy, gy, 0.5)
	}
	return g
}

// flattener takes away local brightness and contrast, so that tone, vignettes
// and filters don't count. It keeps its buffers.
type flattener struct {
	values, inside        []float32 // of the picture, 0 where nothing is; and 1 where something is
	sums, squares, counts []float32 // down the columns of the window, with flatRadius of nothing on each side
	share                 []float32 // one over the number of pixels in the window of a row's each
	ones                  []float32 // for rows that are inside as a whole
	all                   bool      // all of the picture last flattened is inside
}

// insideOf says which places of row y of the picture last flattened, w wide, lie
// inside: 1, else 0.
func (f *flattener) insideOf(y, w int) []float32 {
	if f.all {
		return f.ones[:w]
	}
	return f.inside[y*w:][:w]
}

const (
	flatRadius = (vectors.Window - 1) / 2
	flatSoft   = 3 // greys that a deviation is taken to be larger
)

// flatten sets out to pix less its neighbours' mean, over their deviation. Only
// pixels that are ok count; a nil ok says that all are.
func (f *flattener) flatten(pix []float32, ok []bool, w, h int, out []float32) {
	n, margins := w*h, w+2*flatRadius
	if cap(f.values) < n {
		f.values, f.inside = make([]float32, n), make([]float32, n)
	}
	if cap(f.sums) < margins {
		for _, b := range []*[]float32{&f.sums, &f.squares, &f.counts, &f.share} {
			*b = make([]float32, margins)
		}
		f.ones = slices.Repeat([]float32{1}, margins)
	}
	f.all = ok == nil
	values, inside := f.values[:n], f.inside[:n]
	vectors.Shift(values, pix[:n], -128)
	if ok != nil {
		for i, in := range ok[:n] {
			v := float32(0)
			if in {
				v = 1
			}
			inside[i] = v
		}
		vectors.Mul(values, values, inside)
	}
	sums, squares, counts, share := f.sums[:margins], f.squares[:margins], f.counts[:margins], f.share[:w]
	clear(sums)
	clear(squares)
	clear(counts)
	row := func(of []float32, y int) []float32 { return of[y*w:][:w] }
	columns := func(s []float32) []float32 { return s[flatRadius : flatRadius+w] }
	take := func(y int, k float32) {
		vectors.AddScaled(columns(sums), row(values, y), k)
		vectors.AddSquares(columns(squares), row(values, y), k)
	}
	last := -1 // how many rows there were in the window that share is of
	for y := range min(flatRadius, h) {
		take(y, 1)
		if ok != nil {
			vectors.AddScaled(columns(counts), row(inside, y), 1)
		}
	}
	for y := range h {
		fresh, old := y+flatRadius, y-flatRadius-1
		switch {
		case fresh < h && old >= 0:
			vectors.SlideSquares(columns(sums), columns(squares), row(values, fresh), row(values, old))
		case fresh < h:
			take(fresh, 1)
		case old >= 0:
			take(old, -1)
		}
		if ok == nil {
			// All columns have as many rows.
			if rows := min(fresh, h-1) - max(old, -1); rows != last {
				last = rows
				c := columns(counts)
				for x := range c {
					c[x] = float32(rows)
				}
				vectors.SumWindow(share, counts)
				vectors.Share(share, share)
			}
		} else {
			if fresh < h {
				vectors.AddScaled(columns(counts), row(inside, fresh), 1)
			}
			if old >= 0 {
				vectors.AddScaled(columns(counts), row(inside, old), -1)
			}
			vectors.SumWindow(share, counts)
			vectors.Share(share, share)
		}
		line := row(out, y)
		vectors.NormaliseWindow(line, row(values, y), sums, squares, share, flatSoft)
		if ok != nil {
			vectors.Mul(line, line, row(inside, y))
		}
	}
}

// aligner refines maps between one query and other photos. It keeps buffers
// and is for one goroutine.
type aligner struct {
	query   pyramid
	graphic bool // the query is one: lines and letters count in full
	flat    flattener
	warp    []float32
	norm    []float32
	ok      []bool
	cells   []cell
	spots   []spot
	sea     []bool

	least, coarse, fine grid // of the candidate in work
}

func newAligner(q pyramid) *aligner { return &aligner{query: q} }

func (a *aligner) room(n int) {
	if len(a.warp) < n {
		a.warp, a.norm, a.ok = make([]float32, n), make([]float32, n), make([]bool, n)
	}
}

// lay samples the query where it lies over the grid, and flattens it.
func (a *aligner) lay(g *grid, to affine, bent *bend) {
	n := g.w * g.h
	a.room(n)
	ok := a.ok[:n]
	if a.query.warp(to, bent, g.w, g.h, a.warp, a.ok) {
		ok = nil
	}
	a.flat.flatten(a.warp[:n], ok, g.w, g.h, a.norm)
}

// refine improves a map (other photo to query, in shares) by Gauss and Newton
// on the locally normalised pictures. It gives the mean correlation of the
// last step but one.
func (a *aligner) refine(g *grid, to affine, steps int) (affine, float64) {
	corr := 0.0
	for range steps {
		a.lay(g, to, nil)
		var hess [6][6]float64
		var grad [6]float64
		var dot, tt, qq float64
		var r slopes
		for y := 1; y < g.h-1 && g.w > 2; y++ {
			// Along a row only the place across changes, so that few sums make
			// all of the equations.
			at, n := y*g.w+1, g.w-2
			vectors.Align(&r.Moments, g.flat[at:][:n], a.norm[at:], g.gx[at:], g.gy[at:], a.flat.insideOf(y, g.w)[1:], 1, pullMost)
			r.into(&hess, &grad, g.w, g.h, y)
			dot += float64(r.Dot)
			tt += float64(r.TT)
			qq += float64(r.QQ)
		}
		if tt <= 0 || qq <= 0 {
			return to, 0
		}
		corr = dot / math.Sqrt(tt*qq)
		for u := range 6 {
			for v := range u {
				hess[u][v] = hess[v][u]
			}
			hess[u][u] = hess[u][u]*1.001 + 1e-3
		}
		p := grad
		var rows [6][]float64
		for u := range hess {
			rows[u] = hess[u][:]
		}
		if !solve(rows[:], p[:]) {
			return to, corr
		}
		// p is the change of the template's own place, about its middle.
		step := affine{1 + p[0], p[1], p[2], p[3], 1 + p[4], p[5]}
		step[2] += 0.5 - (step[0]*0.5 + step[1]*0.5)
		step[5] += 0.5 - (step[3]*0.5 + step[4]*0.5)
		// Where the template at x looks like the query at to(x) moved by p, the
		// map has to move the other way.
		inv, ok := step.inverse()
		if !ok {
			return to, corr
		}
		next := inv.then(to)
		if d := math.Abs(next.det() / to.det()); !(d > 0.5 && d < 2) {
			return to, corr
		}
		to = next
		if move := math.Abs(p[2]) + math.Abs(p[5]) + math.Abs(p[0]) + math.Abs(p[4]) + math.Abs(p[1]) + math.Abs(p[3]); move < 0.0008 {
			break
		}
	}
	return to, corr
}

// pullMost is the difference of two details, in deviations, beyond which it's
// taken for something that covers, and must not pull any more.
const pullMost = 0.8

// slopes are the sums over one row of which the equations consist.
type slopes struct{ vectors.Moments }

// into adds the row y to the equations, places in shares from the middle.
func (r *slopes) into(hess *[6][6]float64, grad *[6]float64, w, h, y int) {
	fw, fh := float64(w), float64(h)
	// Places across go from pixels to shares: px = x/w + shift.
	shift := 0.5/fw - 0.5
	py := (float64(y)+0.5)/fh - 0.5
	once := func(s0, s1 float32) (float64, float64) { return float64(s0), float64(s1)/fw + shift*float64(s0) }
	x0, x1 := once(r.X0, r.X1)
	y0, y1 := once(r.Y0, r.Y1)
	twice := func(s0, s1, s2 float32, k float64) (float64, float64, float64) {
		a, b := once(s0, s1)
		c := float64(s2)/(fw*fw) + 2*shift*float64(s1)/fw + shift*shift*float64(s0)
		return k * a, k * b, k * c
	}
	xx0, xx1, xx2 := twice(r.XX0, r.XX1, r.XX2, fw*fw)
	xy0, xy1, xy2 := twice(r.XY0, r.XY1, r.XY2, fw*fh)
	yy0, yy1, yy2 := twice(r.YY0, r.YY1, r.YY2, fh*fh)
	for i, v := range [6]float64{x1 * fw, x0 * fw * py, x0 * fw, y1 * fh, y0 * fh * py, y0 * fh} {
		grad[i] += v
	}
	for i, row := range [6][6]float64{
		{xx2, xx1 * py, xx1, xy2, xy1 * py, xy1},
		{0, xx0 * py * py, xx0 * py, xy1 * py, xy0 * py * py, xy0 * py},
		{0, 0, xx0, xy1, xy0 * py, xy0},
		{0, 0, 0, yy2, yy1 * py, yy1},
		{0, 0, 0, 0, yy0 * py * py, yy0 * py},
		{0, 0, 0, 0, 0, yy0},
	} {
		for k := i; k < 6; k++ {
			hess[i][k] += row[k]
		}
	}
}

// solve solves as many equations as b is long by elimination, and puts the
// answer into b. It changes m.
func solve(m [][]float64, b []float64) bool {
	n := len(b)
	for i := range n {
		pivot := i
		for r := i + 1; r < n; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[pivot][i]) {
				pivot = r
			}
		}
		if math.Abs(m[pivot][i]) < 1e-12 {
			return false
		}
		m[i], m[pivot] = m[pivot], m[i]
		b[i], b[pivot] = b[pivot], b[i]
		for r := i + 1; r < n; r++ {
			f := m[r][i] / m[i][i]
			for c := i; c < n; c++ {
				m[r][c] -= f * m[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for c := i + 1; c < n; c++ {
			b[i] -= m[i][c] * b[c]
		}
		b[i] /= m[i][i]
		if math.IsNaN(b[i]) {
			return false
		}
	}
	return true
}
