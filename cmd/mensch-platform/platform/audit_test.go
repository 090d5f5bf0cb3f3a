package platform_test

import (
	"crypto/rand"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit"
	"mensch/app/model"
)

// desk is an audit log that grows as a desk's does.
type desk struct {
	t      *testing.T
	origin string
	public string
	signer note.Signer
	rows   []model.AuditRow
}

func newLog(t *testing.T, origin string) *desk {
	t.Helper()
	secret, public, err := audit.NewKey(rand.Reader, origin)
	must(t, err)
	signer, err := note.NewSigner(secret)
	must(t, err)
	return &desk{t: t, origin: origin, public: public, signer: signer}
}

func (d *desk) write(words ...string) *desk {
	for _, w := range words {
		row := model.AuditRow{Seq: int64(len(d.rows) + 1), At: day, Actor: "Robin", Action: w}
		if row.Seq > 1 {
			row.Prev = d.rows[row.Seq-2].Hash
		}
		row.Hash = audit.Seal(row)
		d.rows = append(d.rows, row)
	}
	return d
}

// head is the log's head with the proof that it continues an earlier size.
func (d *desk) head(from int64) model.NewHead {
	d.t.Helper()
	var tree audit.Tree
	must(d.t, tree.Grow(func(yield func(model.AuditRow, error) bool) {
		for _, r := range d.rows {
			if !yield(r, nil) {
				return
			}
		}
	}))
	h, err := audit.HeadOf(&tree, d.origin, day)
	must(d.t, err)
	signed, err := audit.SignHead(h, d.signer)
	must(d.t, err)
	out := model.NewHead{Key: d.public, Head: string(signed)}
	if from <= tree.Size() {
		proof, err := tree.ProveGrowth(from)
		must(d.t, err)
		for _, p := range proof {
			out.Proof = append(out.Proof, p.String())
		}
	}
	return out
}

func TestHeadsOfAnAuditLogOnlyGrow(t *testing.T) {
	f := start(t, nil)
	d := newLog(t, "mensch-1").write("a", "b", "c")
	path := "/v1/audit/mensch-1"
	f.ask(robin, "GET", path, nil).want(404)
	first := d.head(0)
	f.ask(robin, "PUT", path, first).want(201)
	f.ask(robin, "PUT", path, first).want(200) // a lost answer
	d.write("d", "e", "f", "g")
	f.ask(robin, "PUT", path, d.head(3)).want(201)
	var known model.KnownLog
	f.ask(reader, "GET", path, nil).want(200).into(&known)
	if len(known.Heads) != 2 || known.Key != d.public || known.Heads[1].Head != first.Head {
		t.Errorf("known is %+v", known)
	}
	// A store that was rolled back to three rows, and one that went another way from there.
	back := &desk{t: t, origin: d.origin, public: d.public, signer: d.signer, rows: d.rows[:3:3]}
	f.ask(robin, "PUT", path, back.head(0)).want(409, "log-rolled-back")
	f.ask(robin, "PUT", path, back.write("x", "y", "z", "ö", "ü").head(7)).want(409, "log-rolled-back")
	// No proof, another's log, another's key, a head of another log.
	d.write("h")
	f.ask(robin, "PUT", path, d.head(0)).want(409, "log-rolled-back")
	f.ask(kim, "PUT", path, d.head(7)).want(403, "forbidden")
	f.ask(reader, "PUT", path, d.head(7)).want(403, "forbidden")
	other := newLog(t, "mensch-1").write("a", "b", "c", "d", "e", "f", "g", "h")
	f.ask(robin, "PUT", path, other.head(7)).want(409, "log-rolled-back")
	f.ask(robin, "PUT", "/v1/audit/mensch-2", d.head(7)).want(422, "invalid")
	forged := d.head(7)
	forged.Key = other.public
	f.ask(robin, "PUT", path, forged).want(422, "invalid")
	f.ask(robin, "PUT", path, d.head(7)).want(201)
}
