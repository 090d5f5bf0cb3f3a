package audit_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"mensch/app/audit"
	"mensch/app/model"
)

func tree(t interface{ Fatal(...any) }, rows []model.AuditRow) *audit.Tree {
	var tr audit.Tree
	if err := tr.Grow(seq(rows)); err != nil {
		t.Fatal(err)
	}
	return &tr
}

func head(t interface{ Fatal(...any) }, tr *audit.Tree) audit.Head {
	h, err := audit.HeadOf(tr, "mensch/test", time.Date(2026, 3, 10, 12, 0, 0, 5, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func keys(t testing.TB) (note.Signer, note.Verifiers) {
	t.Helper()
	secret, public, err := audit.NewKey(rand.Reader, "mensch-test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, note.VerifierList(verifier)
}

// TestProofs: every row of every log proves itself, and no other; every log
// proves that it continues every shorter one, and none that it does not.
func TestProofs(t *testing.T) {
	rows := chain(40)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "size")
		m := rapid.IntRange(0, n).Draw(t, "before")
		whole, part := tree(t, rows[:n]), tree(t, rows[:m])
		now, before := head(t, whole), head(t, part)
		i := rapid.IntRange(0, n-1).Draw(t, "row")
		in, err := whole.Prove(audit.Anchor{Seq: rows[i].Seq, Hash: rows[i].Hash})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Check(now); err != nil {
			t.Fatal(err)
		}
		forged := in
		forged.Hash = strings.Repeat("0", 64)
		if err := forged.Check(now); !errors.Is(err, audit.ErrProof) {
			t.Fatalf("a forged row proves itself: %v", err)
		}
		forged = in
		forged.Seq = in.Seq%int64(n) + 1
		if err := forged.Check(now); n > 1 && !errors.Is(err, audit.ErrProof) {
			t.Fatalf("a row proves itself in another place: %v", err)
		}
		if _, err := whole.Prove(audit.Anchor{Seq: in.Seq, Hash: "other"}); err == nil {
			t.Fatal("a row that is not in the log is proven")
		}
		growth, err := whole.ProveGrowth(int64(m))
		if err != nil {
			t.Fatal(err)
		}
		if err := audit.CheckGrowth(before, now, growth); err != nil {
			t.Fatal(err)
		}
		if err := whole.Agrees(before, now); err != nil {
			t.Fatal(err)
		}
		if m < n {
			if err := audit.CheckGrowth(now, before, growth); !errors.Is(err, audit.ErrBroken) {
				t.Fatalf("a rolled-back log passes: %v", err)
			}
			if err := part.Agrees(before, now); !errors.Is(err, audit.ErrBroken) {
				t.Fatalf("a rolled-back log agrees: %v", err)
			}
		}
		if m > 0 && m < n {
			other := before
			other.Root[0] ^= 1
			if err := audit.CheckGrowth(other, now, growth); !errors.Is(err, audit.ErrBroken) {
				t.Fatalf("a log of another past passes: %v", err)
			}
		}
	})
}

// TestRewrittenLog: a log that was sealed anew from some row on is whole in
// itself; heads from before tell where it was rewritten.
func TestRewrittenLog(t *testing.T) {
	rows := chain(30)
	h10, h20 := head(t, tree(t, rows[:10])), head(t, tree(t, rows[:20]))
	forged := slices.Clone(rows)
	forged[14].Actor = "nobody"
	for i := 14; i < len(forged); i++ {
		forged[i].Prev = forged[i-1].Hash
		forged[i].Hash = audit.Seal(forged[i])
	}
	tr := tree(t, forged) // the chain itself is sound
	err := tr.Agrees(h20, h10)
	var rollback *audit.RollbackError
	if !errors.As(err, &rollback) || rollback.Sound != 10 || rollback.Before.Size != 20 || !strings.Contains(err.Error(), "between row 11 and row 20") {
		t.Errorf("got %v", err)
	}
	if err := tree(t, rows[:12]).Agrees(h10, h20); err == nil || !strings.Contains(err.Error(), "had 20 rows, and has 12") {
		t.Errorf("got %v", err)
	}
	broken := slices.Clone(rows)
	broken[4].Detail = "x"
	var fresh audit.Tree
	if err := fresh.Grow(seq(broken)); !errors.Is(err, audit.ErrBroken) || fresh.Size() != 4 {
		t.Errorf("a broken log grows to %d: %v", fresh.Size(), err)
	}
}

func TestSignedHead(t *testing.T) {
	signer, known := keys(t)
	_, strangers := keys(t)
	h := head(t, tree(t, chain(7)))
	msg, err := audit.SignHead(h, signer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := audit.OpenHead(msg, known); err != nil || got != h {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := audit.OpenHead(msg, strangers); !errors.Is(err, audit.ErrSignature) {
		t.Errorf("a stranger's head opens: %v", err)
	}
	for i := range msg {
		for _, bit := range []byte{1, 4, 0x80} {
			bad := slices.Clone(msg)
			bad[i] ^= bit
			if _, err := audit.OpenHead(bad, known); err == nil {
				t.Fatalf("byte %d can change: %q", i, bad)
			}
		}
		if _, err := audit.OpenHead(msg[:i], known); err == nil {
			t.Fatalf("a head cut at %d opens", i)
		}
	}
	if _, err := audit.OpenHead(append(slices.Clone(msg), '\n'), known); err == nil {
		t.Error("a longer head opens")
	}
	if _, err := audit.SignHead(audit.Head{Origin: "a\nb"}, signer); err == nil {
		t.Error("an origin of two lines is signed")
	}
	empty := head(t, &audit.Tree{})
	if got, err := audit.ParseHead(empty.Text()); err != nil || got != empty {
		t.Errorf("the empty log's head: %+v, %v", got, err)
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(head(f, tree(f, chain(3))).Text())
	f.Add("a\n1\nAA==\nlast -\ntime 2026-01-01T00:00:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := audit.ParseHead(text)
		if err == nil && h.Text() != text {
			t.Fatalf("%q reads as %q", text, h.Text())
		}
		if err != nil && !errors.Is(err, audit.ErrHead) {
			t.Fatal(err)
		}
	})
}

// BenchmarkVerify reads a log of 100,000 rows: the chain and the tree.
func BenchmarkVerify(b *testing.B) {
	rows := chain(100_000)
	b.ResetTimer()
	for b.Loop() {
		var tr audit.Tree
		if err := tr.Grow(seq(rows)); err != nil {
			b.Fatal(err)
		}
		if _, err := tr.Root(tr.Size()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(rows)), "µs/row")
}
