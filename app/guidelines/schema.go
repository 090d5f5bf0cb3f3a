package guidelines

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed schema.json
var schemaJSON []byte

// Schema is the published JSON Schema (2020-12) of a rule pack, for editors
// that complete and check as one types. Load checks more: that ladders climb,
// that texts and conditions compile.
func Schema() []byte { return bytes.Clone(schemaJSON) }

const schemaName = "rule-pack.schema.json"

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil, fmt.Errorf("read the schema of rule packs: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaName, doc); err != nil {
		return nil, fmt.Errorf("read the schema of rule packs: %w", err)
	}
	s, err := c.Compile(schemaName)
	if err != nil {
		return nil, fmt.Errorf("read the schema of rule packs: %w", err)
	}
	return s, nil
})

// schema checks a pack's bytes against the published schema.
func (v *validator) schema(data []byte) {
	s, err := compiled()
	if err != nil {
		v.add("", "", "%v", err)
		return
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		v.add("", "", "%v", err)
		return
	}
	var invalid *jsonschema.ValidationError
	switch err := s.Validate(doc); {
	case err == nil:
	case errors.As(err, &invalid):
		v.leaves(invalid)
	default:
		v.add("", "", "%v", err)
	}
}

var english = message.NewPrinter(language.English)

// leaves lays each fault at its field; what stands above them says no more.
func (v *validator) leaves(e *jsonschema.ValidationError) {
	if len(e.Causes) == 0 {
		v.add("", path(e.InstanceLocation), "%s", e.ErrorKind.LocalizedString(english))
		return
	}
	for _, c := range e.Causes {
		v.leaves(c)
	}
}

// path writes a JSON pointer as the other faults name their fields.
func path(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		if p != "" && strings.Trim(p, "0123456789") == "" {
			b.WriteString("[" + p + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p)
	}
	return b.String()
}
