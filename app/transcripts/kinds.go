package transcripts

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// Kind says among which other words a word is used: it is the number of its
// group when all words are cut into few groups, into some, and into many. Words
// of one group are used alike: lupus, epilepsy; crooks, swindlers; welder, baker.
type Kind struct {
	Few  uint8
	Some uint16
	Many uint16
	Mood int8 // how good (50) or bad (-50) what it says is
}

// kinds are the kinds of words.
type kinds map[string]Kind

const (
	kindsMagic = "MNKD1\n"
	// kindBytes is how long a kind is.
	kindBytes = 6
	// maxKinds is how many words a table of kinds may hold.
	maxKinds = 1 << 18
	// maxKindsBytes is how long a table may be, unpacked.
	maxKindsBytes = 16 << 20
)

var (
	errKindsMagic = errors.New("is no table of words' kinds")
	errKindsSize  = errors.New("has a wrong size")
	errKindsSum   = errors.New("is damaged: its checksum differs")
)

// EncodeKinds gives a table of words' kinds as bytes, the same for the same
// table. No word may hold a line break.
func EncodeKinds(table map[string]Kind) ([]byte, error) {
	words := make([]string, 0, len(table))
	for w := range table {
		words = append(words, w)
	}
	slices.Sort(words)
	raw := []byte(strings.Join(words, "\n"))
	raw = append(raw, '\n')
	for _, w := range words {
		k := table[w]
		raw = append(raw, k.Few)
		raw = binary.LittleEndian.AppendUint16(raw, k.Some)
		raw = binary.LittleEndian.AppendUint16(raw, k.Many)
		raw = append(raw, byte(k.Mood))
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("pack the kinds of words: %w", err)
	}
	if _, err = z.Write(raw); err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("pack the kinds of words: %w", err)
	}
	b := []byte(kindsMagic)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(words)))
	b = append(b, packed.Bytes()...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

// decodeKinds reads a table of words' kinds.
func decodeKinds(b []byte) (kinds, error) {
	head := len(kindsMagic) + 4
	if len(b) < head+4 || string(b[:len(kindsMagic)]) != kindsMagic {
		return nil, errKindsMagic
	}
	if crc32.ChecksumIEEE(b[:len(b)-4]) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return nil, errKindsSum
	}
	n := int(binary.LittleEndian.Uint32(b[len(kindsMagic):]))
	if n > maxKinds {
		return nil, errKindsSize
	}
	z, err := gzip.NewReader(bytes.NewReader(b[head : len(b)-4]))
	if err != nil {
		return nil, fmt.Errorf("unpack the kinds of words: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxKindsBytes+1))
	if err != nil {
		return nil, fmt.Errorf("unpack the kinds of words: %w", err)
	}
	if len(raw) > maxKindsBytes || len(raw) < kindBytes*n {
		return nil, errKindsSize
	}
	text, ids := string(raw[:len(raw)-kindBytes*n]), raw[len(raw)-kindBytes*n:]
	if strings.Count(text, "\n") != max(n, 1) {
		return nil, errKindsSize
	}
	out := make(kinds, n)
	for i := range n {
		var w string
		w, text, _ = strings.Cut(text, "\n")
		id := ids[kindBytes*i:]
		out[w] = Kind{id[0], binary.LittleEndian.Uint16(id[1:]), binary.LittleEndian.Uint16(id[3:]), int8(id[5])}
	}
	return out, nil
}
