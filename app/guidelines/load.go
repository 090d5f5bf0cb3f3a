package guidelines

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxBytes is the largest pack that Load reads.
const MaxBytes = 4 << 20

// ErrTooLarge says that a pack is larger than MaxBytes.
var ErrTooLarge = errors.New("the rule pack is larger than 4 MiB")

// Problem is one fault of a pack.
type Problem struct {
	Guideline string // ID, or its place (#3) if it has none; empty: the pack itself
	Field     string // such as ladder[1].days
	Text      string
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Guideline != "" {
		fmt.Fprintf(&b, "guideline %s, ", p.Guideline)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, "%s: ", p.Field)
	}
	return b.String() + p.Text
}

// InvalidError lists everything that is wrong with a pack.
type InvalidError struct {
	Problems []Problem
}

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return "the rule pack is not valid: " + strings.Join(lines, "; ")
}

// Load reads and checks a rule pack. A pack with faults gives *InvalidError,
// which names all of them, and no pack.
func Load(r io.Reader) (*Pack, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the rule pack: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	if !utf8.Valid(data) {
		return nil, &InvalidError{Problems: []Problem{{Text: "the file is not UTF-8 text"}}}
	}
	p, err := decode(data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(sum[:])
	v := &validator{}
	v.pack(p)
	if len(v.problems) == 0 {
		v.schema(data)
	}
	if len(v.problems) > 0 {
		return nil, &InvalidError{Problems: v.problems}
	}
	p.index = make(map[string]int, len(p.Guidelines))
	for i, g := range p.Guidelines {
		p.index[g.ID] = i
	}
	return p, nil
}

// decode reads the guidelines one by one, so that a wrong type or an unknown
// field can be laid at the right guideline's door.
func decode(data []byte) (*Pack, error) {
	type rest Pack
	var raw struct {
		rest
		Guidelines []json.RawMessage `json:"guidelines"`
	}
	if err := strict(data, &raw); err != nil {
		return nil, &InvalidError{Problems: []Problem{explain(err, data, "")}}
	}
	p := Pack(raw.rest)
	p.Guidelines = make([]Guideline, len(raw.Guidelines))
	var problems []Problem
	for i, msg := range raw.Guidelines {
		if err := strict(msg, &p.Guidelines[i]); err != nil {
			name := p.Guidelines[i].ID
			if name == "" {
				name = fmt.Sprintf("#%d", i+1)
			}
			problem := explain(err, nil, name)
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return nil, &InvalidError{Problems: problems}
	}
	return &p, nil
}

func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the end of the pack")
	}
	return nil
}

// explain turns a decoder's error into a problem with a place.
func explain(err error, data []byte, guideline string) Problem {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return Problem{Guideline: guideline, Text: at(data, syntax.Offset) + syntax.Error()}
	case errors.As(err, &kind):
		return Problem{Guideline: guideline, Field: strings.TrimPrefix(kind.Field, "rest."), Text: fmt.Sprintf("%sis a %s, but must be %s", at(data, kind.Offset), kind.Value, shape(kind.Type.Kind().String()))}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Problem{Guideline: guideline, Text: "the file ends too early"}
	}
	text := strings.TrimPrefix(err.Error(), "json: ")
	if name, ok := strings.CutPrefix(text, "unknown field "); ok {
		return Problem{Guideline: guideline, Field: strings.Trim(name, `"`), Text: "is no field of a rule pack"}
	}
	return Problem{Guideline: guideline, Text: text}
}

func at(data []byte, offset int64) string {
	if data == nil || offset < 0 || offset > int64(len(data)) {
		return ""
	}
	return fmt.Sprintf("line %d: ", 1+bytes.Count(data[:offset], []byte("\n")))
}

func shape(kind string) string {
	switch kind {
	case "int", "int64", "float64":
		return "a number"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "slice":
		return "a list"
	default:
		return "an object"
	}
}
