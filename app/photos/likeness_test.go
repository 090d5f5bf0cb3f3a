package photos

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/draw"

	"mensch/app/model"
	"mensch/app/photos/evasions"
)

// laidOver compares two pictures of one size as they lie.
func laidOver(t *testing.T, bank, query image.Image) likeness {
	t.Helper()
	b, err := FromImage("bank", bank)
	if err != nil {
		t.Fatal(err)
	}
	q, err := FromImage("query", query)
	if err != nil {
		t.Fatal(err)
	}
	return newAligner(newPyramid(q.base, 12)).compare(newGrid(b.base), identity, nil)
}

// over draws one picture over another of the same size where inside says so.
func over(under, above image.Image, inside func(x, y int) bool) image.Image {
	out := image.NewNRGBA(under.Bounds())
	draw.Draw(out, out.Rect, under, image.Point{}, draw.Src)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			if inside(x, y) {
				out.Set(x, y, above.At(x, y))
			}
		}
	}
	return out
}

func TestACopysPartsStayWhereTheyAre(t *testing.T) {
	p, stranger := painting(3), painting(4)
	plain := laidOver(t, p, p)
	if plain.odds() < doubtless || plain.moved > 0.03 || plain.island > 0 {
		t.Errorf("the picture itself: %+v", plain)
	}
	grid := laidOver(t, p, over(p, image.White, func(x, y int) bool { return x%24 < 2 || y%24 < 2 }))
	if grid.odds() < 0 {
		t.Errorf("a grid of lines over it: odds %.1f, %+v", grid.odds(), grid)
	}
	half := laidOver(t, p, over(p, image.NewUniform(color.Gray{200}), func(x, _ int) bool { return x > 160 }))
	if half.odds() < 0 {
		t.Errorf("half covered: odds %.1f, %+v", half.odds(), half)
	}
	if l := laidOver(t, p, stranger); l.odds() > hopeless || l.moved < 0.2 {
		t.Errorf("a stranger: %+v", l)
	}
	// The frame is the same, the picture in it isn't.
	framed := laidOver(t, p, over(p, stranger, func(x, y int) bool { return x > 30 && x < 290 && y > 30 && y < 290 }))
	if framed.odds() > 0 || framed.island < 0.1 {
		t.Errorf("a stranger in the same frame: odds %.1f, %+v", framed.odds(), framed)
	}
}

func TestPartsThatMovedAreNoCopy(t *testing.T) {
	p := painting(5)
	// Every part lies a little elsewhere, one here, one there, as in another
	// photo of one sitting.
	out := image.NewNRGBA(p.Bounds())
	for y := range 320 {
		for x := range 320 {
			dx, dy := 2.5*math.Sin(float64(y)/17), 2.5*math.Sin(float64(x)/23)
			out.Set(x, y, p.At(min(max(x+int(math.Round(dx)), 0), 319), min(max(y+int(math.Round(dy)), 0), 319)))
		}
	}
	if l := laidOver(t, p, out); l.odds() > 0 {
		t.Errorf("odds %.1f, %+v", l.odds(), l)
	}
}

func TestBentPicturesAreCopies(t *testing.T) {
	m, all, _ := paintings(t, 12)
	for _, name := range []string{"seen from the side", "seen from below", "bulging"} {
		i := slices.IndexFunc(evasions.Unseen(), func(e evasions.Evasion) bool { return e.Name == name })
		data, err := evasions.Unseen()[i].Apply(1, all[4].Image(), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := match(t, m, data)
		if len(found) != 1 || found[0].Other != all[4].ID || found[0].Kind != model.AlteredCopy {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}

// corners is how far a map leads the corners of a picture from where they are,
// at most, in shares of its sides.
func corners(m affine) float64 {
	most := 0.0
	for _, c := range [4][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := m.apply(c[0], c[1])
		most = max(most, math.Hypot(x-c[0], y-c[1]))
	}
	return most
}

// What is worked out by rows is what each place says by itself.
func TestABendByRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		var b bend
		for i := range b {
			b[i] = r.Float64() - 0.5
		}
		to := affine{r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64()}
		u, v := r.Float64()-0.5, r.Float64()-0.5
		bx, by := b.at(u, v)
		wantX, wantY := to.apply(u+0.5+bx, v+0.5+by)
		x, y := b.row(v, to)
		if gotX, gotY := x[0]+u*(x[1]+u*(x[2]+u*x[3])), y[0]+u*(y[1]+u*(y[2]+u*y[3])); math.Abs(gotX-wantX) > 1e-9 || math.Abs(gotY-wantY) > 1e-9 {
			t.Fatalf("%.4f, %.4f leads to %.6f, %.6f and by rows to %.6f, %.6f", u, v, wantX, wantY, gotX, gotY)
		}
	}
}

func TestACaptionPullsNoPart(t *testing.T) {
	p := painting(6)
	bank, err := FromImage("bank", p)
	if err != nil {
		t.Fatal(err)
	}
	// Bars over a third of it, at another beat than anything in the picture.
	query, err := FromImage("query", over(p, image.White, func(_, y int) bool { return y > 210 && y%23 < 12 }))
	if err != nil {
		t.Fatal(err)
	}
	a, g := newAligner(newPyramid(query.base, 12)), newGrid(bank.base.averaged(96, 96))
	to := a.settle(g, affine{1.012, 0.004, -0.004, -0.005, 0.99, 0.006}, 6)
	if off := corners(to); off > 0.004 {
		t.Errorf("the corners are %.4f of the sides off: %.3f", off, to)
	}
}

func TestAPoorStartStillArrives(t *testing.T) {
	m, all, _ := paintings(t, 6)
	q := m.prepare(Hash(all[3]), all[3])
	a := newAligner(q.pyramid)
	for _, start := range []affine{
		{1.2, 0.02, -0.12, -0.05, 1.22, -0.03}, {0.9, 0, 0.12, 0, 1.15, -0.1}, {1.05, 0.12, -0.1, -0.12, 1.05, 0.05},
	} {
		c := candidate{slot: m.slots[all[3].ID], to: start}
		m.verify(q, a, &c)
		if c.like.odds() < doubtless || corners(c.to) > 0.01 {
			t.Errorf("from %.2f to %.3f with odds of %.1f", start, c.to, c.like.odds())
		}
	}
}

func TestAPageShowsWhosePhotoItIs(t *testing.T) {
	page := likeness{telling: 200, blocks: 210, cover: 1, far: 0.15, mean: 0.9, agree: 0.95, sharp: 1, drawn: true}
	if z := page.odds(); z < doubtless || page.oddsAfter(z) < 0 {
		t.Errorf("the same page: odds %.1f, %.1f after a closer look", z, page.oddsAfter(z))
	}
	page.island = 0.3 // what little is photographed on it differs in one piece
	if z := page.odds(); z > 0 || page.oddsAfter(5) > 0 {
		t.Errorf("another photo on it: odds %.1f, %.1f after a closer look", z, page.oddsAfter(5))
	}
}

func TestStrangersInOneFrameAreNoCopies(t *testing.T) {
	for _, name := range []string{"gilded frame", "polaroid", "caption bar", "phone, light", "desktop, small", "thick black frame"} {
		m := NewMatcher(nil)
		e := named(t, name)
		for i := range 6 {
			data, err := e.Apply(1, painting(uint64(200+i)), nil)
			if err != nil {
				t.Fatal(err)
			}
			p, err := decodeBytes(data)
			if err != nil {
				t.Fatal(err)
			}
			m.Add(Hash(p))
		}
		data, err := e.Apply(1, painting(300), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range match(t, m, data) {
			if x.Kind != model.SimilarPortrait {
				t.Errorf("%s: a stranger is %s with %.2f, %s", name, x.Kind, x.Score, x.Transform)
			}
		}
	}
}

// What is found must not depend on how the features lie: in blocks, in one
// segment, or in many.
func TestPostingsGiveTheSameWhereverTheyLie(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var loose, frozen, merged postings
	features := make([]feature, 40)
	for i := range features {
		features[i].sig = sig{r.Uint64(), r.Uint64()}
		features[i].mirrored = sig{r.Uint64(), r.Uint64()}
		for k := range wordBits {
			features[i].margins[k], features[i].mirroredMargins[k] = r.Float32(), r.Float32()
		}
	}
	for slot := range uint32(3000) {
		s := stored{x: uint8(slot), sig: sig{r.Uint64(), r.Uint64()}}
		if slot%3 == 0 { // near to one that is looked for
			s.sig = features[r.IntN(len(features))].sig
			for range r.IntN(20) {
				b := r.IntN(128)
				s.sig[b>>6] ^= 1 << (b & 63)
			}
		}
		loose.add(slot, s)
		frozen.add(slot, s)
		merged.add(slot, s)
		if slot%500 == 499 {
			merged.freeze()
		}
	}
	frozen.freeze()
	if len(frozen.segments) != 1 || len(merged.segments) > 3 {
		t.Fatalf("%d and %d segments", len(frozen.segments), len(merged.segments))
	}
	gather := func(p *postings) []uint64 {
		var out []uint64
		for _, h := range p.look(features, 64, 22, nil) {
			if p.of(h).slot != h.slot {
				t.Fatal("a hit names another feature's place")
			}
			out = append(out, uint64(h.slot)<<32|uint64(h.feature)<<16|uint64(h.distance))
		}
		slices.Sort(out)
		return out
	}
	want := gather(&loose)
	if len(want) < 100 {
		t.Fatalf("only %d hits", len(want))
	}
	if !slices.Equal(gather(&frozen), want) || !slices.Equal(gather(&merged), want) {
		t.Error("segments give other hits than blocks")
	}
}

func TestProbesAreWordsOfTheirOwn(t *testing.T) {
	var words [mostProbes]uint32
	seen := map[uint32]bool{0: true}
	for i := 1; i < mostProbes; i++ {
		p := probes[i]
		if int(p.parent) >= i {
			t.Fatalf("probe %d comes before its parent %d", i, p.parent)
		}
		words[i] = words[p.parent] ^ 1<<p.rank
		if seen[words[i]] {
			t.Fatalf("probe %d flips what another does: %b", i, words[i])
		}
		seen[words[i]] = true
	}
}

func TestAFieldKnowsAllNearBlobs(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for range 200 {
		const w, h = 90, 60
		var f field
		radius := 0.5 + 12*r.Float32()
		f.clear(w, h, max(radius, 3))
		var in []blob
		for range 60 {
			b := blob{x: w * r.Float32(), y: h * r.Float32(), sigma: 1 + 3*r.Float32()}
			want := slices.ContainsFunc(in, func(o blob) bool {
				reach := radius
				if ratio := o.sigma / b.sigma; ratio > 1.6 || ratio < 0.625 {
					reach *= 0.4
				}
				dx, dy := o.x-b.x, o.y-b.y
				return dx*dx+dy*dy < reach*reach
			})
			if got := f.near(&b, radius, in); got != want {
				t.Fatalf("%+v among %d within %v: %v, want %v", b, len(in), radius, got, want)
			}
			f.put(&b, len(in))
			in = append(in, b)
		}
	}
}
