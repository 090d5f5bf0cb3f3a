package audit

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"mensch/app/model"
)

// Tree is the Merkle tree over an audit log: the transparency log of
// golang.org/x/mod/sumdb/tlog, one leaf a row. It holds 64 bytes a row, and is
// not safe for use while it grows. The zero value is the empty tree.
type Tree struct {
	hashes []tlog.Hash
	size   int64
	last   Anchor
}

// leaf is what the tree holds of a row: its place and its hash, which covers
// all the rest.
func leaf(seq int64, hash string) tlog.Hash {
	return tlog.RecordHash(fmt.Appendf(nil, "mensch audit leaf 1\n%d\n%s\n", seq, hash))
}

// Grow reads rows that follow those of the tree, checks that each is sound and
// linked, and adds them. It stops at the first fault with *BrokenError.
func (t *Tree) Grow(rows iter.Seq2[model.AuditRow, error]) error {
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("read the audit log behind row %d: %w", t.size, err)
		}
		if err := follow(t.last, row); err != nil {
			return err
		}
		more, err := tlog.StoredHashesForRecordHash(t.size, leaf(row.Seq, row.Hash), t)
		if err != nil {
			return fmt.Errorf("add audit row %d to the tree: %w", row.Seq, err)
		}
		t.hashes = append(t.hashes, more...)
		t.size++
		t.last = Anchor{Seq: row.Seq, Hash: row.Hash}
	}
	return nil
}

// ReadHashes makes a tree a tlog.HashReader.
func (t *Tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("the tree of %d rows has no hash %d", t.size, at)
		}
		out[i] = t.hashes[at]
	}
	return out, nil
}

// Size is how many rows the tree covers.
func (t *Tree) Size() int64 { return t.size }

// Last is the last row that the tree covers.
func (t *Tree) Last() Anchor { return t.last }

// Root is the tree's hash over its first n rows, 0 to Size.
func (t *Tree) Root(n int64) (tlog.Hash, error) {
	if n < 0 || n > t.size {
		return tlog.Hash{}, fmt.Errorf("the tree has %d rows, not %d", t.size, n)
	}
	if n == 0 {
		// tlog hashes no empty tree; an empty record stands for it.
		return tlog.RecordHash(nil), nil
	}
	h, err := tlog.TreeHash(n, t)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("hash the tree over %d audit rows: %w", n, err)
	}
	return h, nil
}

// Inclusion proves that a row stands in a log.
type Inclusion struct {
	Seq   int64       `json:"seq"`
	Hash  string      `json:"hash"` // the row's
	Proof []tlog.Hash `json:"proof"`
}

// Prove proves that row seq stands in the tree.
func (t *Tree) Prove(row Anchor) (Inclusion, error) {
	if row.Seq < 1 || row.Seq > t.size {
		return Inclusion{}, fmt.Errorf("prove audit row %d: the tree has %d rows", row.Seq, t.size)
	}
	proof, err := tlog.ProveRecord(t.size, row.Seq-1, t)
	if err != nil {
		return Inclusion{}, fmt.Errorf("prove audit row %d: %w", row.Seq, err)
	}
	in := Inclusion{Seq: row.Seq, Hash: row.Hash, Proof: proof}
	root, err := t.Root(t.size)
	if err != nil {
		return Inclusion{}, err
	}
	if err := in.Check(Head{Size: t.size, Root: root}); err != nil {
		return Inclusion{}, fmt.Errorf("prove audit row %d: the tree holds another row there: %w", row.Seq, err)
	}
	return in, nil
}

// ErrProof says that a proof does not prove what it says.
var ErrProof = errors.New("the proof does not hold")

// Check checks that the row stands in the log that the head speaks of.
func (in Inclusion) Check(head Head) error {
	if in.Seq < 1 || in.Seq > head.Size || head.Size > math.MaxInt64/2 {
		return fmt.Errorf("audit row %d in a log of %d: %w", in.Seq, head.Size, ErrProof)
	}
	if err := tlog.CheckRecord(in.Proof, head.Size, head.Root, in.Seq-1, leaf(in.Seq, in.Hash)); err != nil {
		return fmt.Errorf("audit row %d in a log of %d: %w", in.Seq, head.Size, ErrProof)
	}
	return nil
}

// ProveGrowth proves that the tree is the continuation of what it was at an
// earlier size.
func (t *Tree) ProveGrowth(from int64) ([]tlog.Hash, error) {
	if from < 0 || from > t.size {
		return nil, fmt.Errorf("prove the growth from %d audit rows: the tree has %d", from, t.size)
	}
	if from == 0 || t.size == 0 {
		return nil, nil
	}
	proof, err := tlog.ProveTree(t.size, from, t)
	if err != nil {
		return nil, fmt.Errorf("prove the growth from %d audit rows: %w", from, err)
	}
	return proof, nil
}

// maxProof is more hashes than the proof of any log that fits an int64 has.
const maxProof = 64

// ParseProof reads the hashes of a proof, each as tlog.Hash.String writes it.
func ParseProof(texts []string) ([]tlog.Hash, error) {
	if len(texts) > maxProof {
		return nil, fmt.Errorf("%w: it has %d hashes", ErrProof, len(texts))
	}
	proof := make([]tlog.Hash, 0, len(texts))
	for _, text := range texts {
		h, err := tlog.ParseHash(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %q is no hash", ErrProof, text)
		}
		proof = append(proof, h)
	}
	return proof, nil
}

// CheckGrowth checks, without the log, that the log of one head continues the
// log of an earlier one. A shorter log or one of another past gives
// *RollbackError.
func CheckGrowth(before, after Head, proof []tlog.Hash) error {
	switch {
	case after.Size < before.Size:
		return &RollbackError{Before: before, Size: after.Size}
	case before.Size <= 0:
		return nil
	case after.Size == before.Size:
		if after.Root != before.Root {
			return &RollbackError{Before: before, Size: after.Size}
		}
		return nil
	}
	if err := tlog.CheckTree(proof, after.Size, after.Root, before.Size, before.Root); err != nil {
		return &RollbackError{Before: before, Size: after.Size}
	}
	return nil
}

// RollbackError says that a log is not the continuation of one that was known.
type RollbackError struct {
	Before Head  // what was known
	Size   int64 // rows that the log has now
	// Sound is the greatest known size at which the log still agreed: the
	// fault lies behind this row.
	Sound int64
}

func (e *RollbackError) Error() string {
	if e.Size < e.Before.Size {
		return fmt.Sprintf("the audit log was rolled back: it had %d rows, and has %d", e.Before.Size, e.Size)
	}
	return fmt.Sprintf("the audit log was rewritten between row %d and row %d", e.Sound+1, e.Before.Size)
}

// Unwrap makes every RollbackError an ErrBroken.
func (e *RollbackError) Unwrap() error { return ErrBroken }

// Agrees checks that the log continues every head that was known of it, in
// any order.
func (t *Tree) Agrees(known ...Head) error {
	var sound int64
	var fault *RollbackError
	for _, h := range known {
		same := false
		if h.Size <= t.size {
			root, err := t.Root(h.Size)
			if err != nil {
				return err
			}
			same = root == h.Root || h.Size == 0
		}
		switch {
		case same:
			sound = max(sound, h.Size)
		case fault == nil || h.Size < fault.Before.Size:
			fault = &RollbackError{Before: h, Size: t.size}
		}
	}
	if fault == nil {
		return nil
	}
	if sound < fault.Before.Size {
		fault.Sound = sound
	}
	return fault
}
