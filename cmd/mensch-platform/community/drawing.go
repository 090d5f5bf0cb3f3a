package community

import (
	"image"
	"image/color"
	"math"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// pen draws smooth shapes on a square.
type pen struct {
	img *image.RGBA
	s   float64 // side
	// Where the shapes go: turned and scaled about the middle, then moved.
	sin, cos, zoom, dx, dy float64
}

func (p pen) place(pt [2]float64) [2]float64 {
	x, y := (pt[0]-0.5)*p.zoom, (pt[1]-0.5)*p.zoom
	return [2]float64{0.5 + p.dx + x*p.cos - y*p.sin, 0.5 + p.dy + x*p.sin + y*p.cos}
}

// polygon fills points given as shares of the side, and touches no more of the
// picture than they span.
func (p pen) polygon(c color.Color, pts ...[2]float64) {
	pts = slices.Clone(pts)
	x0, y0, x1, y1 := 1.0, 1.0, 0.0, 0.0
	for i := range pts {
		pts[i] = p.place(pts[i])
		pt := pts[i]
		x0, y0, x1, y1 = min(x0, pt[0]), min(y0, pt[1]), max(x1, pt[0]), max(y1, pt[1])
	}
	box := image.Rect(int(x0*p.s)-1, int(y0*p.s)-1, int(x1*p.s)+2, int(y1*p.s)+2).Intersect(p.img.Bounds())
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, pt := range pts {
		x, y := float32(pt[0]*p.s)-float32(box.Min.X), float32(pt[1]*p.s)-float32(box.Min.Y)
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
	z.Draw(p.img, box, image.NewUniform(c), image.Point{})
}

func (p pen) disc(c color.Color, x, y, rx, ry, turn float64) {
	pts := make([][2]float64, 48)
	sin, cos := math.Sincos(turn)
	for i := range pts {
		a, b := math.Sincos(float64(i) / 48 * 2 * math.Pi)
		pts[i] = [2]float64{x + rx*b*cos - ry*a*sin, y + rx*b*sin + ry*a*cos}
	}
	p.polygon(c, pts...)
}

func (p pen) bar(c color.Color, x0, y0, x1, y1, width float64) {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	nx, ny := -dy/l*width/2, dx/l*width/2
	p.polygon(c, [2]float64{x0 + nx, y0 + ny}, [2]float64{x1 + nx, y1 + ny}, [2]float64{x1 - nx, y1 - ny}, [2]float64{x0 - nx, y0 - ny})
}

func (p pen) star(c color.Color, x, y, outer, inner float64, points int, turn float64) {
	var pts [][2]float64
	for i := range points * 2 {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		sin, cos := math.Sincos(turn + float64(i)*math.Pi/float64(points))
		pts = append(pts, [2]float64{x + r*sin, y - r*cos})
	}
	p.polygon(c, pts...)
}

func hsv(h, s, v float64) color.RGBA {
	h = math.Mod(h, 1) * 6
	f := h - math.Floor(h)
	a, b, c := v*(1-s), v*(1-s*f), v*(1-s*(1-f))
	rgb := [6][3]float64{{v, c, a}, {b, v, a}, {a, v, c}, {a, b, v}, {c, a, v}, {v, a, b}}[int(h)%6]
	return color.RGBA{uint8(rgb[0] * 255), uint8(rgb[1] * 255), uint8(rgb[2] * 255), 255}
}

// motifs are what the drawings show; a cluster has its own favourites.
var motifs = []func(p pen, r stream, fg, hi color.Color){
	func(p pen, r stream, fg, hi color.Color) { // moon and stars
		x := 0.35 + 0.2*r.Float64()
		p.disc(hi, x, 0.45, 0.27, 0.27, 0)
		p.disc(fg, x+0.1+0.05*r.Float64(), 0.4, 0.23, 0.23, 0)
		for range r.between(4, 11) {
			p.star(hi, 0.1+0.8*r.Float64(), 0.1+0.75*r.Float64(), 0.02+0.03*r.Float64(), 0.01, r.between(4, 6), r.Float64())
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a plant
		p.bar(fg, 0.5, 0.85, 0.5, 0.25, 0.03)
		n := r.between(2, 5)
		for i := range n {
			y := 0.75 - 0.5*float64(i)/float64(n)
			t := 0.4 + 0.5*r.Float64()
			p.disc(fg, 0.5+0.14, y-0.05, 0.16-0.02*float64(i), 0.06, -t)
			p.disc(hi, 0.5-0.14, y-0.08, 0.16-0.02*float64(i), 0.06, t)
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a paw
		x, y, s := 0.45+0.1*r.Float64(), 0.6, 0.8+0.4*r.Float64()
		p.disc(fg, x, y, 0.17*s, 0.14*s, 0)
		for i := range 4 {
			a := -0.9 + 0.6*float64(i)
			p.disc(hi, x+0.22*s*math.Sin(a), y-0.24*s*math.Cos(a), 0.055*s, 0.08*s, a)
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a house
		w := 0.22 + 0.12*r.Float64()
		p.polygon(fg, [2]float64{0.5 - w - 0.06, 0.5}, [2]float64{0.5, 0.2 + 0.1*r.Float64()}, [2]float64{0.5 + w + 0.06, 0.5})
		p.polygon(hi, [2]float64{0.5 - w, 0.5}, [2]float64{0.5 + w, 0.5}, [2]float64{0.5 + w, 0.82}, [2]float64{0.5 - w, 0.82})
		d := w * (r.Float64() - 0.5)
		p.polygon(fg, [2]float64{0.46 + d, 0.82}, [2]float64{0.46 + d, 0.63}, [2]float64{0.56 + d, 0.63}, [2]float64{0.56 + d, 0.82})
	},
	func(p pen, r stream, fg, hi color.Color) { // scales
		tilt := 0.12 * (r.Float64() - 0.5)
		p.bar(fg, 0.5, 0.2, 0.5, 0.8, 0.03)
		p.bar(fg, 0.33, 0.82, 0.67, 0.82, 0.04)
		p.bar(fg, 0.22, 0.3-tilt, 0.78, 0.3+tilt, 0.025)
		for _, side := range []float64{-1, 1} {
			x, y := 0.5+0.28*side, 0.3+tilt*side
			p.polygon(hi, [2]float64{x - 0.13, y + 0.22}, [2]float64{x + 0.13, y + 0.22}, [2]float64{x + 0.07, y + 0.3}, [2]float64{x - 0.07, y + 0.3})
			p.bar(fg, x, y, x-0.12, y+0.22, 0.01)
			p.bar(fg, x, y, x+0.12, y+0.22, 0.01)
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // brackets
		h, w := 0.2+0.1*r.Float64(), 0.14+0.08*r.Float64()
		p.bar(fg, 0.4, 0.5-h, 0.4-w, 0.5, 0.05)
		p.bar(fg, 0.4-w, 0.5, 0.4, 0.5+h, 0.05)
		p.bar(fg, 0.6, 0.5-h, 0.6+w, 0.5, 0.05)
		p.bar(fg, 0.6+w, 0.5, 0.6, 0.5+h, 0.05)
		p.bar(hi, 0.53, 0.5-h, 0.47, 0.5+h, 0.04)
	},
	func(p pen, r stream, fg, hi color.Color) { // an open book
		for _, s := range []float64{-1, 1} {
			p.polygon(hi, [2]float64{0.5, 0.35}, [2]float64{0.5 + 0.34*s, 0.27}, [2]float64{0.5 + 0.34*s, 0.67}, [2]float64{0.5, 0.76})
			for i := range r.between(2, 5) {
				y := 0.4 + 0.07*float64(i)
				p.bar(fg, 0.5+0.06*s, y+0.01, 0.5+0.28*s, y-0.05, 0.015)
			}
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // hills and a sun
		p.disc(hi, 0.25+0.5*r.Float64(), 0.3+0.1*r.Float64(), 0.1+0.08*r.Float64(), 0.13, 0)
		for i := range 3 {
			x := r.Float64()
			p.polygon(fg, [2]float64{x - 0.5, 0.95}, [2]float64{x, 0.4 + 0.12*float64(i)}, [2]float64{x + 0.5, 0.95})
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a rosette
		n, turn := r.between(5, 12), r.Float64()
		for i := range n {
			a := turn + float64(i)*2*math.Pi/float64(n)
			p.disc(fg, 0.5+0.2*math.Cos(a), 0.5+0.2*math.Sin(a), 0.17, 0.055, a)
		}
		p.disc(hi, 0.5, 0.5, 0.06+0.05*r.Float64(), 0.09, 0)
	},
	func(p pen, r stream, fg, hi color.Color) { // bars of a chart
		n := r.between(3, 6)
		for i := range n {
			h := 0.15 + 0.45*r.Float64()
			x := 0.2 + 0.6*float64(i)/float64(n-1)
			p.bar([]color.Color{fg, hi}[i%2], x, 0.82, x, 0.82-h, 0.08)
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a heart
		s := 0.7 + 0.5*r.Float64()
		p.disc(fg, 0.5-0.11*s, 0.42, 0.14*s, 0.14*s, 0)
		p.disc(fg, 0.5+0.11*s, 0.42, 0.14*s, 0.14*s, 0)
		p.polygon(fg, [2]float64{0.5 - 0.235*s, 0.48}, [2]float64{0.5, 0.48 + 0.33*s}, [2]float64{0.5 + 0.235*s, 0.48})
		p.disc(hi, 0.5+0.12*s, 0.4, 0.04*s, 0.06*s, 0.6)
	},
	func(p pen, r stream, fg, hi color.Color) { // waves
		for i := range r.between(3, 6) {
			y, ph, amp := 0.2+0.13*float64(i), r.Float64()*6, 0.02+0.05*r.Float64()
			c := []color.Color{fg, hi}[i%2]
			for x := 0.08; x < 0.9; x += 0.02 {
				p.bar(c, x, y+amp*math.Sin(ph+x*14), x+0.025, y+amp*math.Sin(ph+(x+0.025)*14), 0.03)
			}
		}
	},
	func(p pen, r stream, fg, hi color.Color) { // a compass star
		p.star(fg, 0.5, 0.5, 0.4, 0.1, 4, math.Pi/4)
		p.star(hi, 0.5, 0.5, 0.32+0.12*r.Float64(), 0.07, r.between(4, 8), 0)
	},
	func(p pen, r stream, fg, hi color.Color) { // blots of paint
		for i := range r.between(5, 10) {
			p.disc([]color.Color{fg, hi}[i%2], 0.15+0.7*r.Float64(), 0.15+0.7*r.Float64(), 0.05+0.14*r.Float64(), 0.05+0.1*r.Float64(), r.Float64()*3)
		}
	},
}

// favourite motifs of a cluster, by their place above.
var favourite = map[string][]int{
	"spirit": {0, 8, 12}, "garden": {1, 3, 7}, "health": {10, 8, 11}, "law": {4, 6, 3}, "tech": {5, 9, 12}, "tutor": {6, 9, 5},
	"money": {9, 4, 12}, "counsel": {10, 11, 7}, "coach": {7, 12, 9}, "arts": {13, 8, 11}, "style": {10, 13, 8}, "pets": {2, 10, 1},
}

// dealMotifs gives each artist a motif that goes with the cluster, or another
// one where the cluster's own are used up, and a ground: no two show the same.
func (w *world) dealMotifs(artists []*person) [][2]int {
	r := w.stream("motifs")
	used := make([]int, len(motifs))
	taken := map[[2]int]bool{}
	out := make([][2]int, len(artists))
	for i, p := range artists {
		best := pick(r, favourite[p.cluster.file])
		for _, m := range append(favourite[p.cluster.file], r.Perm(len(motifs))...) {
			if used[m]+1 < used[best] {
				best = m
			}
		}
		used[best]++
		out[i] = [2]int{best, i % grounds}
		for try := 0; try < grounds && taken[out[i]]; try++ {
			out[i][1] = (out[i][1] + 1) % grounds
		}
		taken[out[i]] = true
	}
	return out
}

// drawing makes an emblem: a ground, a motif and perhaps initials. Neighbours
// in the order get colours far apart.
func drawing(r stream, look [2]int, order int, initials string) image.Image {
	const side = 256
	p := pen{img: image.NewRGBA(image.Rect(0, 0, side, side)), s: side, cos: 1, zoom: 1}
	h := math.Mod(0.13+float64(order)*0.381966+0.06*r.Float64(), 1)
	dark := r.chance(0.5)
	top, bottom := hsv(h, 0.12+0.2*r.Float64(), 0.97), hsv(h+0.08, 0.2+0.2*r.Float64(), 0.9)
	fg, hi := hsv(h+0.45, 0.7, 0.45), hsv(h+0.3+0.3*r.Float64(), 0.65, 0.7)
	if dark {
		top, bottom = hsv(h, 0.7, 0.32), hsv(h+0.07, 0.75, 0.2+0.2*r.Float64())
		fg, hi = hsv(h+0.5, 0.35, 0.85), hsv(h+0.15, 0.3, 0.98)
	}
	for y := range side {
		t := float64(y) / side
		c := color.RGBA{mix(top.R, bottom.R, t), mix(top.G, bottom.G, t), mix(top.B, bottom.B, t), 255}
		draw.Draw(p.img, image.Rect(0, y, side, y+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	p.ground(r, look[1], mid(top, bottom), hi)
	q := p
	q.sin, q.cos = math.Sincos((r.Float64() - 0.5) * 0.9)
	q.zoom, q.dx, q.dy = 0.6+0.5*r.Float64(), 0.24*(r.Float64()-0.5), 0.2*(r.Float64()-0.5)
	motifs[look[0]](q, r, fg, hi)
	if r.chance(0.45) {
		write(p.img, initials, 30+20*r.Float64(), r.between(60, 196), r.between(225, 244), fg, true)
	}
	return p.img
}

const grounds = 8 // the last one is plain

// ground lays something behind the motif, so that two emblems with one motif
// are two pictures.
func (p pen) ground(r stream, kind int, soft, strong color.RGBA) {
	soft = color.RGBA{mix(soft.R, strong.R, 0.35), mix(soft.G, strong.G, 0.35), mix(soft.B, strong.B, 0.35), 255}
	switch kind {
	case 0:
		p.disc(strong, 0.5, 0.5, 0.46, 0.46, 0)
		p.disc(soft, 0.5, 0.5, 0.42, 0.42, 0)
	case 1: // rays
		n := r.between(7, 13)
		for i := range n {
			a, b := 2*math.Pi*float64(i)/float64(n), 2*math.Pi*(float64(i)+0.5)/float64(n)
			p.polygon(soft, [2]float64{0.5, 0.5}, [2]float64{0.5 + math.Cos(a), 0.5 + math.Sin(a)}, [2]float64{0.5 + math.Cos(b), 0.5 + math.Sin(b)})
		}
	case 2: // stripes
		w, lean := 0.08+0.1*r.Float64(), r.Float64()-0.5
		for x := -0.6; x < 1.6; x += 2 * w {
			p.bar(soft, x, -0.1, x+lean, 1.1, w)
		}
	case 3: // dots
		step := 0.11 + 0.09*r.Float64()
		for y := step / 2; y < 1; y += step {
			for x := step / 2; x < 1; x += step {
				p.disc(soft, x, y, step/4, step/4, 0)
			}
		}
	case 4: // a corner
		k := 0.5 + 0.5*r.Float64()
		p.polygon(soft, [2]float64{0, 0}, [2]float64{k, 0}, [2]float64{0, k})
		p.polygon(soft, [2]float64{1, 1}, [2]float64{1 - k/2, 1}, [2]float64{1, 1 - k/2})
	case 5: // a shield
		p.polygon(soft, [2]float64{0.12, 0.1}, [2]float64{0.88, 0.1}, [2]float64{0.88, 0.6}, [2]float64{0.5, 0.96}, [2]float64{0.12, 0.6})
	case 6: // a band
		y := 0.3 + 0.4*r.Float64()
		p.bar(soft, -0.1, y, 1.1, y+0.5*(r.Float64()-0.5), 0.28)
	}
}

func mid(a, b color.RGBA) color.RGBA {
	return color.RGBA{mix(a.R, b.R, 0.5), mix(a.G, b.G, 0.5), mix(a.B, b.B, 0.5), 255}
}

func mix(a, b uint8, t float64) uint8 { return uint8(float64(a)*(1-t) + float64(b)*t) }
