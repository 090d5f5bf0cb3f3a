package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of an audit log in one line of thought: whoever keeps it
// notices if the log is ever anything but its continuation.
type Head struct {
	Origin string    // names the store, such as mensch/7f3a
	Size   int64     // rows
	Root   tlog.Hash // over all of them
	Last   string    // the last row's hash, hex; empty if there is none
	At     time.Time // when it was taken, to the second
}

// MaxHead is how many bytes a signed head has at most.
const MaxHead = 16 << 10

// ErrHead is wrapped by every error about a text that is no head, or one that
// nobody known has signed.
var ErrHead = errors.New("this is no signed head of an audit log")

// HeadOf is the tree's present head.
func HeadOf(t *Tree, origin string, at time.Time) (Head, error) {
	root, err := t.Root(t.size)
	if err != nil {
		return Head{}, err
	}
	return Head{Origin: origin, Size: t.size, Root: root, Last: t.last.Hash, At: at.UTC().Truncate(time.Second)}, nil
}

// Text writes a head as a checkpoint of the transparency-log world: origin,
// size and root, and below them the last row's hash and the time.
func (h Head) Text() string {
	last := h.Last
	if last == "" {
		last = "-"
	}
	return fmt.Sprintf("%s\n%d\n%s\nlast %s\ntime %s\n", h.Origin, h.Size, h.Root, last, h.At.UTC().Format(time.RFC3339))
}

// ParseHead reads what Text wrote.
func ParseHead(text string) (Head, error) {
	if len(text) > MaxHead {
		return Head{}, fmt.Errorf("%w: it is too long", ErrHead)
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 6 || lines[5] != "" {
		return Head{}, fmt.Errorf("%w: it has %d lines", ErrHead, len(lines)-1)
	}
	h := Head{Origin: lines[0]}
	var err error
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || h.Size < 0 {
		return Head{}, fmt.Errorf("%w: its size is %q", ErrHead, lines[1])
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Head{}, fmt.Errorf("%w: its root is %q", ErrHead, lines[2])
	}
	if h.Last = strings.TrimPrefix(lines[3], "last "); h.Last == "-" {
		h.Last = ""
	}
	if h.At, err = time.Parse(time.RFC3339, strings.TrimPrefix(lines[4], "time ")); err != nil {
		return Head{}, fmt.Errorf("%w: its time is %q", ErrHead, lines[4])
	}
	h.At = h.At.UTC()
	if h.Text() != text { // one head, one text
		return Head{}, fmt.Errorf("%w: it is not written as heads are", ErrHead)
	}
	return h, nil
}

// SignHead signs a head.
func SignHead(h Head, signer note.Signer) ([]byte, error) {
	if h.Origin == "" || strings.ContainsAny(h.Origin, "\n\r") {
		return nil, fmt.Errorf("sign the head of the audit log: %q is no origin", h.Origin)
	}
	return Sign(h.Text(), signer)
}

// OpenHead reads a signed head and checks that somebody known signed it.
func OpenHead(msg []byte, known note.Verifiers) (Head, error) {
	if len(msg) > MaxHead {
		return Head{}, fmt.Errorf("%w: it is too long", ErrHead)
	}
	text, err := Open(msg, known)
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrHead, err)
	}
	return ParseHead(text)
}

// ErrSignature says that nobody known has signed a note, or that the note is
// not as it was signed.
var ErrSignature = errors.New("no known signature")

// Sign signs a text that ends with a newline.
func Sign(text string, signer note.Signer) ([]byte, error) {
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign the note: %w", err)
	}
	return msg, nil
}

// Open checks a signed note and gives its text. It is stricter than package
// note: signatures that cannot be checked, and bytes that are not as Sign
// writes them, are refused, so that no byte of a note can change unnoticed.
func Open(msg []byte, known note.Verifiers) (string, error) {
	n, err := note.Open(msg, known)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if len(n.UnverifiedSigs) > 0 {
		return "", fmt.Errorf("%w: the note has a signature of somebody else", ErrSignature)
	}
	var b strings.Builder
	b.WriteString(n.Text + "\n")
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil {
			return "", fmt.Errorf("%w: the signature is not written as signatures are", ErrSignature)
		}
		fmt.Fprintf(&b, "— %s %s\n", s.Name, base64.StdEncoding.EncodeToString(raw))
	}
	if b.String() != string(msg) {
		return "", fmt.Errorf("%w: the note is not written as notes are", ErrSignature)
	}
	return n.Text, nil
}

// NewKey makes a key pair for signing, as texts: the first is secret. The name
// must have no space and no plus.
func NewKey(random io.Reader, name string) (secret, public string, err error) {
	secret, public, err = note.GenerateKey(random, name)
	if err != nil {
		return "", "", fmt.Errorf("make a signing key: %w", err)
	}
	if _, err := note.NewVerifier(public); err != nil {
		return "", "", fmt.Errorf("make a signing key for %q: %w", name, err)
	}
	return secret, public, nil
}
