// Package audit makes the audit log tamper-evident. Every row carries a hash
// over itself and the row before it; a Merkle tree over the rows gives signed
// heads and short proofs. Whoever holds an earlier head notices a log that was
// changed, cut or rolled back.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"iter"

	"mensch/app/model"
)

// Seal computes a row's Hash: SHA-256 over all its fields, Prev included and
// Hash left out, in lower-case hex. The time counts to the microsecond, so
// that a store may keep it as an integer: truncate At before sealing.
func Seal(row model.AuditRow) string {
	h := sha256.New()
	text(h, "mensch audit row 1")
	number(h, row.Seq)
	number(h, row.At.UnixMicro())
	text(h, row.Actor)
	text(h, row.Action)
	text(h, row.Object)
	text(h, row.Detail)
	text(h, row.Prev)
	return hex.EncodeToString(h.Sum(nil))
}

// text writes a length and the bytes, so that no two rows read the same.
func text(h hash.Hash, s string) {
	number(h, int64(len(s)))
	h.Write([]byte(s))
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the bits are what counts
	h.Write(b[:])
}

// Fault says what is wrong with a log.
type Fault string

// The faults of a log.
const (
	Altered   Fault = "altered"   // the row's content does not fit its hash
	Unlinked  Fault = "unlinked"  // the row does not follow from the row before it
	Missing   Fault = "missing"   // rows are gone between two others, or at the beginning
	Reordered Fault = "reordered" // the row stands in the wrong place, or twice
	Truncated Fault = "truncated" // the log ends before a row that is known to have existed
	Replaced  Fault = "replaced"  // the row is sound, but another one was known at its place
)

// ErrBroken is wrapped by every BrokenError.
var ErrBroken = errors.New("the audit log is broken")

// BrokenError says where a log is broken and how.
type BrokenError struct {
	Seq   int64 // the first row at fault; of missing and truncated rows the first that is gone
	Last  int64 // of missing and truncated rows the last that is gone; else Seq
	Fault Fault
}

func (e *BrokenError) Error() string {
	switch e.Fault {
	case Altered:
		return fmt.Sprintf("audit row %d was altered: its content does not fit its hash", e.Seq)
	case Unlinked:
		return fmt.Sprintf("audit row %d does not follow from row %d: one of them was replaced", e.Seq, e.Seq-1)
	case Missing:
		if e.Last > e.Seq {
			return fmt.Sprintf("audit rows %d to %d are missing", e.Seq, e.Last)
		}
		return fmt.Sprintf("audit row %d is missing", e.Seq)
	case Reordered:
		return fmt.Sprintf("audit row %d stands in the wrong place", e.Seq)
	case Truncated:
		if e.Last > e.Seq {
			return fmt.Sprintf("the audit log was cut: rows %d to %d are gone from its end", e.Seq, e.Last)
		}
		return fmt.Sprintf("the audit log was cut: row %d is gone from its end", e.Seq)
	default:
		return fmt.Sprintf("audit row %d is not the one that was known before: the log was replaced or rolled back", e.Seq)
	}
}

// Unwrap makes every BrokenError an ErrBroken.
func (e *BrokenError) Unwrap() error { return ErrBroken }

// Anchor is a row that is known from elsewhere: from the platform, from a
// sealed case file, from the last verification.
type Anchor struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// Verify reads a whole log in order and checks every row, every link and
// every anchor. It gives the last sound row, and *BrokenError for the first
// fault; an error of the iteration itself is passed on.
func Verify(rows iter.Seq2[model.AuditRow, error], anchors ...Anchor) (Anchor, error) {
	known := make(map[int64]string, len(anchors))
	var end int64
	for _, a := range anchors {
		if a.Seq <= 0 {
			continue
		}
		if other, ok := known[a.Seq]; ok && other != a.Hash {
			return Anchor{}, fmt.Errorf("two anchors contradict each other at row %d: %w", a.Seq, &BrokenError{Seq: a.Seq, Last: a.Seq, Fault: Replaced})
		}
		known[a.Seq] = a.Hash
		end = max(end, a.Seq)
	}
	var last Anchor
	for row, err := range rows {
		if err != nil {
			return last, fmt.Errorf("read the audit log behind row %d: %w", last.Seq, err)
		}
		if err := follow(last, row); err != nil {
			return last, err
		}
		if hash, ok := known[row.Seq]; ok && hash != row.Hash {
			return last, &BrokenError{Seq: row.Seq, Last: row.Seq, Fault: Replaced}
		}
		last = Anchor{Seq: row.Seq, Hash: row.Hash}
	}
	if end > last.Seq {
		return last, &BrokenError{Seq: last.Seq + 1, Last: end, Fault: Truncated}
	}
	return last, nil
}

// follow checks that a row is sound and comes right behind the last.
func follow(last Anchor, row model.AuditRow) error {
	switch want := last.Seq + 1; {
	case row.Seq > want:
		if Seal(row) != row.Hash {
			return &BrokenError{Seq: row.Seq, Last: row.Seq, Fault: Altered}
		}
		return &BrokenError{Seq: want, Last: row.Seq - 1, Fault: Missing}
	case row.Seq < want:
		return &BrokenError{Seq: row.Seq, Last: row.Seq, Fault: Reordered}
	}
	if Seal(row) != row.Hash {
		return &BrokenError{Seq: row.Seq, Last: row.Seq, Fault: Altered}
	}
	if row.Prev != last.Hash {
		return &BrokenError{Seq: row.Seq, Last: row.Seq, Fault: Unlinked}
	}
	return nil
}
