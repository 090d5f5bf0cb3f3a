package photos

import "math"

// pyramid is a picture and its halves.
type pyramid []*plane

func newPyramid(p *plane, least int) pyramid {
	out := pyramid{p}
	for min(p.w, p.h) >= 2*least {
		p = p.averaged((p.w+1)/2, (p.h+1)/2)
		out = append(out, p)
	}
	return out
}

// warp samples the query on a grid of w x h over the other photo. to maps the
// other photo to the query, in shares. ok says which samples lie in the query.
func (q pyramid) warp(to affine, w, h int, out []float32, ok []bool) {
	base := q[0]
	pitch := math.Sqrt(math.Abs(to.det()) * float64(base.w) * float64(base.h) / (float64(w) * float64(h)))
	level := 0
	if pitch > 1 {
		level = min(int(math.Log2(pitch)+0.4), len(q)-1)
	}
	p := q[level]
	pw, ph := float64(p.w), float64(p.h)
	dx, dy := float32(to[0]/float64(w)*pw), float32(to[3]/float64(w)*ph)
	mx, my := float32(p.w)-0.5, float32(p.h)-0.5
	for v := range h {
		sx, sy := to.apply(0.5/float64(w), (float64(v)+0.5)/float64(h))
		x, y := float32(sx*pw-0.5), float32(sy*ph-0.5)
		for u := range w {
			i := v*w + u
			inside := x > -0.5 && y > -0.5 && x < mx && y < my
			ok[i] = inside
			if inside {
				out[i] = p.at(x, y)
			} else {
				out[i] = 0
			}
			x += dx
			y += dy
		}
	}
}

// grid is one size of the other photo, made ready for alignment.
type grid struct {
	w, h   int
	raw    []float32
	flat   []float32 // locally normalised
	gx, gy []float32 // its slopes, for a share of the width and height
}

func newGrid(p *plane) *grid {
	g := &grid{w: p.w, h: p.h, raw: p.pix, flat: make([]float32, p.w*p.h)}
	ok := make([]bool, p.w*p.h)
	for i := range ok {
		ok[i] = true
	}
	var f flattener
	f.flatten(p.pix, ok, p.w, p.h, g.flat)
	g.gx, g.gy = make([]float32, len(g.flat)), make([]float32, len(g.flat))
	for y := 1; y < g.h-1; y++ {
		for x := 1; x < g.w-1; x++ {
			i := y*g.w + x
			g.gx[i] = (g.flat[i+1] - g.flat[i-1]) / 2 * float32(g.w)
			g.gy[i] = (g.flat[i+g.w] - g.flat[i-g.w]) / 2 * float32(g.h)
		}
	}
	return g
}

// flattener takes away local brightness and contrast, so that tone, vignettes
// and filters don't count. It keeps its buffers.
type flattener struct {
	sum, square, count []float32 // summed areas, one wider than the picture
}

const flatRadius = 4

func (f *flattener) flatten(pix []float32, ok []bool, w, h int, out []float32) {
	n := (w + 1) * (h + 1)
	if len(f.sum) < n {
		f.sum, f.square, f.count = make([]float32, n), make([]float32, n), make([]float32, n)
	}
	sum, square, count := f.sum[:n], f.square[:n], f.count[:n]
	// The border of zeros may hold sums of a picture of another size.
	clear(sum[:w+1])
	clear(square[:w+1])
	clear(count[:w+1])
	for y := range h {
		var s, q, c float32
		row, above := (y+1)*(w+1), y*(w+1)
		sum[row], square[row], count[row] = 0, 0, 0
		for x := range w {
			i := y*w + x
			if ok[i] {
				v := pix[i] - 128
				s += v
				q += v * v
				c++
			}
			sum[row+x+1], square[row+x+1], count[row+x+1] = sum[above+x+1]+s, square[above+x+1]+q, count[above+x+1]+c
		}
	}
	for y := range h {
		y0, y1 := max(y-flatRadius, 0)*(w+1), min(y+flatRadius+1, h)*(w+1)
		for x := range w {
			i := y*w + x
			if !ok[i] {
				out[i] = 0
				continue
			}
			x0, x1 := max(x-flatRadius, 0), min(x+flatRadius+1, w)
			c := count[y1+x1] - count[y1+x0] - count[y0+x1] + count[y0+x0]
			s := (sum[y1+x1] - sum[y1+x0] - sum[y0+x1] + sum[y0+x0]) / c
			q := (square[y1+x1]-square[y1+x0]-square[y0+x1]+square[y0+x0])/c - s*s
			out[i] = (pix[i] - 128 - s) / (float32(math.Sqrt(float64(max(q, 0)))) + 3)
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
}

func newAligner(q pyramid) *aligner { return &aligner{query: q} }

func (a *aligner) room(n int) {
	if len(a.warp) < n {
		a.warp, a.norm, a.ok = make([]float32, n), make([]float32, n), make([]bool, n)
	}
}

// refine improves a map (other photo to query, in shares) by Gauss and Newton
// on the locally normalised pictures. It gives the mean correlation of the
// last step but one.
func (a *aligner) refine(g *grid, to affine, steps int) (affine, float64) {
	n := g.w * g.h
	a.room(n)
	corr := 0.0
	for range steps {
		a.query.warp(to, g.w, g.h, a.warp, a.ok)
		a.flat.flatten(a.warp[:n], a.ok[:n], g.w, g.h, a.norm)
		var hess [6][6]float64
		var grad [6]float64
		var dot, tt, qq float64
		for y := 1; y < g.h-1; y++ {
			py := (float32(y)+0.5)/float32(g.h) - 0.5
			var rowH [21]float32
			var rowG [6]float32
			var rowDot, rowT, rowQ float32
			for x := 1; x < g.w-1; x++ {
				i := y*g.w + x
				if !a.ok[i] {
					continue
				}
				t, q := g.flat[i], a.norm[i]
				rowDot += t * q
				rowT += t * t
				rowQ += q * q
				r := q - t
				w := float32(1)
				if r > 0.8 || r < -0.8 { // what is covered must not pull
					w = 0.8 / r
					if w < 0 {
						w = -w
					}
				}
				px := (float32(x)+0.5)/float32(g.w) - 0.5
				gx, gy := g.gx[i], g.gy[i]
				j := [6]float32{gx * px, gx * py, gx, gy * px, gy * py, gy}
				k := 0
				for u := range 6 {
					ju := j[u] * w
					rowG[u] += ju * r
					for v := u; v < 6; v++ {
						rowH[k] += ju * j[v]
						k++
					}
				}
			}
			k := 0
			for u := range 6 {
				grad[u] += float64(rowG[u])
				for v := u; v < 6; v++ {
					hess[u][v] += float64(rowH[k])
					k++
				}
			}
			dot += float64(rowDot)
			tt += float64(rowT)
			qq += float64(rowQ)
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
		p, ok := solve(hess, grad)
		if !ok {
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

// solve solves six equations by elimination.
func solve(m [6][6]float64, b [6]float64) ([6]float64, bool) {
	for i := range 6 {
		pivot := i
		for r := i + 1; r < 6; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[pivot][i]) {
				pivot = r
			}
		}
		if math.Abs(m[pivot][i]) < 1e-12 {
			return b, false
		}
		m[i], m[pivot] = m[pivot], m[i]
		b[i], b[pivot] = b[pivot], b[i]
		for r := i + 1; r < 6; r++ {
			f := m[r][i] / m[i][i]
			for c := i; c < 6; c++ {
				m[r][c] -= f * m[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := 5; i >= 0; i-- {
		for c := i + 1; c < 6; c++ {
			b[i] -= m[i][c] * b[c]
		}
		b[i] /= m[i][i]
		if math.IsNaN(b[i]) {
			return b, false
		}
	}
	return b, true
}

// likeness is how well two aligned pictures agree.
type likeness struct {
	// agree is the share of the other photo's texture in the overlap whose
	// detail agrees. It's what the verdict rests on: of copies, covered and
	// filtered ones included, most blocks agree; of different persons in one
	// pose hardly a third ever does.
	agree   float64
	covered float64 // share of that texture that has nothing in common with the query
	vivid   float64 // agree of the blocks that look photographed beyond doubt alone; 0 where they are few
	middle  float64 // agree in the middle of the other photo alone; 1 where too little is there
	cover   float64 // share of the other photo's texture that lies in the query
	blocks  int     // textured blocks in the overlap
	gain    float64 // contrast of the query against the other photo's
	shift   float64 // how much brighter the query is, in greys
	natural float64 // how far the other photo's texture there looks photographed, 0 to 1
	sharp   float64 // fine detail of the query against the other photo's, 1 alike
}

const (
	blockSide   = 12
	blockStride = 6
	blockAgrees = 0.8 // correlation of a block's detail from which it agrees
	blockDiffer = 0.3 // and below which it has nothing in common
)

// compare judges blocks of the aligned pictures one by one: what is the same
// picture agrees in nearly every block in its detail, while strangers in like
// poses agree in outlines only.
func (a *aligner) compare(g *grid, to affine) likeness {
	n := g.w * g.h
	a.room(n)
	a.query.warp(to, g.w, g.h, a.warp, a.ok)
	a.flat.flatten(a.warp[:n], a.ok[:n], g.w, g.h, a.norm)
	var l likeness
	var total, weight, shared, full, mid, midAgree, vivid, vividAgree, fineT, fineQ float64
	midBlocks, vividBlocks := 0, 0
	for y := 0; y+blockSide <= g.h; y += blockStride {
		for x := 0; x+blockSide <= g.w; x += blockStride {
			r := moments(g.raw, a.warp, a.ok, g.w, x, y)
			if r.tt < 9 { // flat: agrees with anything
				continue
			}
			plain := math.Sqrt(math.Sqrt(r.tt))
			w := plain
			if !a.graphic {
				w *= natural(g.raw, g.w, x, y)
			}
			total += w
			if r.inside < blockSide*blockSide {
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
			u, v := float64(x+blockSide/2)/float64(g.w)-0.5, float64(y+blockSide/2)/float64(g.h)-0.5
			inMiddle := max(math.Abs(u), math.Abs(v)) < 0.28
			if inMiddle {
				midBlocks++
				mid += w
			}
			f := moments(g.flat, a.norm, a.ok, g.w, x, y)
			fineT += w * rough(g.raw, g.w, x, y) / math.Sqrt(r.tt+1)
			fineQ += w * rough(a.warp, g.w, x, y) / math.Sqrt(r.qq+1)
			switch c := f.tq / math.Sqrt((f.tt+0.02)*(f.qq+0.02)); {
			case c > blockAgrees:
				l.agree += w
				if inMiddle {
					midAgree += w
				}
				if isVivid {
					vividAgree += w
				}
				shared += w
				l.gain += w * math.Sqrt(r.qq/r.tt)
				l.shift += w * (r.mq - r.mt)
			case c < blockDiffer:
				l.covered += w
			}
		}
	}
	if weight > 0 {
		l.agree /= weight
		l.covered /= weight
		l.cover = weight / total
		l.natural = weight / full
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

// rough is the mean change from pixel to pixel of a block, its slopes left out.
func rough(p []float32, w, x, y int) float64 {
	var sum float32
	for v := y; v < y+blockSide; v += 2 {
		row := p[v*w+x:][:blockSide]
		for i := 1; i+1 < len(row); i++ {
			d := row[i]*2 - row[i-1] - row[i+1]
			if d < 0 {
				d = -d
			}
			sum += d
		}
	}
	return float64(sum) / (blockSide / 2 * (blockSide - 2))
}

// natural says how far a block looks photographed, 0.02 to 1: it has greys of
// all sorts, where frames, letters and the furniture of a screen have two with
// little between. Screenshots of two strangers agree in all of the latter.
func natural(p []float32, w, x, y int) float64 {
	lo, hi := p[y*w+x], p[y*w+x]
	for v := y; v < y+blockSide; v++ {
		for _, g := range p[v*w+x:][:blockSide] {
			lo, hi = min(lo, g), max(hi, g)
		}
	}
	near := 0.15 * (hi - lo)
	lo, hi = lo+near, hi-near
	between := 0
	for v := y; v < y+blockSide; v++ {
		for _, g := range p[v*w+x:][:blockSide] {
			if g > lo && g < hi {
				between++
			}
		}
	}
	return min(max((float64(between)/(blockSide*blockSide)-0.25)/0.3, 0.02), 1)
}

// moment holds the variances, the covariance and the means of a block.
type moment struct {
	inside             int
	tt, qq, tq, mt, mq float64
}

func moments(t, q []float32, ok []bool, w, x, y int) moment {
	var st, sq, tt, qq, tq float32
	var m moment
	t0, q0 := t[y*w+x], q[y*w+x]
	for v := y; v < y+blockSide; v++ {
		ts, qs, oks := t[v*w+x:][:blockSide], q[v*w+x:][:blockSide], ok[v*w+x:][:blockSide]
		for i, in := range oks {
			a := ts[i] - t0
			st += a
			tt += a * a
			if !in {
				continue
			}
			m.inside++
			b := qs[i] - q0
			sq += b
			qq += b * b
			tq += a * b
		}
	}
	const k = blockSide * blockSide
	mt, mq := float64(st)/k, float64(sq)/k
	m.tt = max(0, float64(tt)/k-mt*mt)
	m.qq = max(0, float64(qq)/k-mq*mq)
	m.tq = float64(tq)/k - mt*mq
	m.mt, m.mq = mt+float64(t0), mq+float64(q0)
	return m
}
