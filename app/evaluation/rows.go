package evaluation

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Caps on a labelled file.
const (
	MaxLine = 16 << 20  // bytes in one line
	MaxFile = 1 << 30   // bytes in all, unpacked
	MaxRows = 4_000_000 // rows
)

// Errors of a file that can't be measured.
var (
	ErrTooLarge = errors.New("is too large")
	ErrNoRows   = errors.New("has no row that can be read")
)

// row is one labelled thing: its fields by their names in small letters.
type row struct {
	n      int // line or place in the file, from 1
	fields map[string]any
}

// skip is a row that can't be read.
type skip struct {
	n   int
	why string
}

// readRows reads a labelled file, whatever it is written in.
func readRows(r io.Reader) (rows []row, bad []skip, err error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, _ := br.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, nil, fmt.Errorf("unpack: %w", err)
		}
		br = bufio.NewReaderSize(z, 64<<10)
	}
	lim := &limited{r: br, left: MaxFile}
	br = bufio.NewReaderSize(lim, 64<<10)
	if head, _ := br.Peek(3); string(head) == "\xef\xbb\xbf" {
		_, _ = br.Discard(3)
	}
	switch first := peekText(br); first {
	case 0:
		return nil, nil, ErrNoRows
	case '{':
		rows, bad, err = readLines(br)
	case '[':
		rows, bad, err = readArray(br)
	default:
		rows, bad, err = readTable(br)
	}
	if lim.over {
		return nil, nil, fmt.Errorf("the file %w: more than %d bytes", ErrTooLarge, MaxFile)
	}
	if err == nil && len(rows) == 0 {
		err = ErrNoRows
		if len(bad) > 0 {
			err = fmt.Errorf("%w: row %d %s", ErrNoRows, bad[0].n, bad[0].why)
		}
	}
	return rows, bad, err
}

// limited ends after so many bytes, and says so.
type limited struct {
	r    io.Reader
	left int64
	over bool
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.over = true
		return 0, io.EOF
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err //nolint:wrapcheck // io.EOF must stay itself
}

// peekText skips white space and gives the first byte after it, 0 at the end.
func peekText(br *bufio.Reader) byte {
	for {
		b, err := br.ReadByte()
		if err != nil {
			return 0
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			_ = br.UnreadByte() // a byte was just read
			return b
		}
	}
}

func readLines(br *bufio.Reader) (rows []row, bad []skip, err error) {
	for n := 1; ; n++ {
		line, long, err := readLine(br)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, fmt.Errorf("read line %d: %w", n, err)
		}
		line = bytes.TrimSpace(line)
		switch {
		case long:
			bad = append(bad, skip{n, fmt.Sprintf("is longer than %d bytes", MaxLine)})
		case len(line) > 0:
			var m map[string]any
			if json.Unmarshal(line, &m) != nil || m == nil {
				bad = append(bad, skip{n, "is no JSON object"})
				break
			}
			rows = append(rows, newRow(n, m))
		}
		if len(rows) > MaxRows {
			return nil, nil, fmt.Errorf("the file %w: more than %d rows", ErrTooLarge, MaxRows)
		}
		if err != nil {
			return rows, bad, nil
		}
	}
}

// readLine reads up to the next line break; long says that the line passed
// MaxLine and was passed over.
func readLine(br *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if long = long || len(line)+len(part) > MaxLine+1; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err //nolint:wrapcheck // io.EOF must stay itself
		}
	}
}

func readArray(br *bufio.Reader) (rows []row, bad []skip, err error) {
	dec := json.NewDecoder(br)
	if _, err := dec.Token(); err != nil {
		return nil, nil, fmt.Errorf("read the JSON array: %w", err)
	}
	for n := 1; dec.More(); n++ {
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, nil, fmt.Errorf("read element %d of the JSON array: %w", n, err)
		}
		if m, ok := v.(map[string]any); ok {
			rows = append(rows, newRow(n, m))
		} else {
			bad = append(bad, skip{n, "is no JSON object"})
		}
		if len(rows) > MaxRows {
			return nil, nil, fmt.Errorf("the file %w: more than %d rows", ErrTooLarge, MaxRows)
		}
	}
	return rows, bad, nil
}

// readTable reads CSV or TSV with a head.
func readTable(br *bufio.Reader) (rows []row, bad []skip, err error) {
	head, _ := br.Peek(4096)
	head, _, _ = bytes.Cut(head, []byte("\n"))
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) || bytes.IndexByte(head, 0) >= 0 {
		return nil, nil, errors.New("is neither JSON nor a table")
	}
	in := csv.NewReader(br)
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	if bytes.Count(head, []byte("\t")) > bytes.Count(head, []byte(",")) {
		in.Comma = '\t'
	}
	names, err := in.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read the table's head: %w", err)
	}
	if len(names) < 2 {
		return nil, nil, errors.New("is neither JSON nor a table of two columns or more")
	}
	for n := 2; ; n++ {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			bad = append(bad, skip{n, "is no row of the table"})
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read line %d: %w", n, err)
		}
		m := make(map[string]any, len(rec))
		for i, v := range rec {
			if i < len(names) && len(v) <= MaxLine {
				m[names[i]] = v
			}
		}
		rows = append(rows, newRow(n, m))
		if len(rows) > MaxRows {
			return nil, nil, fmt.Errorf("the file %w: more than %d rows", ErrTooLarge, MaxRows)
		}
	}
}

func newRow(n int, m map[string]any) row {
	out := row{n, make(map[string]any, len(m))}
	for k, v := range m {
		k = strings.ToLower(strings.TrimSpace(k))
		if _, twice := out.fields[k]; !twice || v != nil {
			out.fields[k] = v
		}
	}
	return out
}

// get gives the first of the named fields that is there and not null.
func (r row) get(names ...string) (any, bool) {
	for _, n := range names {
		if v, ok := r.fields[n]; ok && v != nil {
			return v, true
		}
	}
	return nil, false
}

// str gives the first of the named fields as a text, "" if there is none.
func (r row) str(names ...string) string {
	v, ok := r.get(names...)
	if !ok {
		return ""
	}
	return text(v)
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// num gives the first of the named fields as a number.
func (r row) num(names ...string) (float64, bool) {
	v, ok := r.get(names...)
	if !ok {
		return 0, false
	}
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// when gives the first of the named fields as an instant: RFC 3339, a date with
// a time, or seconds since 1970.
func (r row) when(names ...string) (time.Time, bool) {
	v, ok := r.get(names...)
	if !ok {
		return time.Time{}, false
	}
	if s, ok := v.(string); ok {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
			if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
				return t.UTC(), true
			}
		}
	}
	f, ok := r.num(names...)
	if !ok || math.Abs(f) > 1e11 {
		return time.Time{}, false
	}
	whole, part := math.Modf(f)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}

// list gives the first of the named fields as texts; there says that it is there
// at all, empty or not.
func (r row) list(names ...string) (out []string, there bool) {
	v, ok := r.get(names...)
	if !ok {
		return nil, false
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if s := text(x); s != "" {
				out = append(out, s)
			}
		}
	case string:
		for s := range strings.SplitSeq(v, ";") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	default:
		return nil, false
	}
	return out, true
}

var textNames = []string{"text", "message", "body", "tweet", "comment", "answer", "answertext", "test_case", "content", "sentence", "utterance", "post", "full_text", "headline", "bio"}

// truthNames are the fields in which a label may stand, the plainest first.
var truthNames = []string{"y", "violation", "is_violation", "gold", "label", "labels", "label_gold", "subtask_a", "class", "category", "toxic", "toxicity", "is_toxic", "abusive", "is_abusive", "offensive", "hateful", "is_spam", "flagged", "expected", "positive", "truth", "planted", "attack", "match", "same", "duplicate", "is_duplicate", "plagiarism", "plagiarised", "outside"}

// harmless are the words that say that a row is no violation.
var harmless = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("0 false no n none no_violation nothing negative neg benign ham not neutral normal clean ok okay fine harmless neither resource hotline safe honest inside same_field in_field original orig distinct different unrelated independent noise civil polite none_of_the_above o complaint criticism") {
		m[w] = true
	}
	return m
}()

// label gives what a row says of itself: the word, and whether it says that the
// row is a violation. ok is false where it says nothing.
func (r row) label(positive map[string]bool) (word string, yes, ok bool) {
	for _, name := range truthNames {
		v, there := r.get(name)
		if !there {
			continue
		}
		switch v := v.(type) {
		case bool:
			return strconv.FormatBool(v), v, true
		case float64:
			return text(v), v > 0, true
		case []any: // several labels: one that is a violation is enough
			for _, x := range v {
				if w, yes := judge(text(x), positive); yes {
					return w, true, true
				}
			}
			return "none", false, true
		case string:
			if strings.TrimSpace(v) == "" {
				continue
			}
			word, yes = judge(v, positive)
			return word, yes, true
		}
	}
	return "", false, false
}

// judge reads a label's word. Words that the caller calls positive are, and then
// no others.
func judge(s string, positive map[string]bool) (word string, yes bool) {
	word = strings.ToLower(strings.TrimSpace(s))
	if len(positive) > 0 {
		return word, positive[word]
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil {
		return word, f > 0
	}
	key := strings.NewReplacer(" ", "_", "-", "_").Replace(word)
	if harmless[key] || strings.HasPrefix(key, "not_") || strings.HasPrefix(key, "non_") || strings.HasPrefix(key, "no_") {
		return word, false
	}
	return word, word != "" && word != "non" && word != "not"
}
