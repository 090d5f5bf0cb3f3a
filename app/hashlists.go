package app

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mensch/app/photos/pdq"
)

// BankHash is a known image of which only hashes are known: at least one.
type BankHash struct {
	SHA256   string // of the file: 64 lower-case hex digits; empty if not known
	PHash    string // goimagehash's perception hash: 16 lower-case hex digits; empty if not known
	DHash    string // goimagehash's difference hash, as PHash
	PDQ      string // 64 lower-case hex digits; empty if not known
	Name     string
	Source   string
	Licence  string
	Note     string
	Disabled bool
	AddedAt  time.Time // zero: now
}

const (
	maxHashList = 64 << 20 // bytes of a list
	maxHashRows = 2_000_000
	maxField    = 500 // bytes of a name, source, licence or note
)

// ErrHashList says that a list of hashes cannot be read as one.
var ErrHashList = errors.New("the list of hashes cannot be read")

// ReadHashList reads a list of hashes: CSV with a header line, a JSON array of
// objects, one object that holds such an array, or JSON Lines. The columns or
// members are sha256, phash, dhash, pdq, quality (of the PDQ hash, 0 to 100: one
// under 50 is left out), name, source, licence, note, disabled and added. Others
// are left.
//
// What exchanges of known images write is read too: rows of a hash with its
// type, as ThreatExchange (indicator, type, status, tags), HMA (signal_type,
// signal_value; signals) and StopNCII (hashRecords of hashValue, signalType,
// hashStatus) have them, fingerprints as NCMEC's, and the headless lists of hash,
// ID, time and tags of HMA. What an exchange has withdrawn, and kinds of hash
// that are not matched (MD5, PhotoDNA), are left out by name.
//
// Entries that cannot be used are named in skipped; an error wraps ErrHashList or
// is the reader's.
func ReadHashList(r io.Reader) (hashes []BankHash, skipped []string, err error) {
	counted := &io.LimitedReader{R: r, N: maxHashList + 1}
	in := bufio.NewReader(counted)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	list := &hashList{}
	switch first, err := firstByte(in); {
	case errors.Is(err, io.EOF):
		return nil, nil, fmt.Errorf("%w: it is empty", ErrHashList)
	case err != nil:
		return nil, nil, fmt.Errorf("reading the list of hashes: %w", err)
	case first == '[' || first == '{':
		err := list.json(in, first == '[')
		if err != nil {
			return nil, nil, err
		}
	default:
		if err := list.csv(in); err != nil {
			return nil, nil, err
		}
	}
	if counted.N <= 0 {
		return nil, nil, fmt.Errorf("%w: it is longer than %d MiB", ErrHashList, maxHashList>>20)
	}
	return list.hashes, list.skipped, nil
}

// firstByte gives the first byte that is no space, and leaves it unread.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, in.UnreadByte()
		}
	}
}

type hashList struct {
	rows    int
	hashes  []BankHash
	skipped []string
}

// entry is one row: its texts by name. The names inside of an object are behind
// its own name and a point.
type entry map[string]string

// first gives the first text that is there under one of the names.
func (e entry) first(names ...string) string {
	for _, name := range names {
		if s := strings.TrimSpace(e[name]); s != "" {
			return s
		}
	}
	return ""
}

// lists are the members that hold the entries where the whole is one object.
var lists = []string{"items", "hashes", "data", "hashrecords", "matches", "entries", "images", "signals", "content", "results"}

func (l *hashList) json(in io.Reader, array bool) error {
	dec := json.NewDecoder(in)
	if array {
		return l.array(dec)
	}
	for {
		var whole map[string]json.RawMessage
		err := dec.Decode(&whole)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrHashList, l.rows+1, err)
		}
		if inner := inside(whole); inner != nil {
			if err := l.array(json.NewDecoder(bytes.NewReader(inner))); err != nil {
				return err
			}
			continue
		}
		row := entry{}
		for name, value := range whole {
			var v any
			if err := json.Unmarshal(value, &v); err != nil {
				return fmt.Errorf("%w: entry %d: %w", ErrHashList, l.rows+1, err)
			}
			row.flatten(name, v, 0)
		}
		if err := l.add("entry", row); err != nil {
			return err
		}
	}
}

// inside gives the array of objects that an object wraps, or nil.
func inside(whole map[string]json.RawMessage) []byte {
	for _, want := range lists {
		for name, value := range whole {
			rest, isArray := bytes.CutPrefix(bytes.TrimSpace(value), []byte("["))
			if isArray && strings.EqualFold(name, want) {
				if rest = bytes.TrimSpace(rest); bytes.HasPrefix(rest, []byte("{")) || bytes.HasPrefix(rest, []byte("]")) {
					return value
				}
			}
		}
	}
	return nil
}

func (l *hashList) array(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: %w", ErrHashList, err)
	}
	for dec.More() {
		var object map[string]any
		if err := dec.Decode(&object); err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrHashList, l.rows+1, err)
		}
		row := entry{}
		for name, value := range object {
			row.flatten(name, value, 0)
		}
		if err := l.add("entry", row); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: it is not complete: %w", ErrHashList, err)
	}
	return nil
}

// flatten puts a value and what is inside of it under its names.
func (e entry) flatten(name string, value any, deep int) {
	name = strings.ToLower(name)
	switch v := value.(type) {
	case string:
		e[name] = v
	case bool:
		e[name] = strconv.FormatBool(v)
	case float64:
		e[name] = strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var words []string
		for _, w := range v {
			if s, ok := w.(string); ok {
				words = append(words, s)
			}
		}
		e[name] = strings.Join(words, ", ")
	case map[string]any:
		if deep < 2 {
			for inner, value := range v {
				e.flatten(name+"."+inner, value, deep+1)
			}
		}
	}
}

func (l *hashList) csv(in io.Reader) error {
	table := csv.NewReader(in)
	table.FieldsPerRecord, table.TrimLeadingSpace = -1, true
	header, err := table.Read()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHashList, err)
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	if headless(header) {
		names = []string{"pdq", "id", "time", "tags"}
		if err := l.add("row", rowOf(names, header)); err != nil {
			return err
		}
	} else if !hashNamed(names) {
		return fmt.Errorf("%w: its first line names no column sha256, phash, dhash or pdq, nor one of hashes with one of their type", ErrHashList)
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHashList, err)
		}
		if err := l.add("row", rowOf(names, row)); err != nil {
			return err
		}
	}
}

// headless tells HMA's lists of PDQ hashes: hash, ID, time, tags.
func headless(row []string) bool {
	if len(row) < 3 || len(row) > 5 {
		return false
	}
	if _, err := pdq.Parse(strings.TrimSpace(row[0])); err != nil {
		return false
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if _, err := time.Parse(form, strings.TrimSpace(row[2])); err == nil {
			return true
		}
	}
	return false
}

func rowOf(names, row []string) entry {
	e := entry{}
	for i, name := range names {
		if i < len(row) {
			e[name] = unguarded(row[i])
		}
	}
	return e
}

var (
	hashNames = []string{"hash", "indicator", "hashvalue", "signal_value", "signal_hash", "hash_digest", "value", "content.value", "raw_indicator"}
	typeNames = []string{"type", "signaltype", "signal_type", "hash_type", "algorithm", "algorithim", "content.type"}
)

func hashNamed(names []string) bool {
	has := func(of ...string) bool {
		for _, a := range names {
			for _, b := range of {
				if a == b {
					return true
				}
			}
		}
		return false
	}
	return has("sha256", "phash", "dhash", "pdq", "pdq_hash") || has(hashNames...) && has(typeNames...)
}

// kindOfHash says which of the hashes a type names; ok is false for one that is
// not matched.
func kindOfHash(name string) (kind string, ok bool) {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	switch plain {
	case "pdq", "hashpdq", "imagepdq", "pdqhash":
		return "pdq", true
	case "sha256", "hashsha256", "imagesha256":
		return "sha256", true
	case "phash", "perceptionhash", "hashphash":
		return "phash", true
	case "dhash", "differencehash", "hashdhash":
		return "dhash", true
	}
	return name, false
}

// add takes one entry in, or notes why not.
func (l *hashList) add(what string, e entry) error {
	if l.rows++; l.rows > maxHashRows {
		return fmt.Errorf("%w: it has more than %d entries", ErrHashList, maxHashRows)
	}
	h, why := readEntry(e)
	if why != "" {
		l.skipped = append(l.skipped, fmt.Sprintf("%s %d: %s", what, l.rows, why))
		return nil
	}
	l.hashes = append(l.hashes, h)
	return nil
}

// readEntry makes a hash of an entry, or says why it cannot be used.
func readEntry(e entry) (h BankHash, why string) {
	if why := withdrawn(e); why != "" {
		return h, why
	}
	kinds := []struct {
		name   string
		digits int
		to     *string
		names  []string
	}{
		{"sha256", 64, &h.SHA256, []string{"sha256", "fingerprints.sha256", "signals.sha256"}},
		{"phash", 16, &h.PHash, []string{"phash", "fingerprints.phash"}},
		{"dhash", 16, &h.DHash, []string{"dhash", "fingerprints.dhash"}},
		{"pdq", 64, &h.PDQ, []string{"pdq", "pdq_hash", "fingerprints.pdq", "signals.pdq"}},
	}
	if value, kind := e.first(hashNames...), e.first(typeNames...); value != "" && kind != "" {
		known, ok := kindOfHash(kind)
		if !ok {
			return h, fmt.Sprintf("a hash of the type %.40q is not matched", kind)
		}
		e[known] = value
	}
	for _, k := range kinds {
		s := strings.ToLower(e.first(k.names...))
		s = strings.TrimPrefix(strings.TrimPrefix(s, "p:"), "d:") // as goimagehash writes them
		if s == "" {
			continue
		}
		if _, err := hex.DecodeString(s); err != nil || len(s) != k.digits {
			return h, fmt.Sprintf("its %s is not %d hexadecimal digits", k.name, k.digits)
		}
		*k.to = s
	}
	for _, k := range kinds[1:] {
		if flat(*k.to) {
			// A flat picture's hash lies near that of every other flat picture.
			if *k.to = ""; h.SHA256+h.PHash+h.DHash+h.PDQ == "" {
				return h, "its " + k.name + " is that of a picture without features, which would match too much"
			}
		}
	}
	if q := e.first("quality", "pdq_quality", "fingerprints.pdq_quality"); q != "" && h.PDQ != "" {
		n, err := strconv.ParseFloat(q, 64)
		if err != nil || n < 0 || n > 100 {
			return h, "its quality is not a number from 0 to 100"
		}
		if n < pdq.Trusted {
			if h.PDQ = ""; h.SHA256+h.PHash+h.DHash == "" {
				return h, fmt.Sprintf("the quality of its PDQ hash is %.0f; under %d it says nothing", n, pdq.Trusted)
			}
		}
	}
	if h.SHA256+h.PHash+h.DHash+h.PDQ == "" {
		return h, "it has none of sha256, phash, dhash and pdq"
	}
	for _, t := range []struct {
		name  string
		to    *string
		names []string
	}{
		{"name", &h.Name, []string{"name", "file", "filename", "title", "id", "signal_id", "fingerprints.id"}},
		{"source", &h.Source, []string{"source", "source.name", "owner.name", "exchange", "bank"}},
		{"licence", &h.Licence, []string{"licence", "license"}},
		{"note", &h.Note, []string{"note", "description", "tags", "classification"}},
	} {
		s := e.first(t.names...)
		if !utf8.ValidString(s) || len(s) > maxField {
			return h, fmt.Sprintf("its %s is longer than %d bytes or not UTF-8", t.name, maxField)
		}
		*t.to = s
	}
	h.Disabled, _ = strconv.ParseBool(e.first("disabled"))
	if at, err := time.Parse(time.RFC3339Nano, e.first("added")); err == nil {
		h.AddedAt = at.UTC()
	}
	h.Name = cmp.Or(h.Name, h.SHA256+h.PHash, h.PDQ, h.DHash)
	return h, ""
}

// withdrawn says why an exchange does not want an entry matched; empty: it does.
func withdrawn(e entry) string {
	switch status := strings.ToLower(e.first("hashstatus", "status")); status {
	case "withdrawn", "deleted", "non_malicious", "removed":
		return "the exchange has it as " + strings.ReplaceAll(status, "_", "-")
	}
	for _, name := range []string{"should_delete", "is_expired", "deleted"} {
		if gone, err := strconv.ParseBool(e.first(name)); err == nil && gone {
			return "the exchange has it as deleted or expired"
		}
	}
	return ""
}

// flat says whether a hash has so few or so many bits that it's near every flat
// picture's.
func flat(s string) bool {
	if s == "" {
		return false
	}
	raw, err := hex.DecodeString(s)
	if err != nil {
		return false
	}
	set := 0
	for _, b := range raw {
		set += bits.OnesCount8(b)
	}
	return set < len(raw) || set > 7*len(raw) // an eighth of the bits
}

// guarded makes a cell safe for programs that reckon what begins like a formula;
// unguarded undoes just that.
func guarded(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && formula(rest) {
		return rest
	}
	return s
}

// formula says whether a cell begins like a formula, guards left aside.
func formula(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0]))
}
