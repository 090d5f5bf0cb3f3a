package vectors

// Moments are what the equations of an alignment consist of, summed up along a
// row: slopes times difference (X across, Y down) and products of slopes, each
// also times the place across and its square; and how the two rows agree.
type Moments struct {
	Dot, TT, QQ    float32
	X0, X1, Y0, Y1 float32
	XX0, XX1, XX2  float32
	XY0, XY1, XY2  float32
	YY0, YY1, YY2  float32
}

// Align sets m to the moments of a row t with slopes gx and gy against a row q.
// Only places inside (1, else 0) count. Differences beyond most pull no more than
// those of most. The first place has number first.
func Align(m *Moments, t, q, gx, gy, inside []float32, first int, most float32) {
	n := len(t)
	q, gx, gy, inside = q[:n], gx[:n], gy[:n], inside[:n]
	var lanes [8]Moments
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			align8(m, &t[0], &q[0], &gx[0], &gy[0], &inside[0], i, float32(first), most)
		} else {
			*m = Moments{}
		}
	} else {
		for ; i < n&^7; i++ {
			lanes[i&7].add(t[i], q[i], gx[i], gy[i], inside[i], float32(first+i), most)
		}
		for _, step := range [3]int{1, 2, 4} {
			for k := 0; k < 8; k += 2 * step {
				lanes[k].sum(&lanes[k+step])
			}
		}
		*m = lanes[0]
	}
	for ; i < n; i++ {
		m.add(t[i], q[i], gx[i], gy[i], inside[i], float32(first+i), most)
	}
}

func (m *Moments) add(t, q, gx, gy, inside, x, most float32) {
	diff := q - t
	size := diff
	if size < 0 {
		size = -size
	}
	t, q = t*inside, q*inside
	w := float32(most/max(size, most)) * inside
	m.Dot += float32(t * q)
	m.TT += float32(t * t)
	m.QQ += float32(q * q)
	wx, wy := float32(w*gx), float32(w*gy)
	dx, dy := float32(wx*diff), float32(wy*diff)
	m.X0 += dx
	m.X1 += float32(dx * x)
	m.Y0 += dy
	m.Y1 += float32(dy * x)
	xx, xy, yy := float32(wx*gx), float32(wx*gy), float32(wy*gy)
	xx1, xy1, yy1 := float32(xx*x), float32(xy*x), float32(yy*x)
	m.XX0 += xx
	m.XX1 += xx1
	m.XX2 += float32(xx1 * x)
	m.XY0 += xy
	m.XY1 += xy1
	m.XY2 += float32(xy1 * x)
	m.YY0 += yy
	m.YY1 += yy1
	m.YY2 += float32(yy1 * x)
}

func (m *Moments) sum(o *Moments) {
	m.Dot += o.Dot
	m.TT += o.TT
	m.QQ += o.QQ
	m.X0 += o.X0
	m.X1 += o.X1
	m.Y0 += o.Y0
	m.Y1 += o.Y1
	m.XX0 += o.XX0
	m.XX1 += o.XX1
	m.XX2 += o.XX2
	m.XY0 += o.XY0
	m.XY1 += o.XY1
	m.XY2 += o.XY2
	m.YY0 += o.YY0
	m.YY1 += o.YY1
	m.YY2 += o.YY2
}
