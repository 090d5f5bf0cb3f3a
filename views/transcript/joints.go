package transcript

import (
	"slices"

	"mensch/app"
)

// mostCords are as many split contacts as are drawn beside one message.
const mostCords = 3

// joint is a contact that is split over several messages, by their seqs.
type joint struct {
	first, last int64
	parts       []int64
	mark        int // of the first part
	guideline   string
}

// jointsOf are the split contacts among marks, in order.
func jointsOf(marks []app.Mark) []joint {
	var out []joint
	at := map[int]int{}
	for k, m := range marks {
		if m.Parts == 0 {
			continue
		}
		i, ok := at[m.First]
		if !ok {
			i = len(out)
			at[m.First] = i
			out = append(out, joint{first: m.Seq, mark: k, guideline: m.Guideline})
		}
		out[i].last = m.Seq
		out[i].parts = append(out[i].parts, m.Seq)
	}
	return out
}

// jointsAt are the split contacts that reach over a message.
func (v *View) jointsAt(seq int64) []joint {
	var out []joint
	for _, j := range v.joints {
		if j.first <= seq && seq <= j.last && len(out) < mostCords {
			out = append(out, j)
		}
	}
	return out
}

// together reports whether two marks are parts of one contact.
func (v *View) together(a, b int) bool {
	if a < 0 || b < 0 || a >= len(v.file.Marks) || b >= len(v.file.Marks) {
		return false
	}
	x, y := v.file.Marks[a], v.file.Marks[b]
	return x.Parts > 0 && y.Parts > 0 && x.First == y.First
}

// refreshParts draws the message of a mark anew, and those of the other parts
// of its contact.
func (v *View) refreshParts(k int) {
	m := v.file.Marks[k]
	v.refreshSeq(m.Seq)
	if m.Parts == 0 {
		return
	}
	for _, j := range v.joints {
		if slices.Contains(j.parts, m.Seq) && j.guideline == m.Guideline {
			for _, seq := range j.parts {
				if seq != m.Seq {
					v.refreshSeq(seq)
				}
			}
		}
	}
}
