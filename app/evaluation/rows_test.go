package evaluation

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"
)

func TestReadRows(t *testing.T) {
	packed := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return b.String()
	}
	for name, c := range map[string]struct {
		file      string
		rows, bad int
	}{
		"lines":        {"{\"text\":\"a\"}\n{\"text\":\"b\"}\n", 2, 0},
		"no last line": {"{\"text\":\"a\"}\n{\"text\":\"b\"}", 2, 0},
		"CRLF and BOM": {"\xef\xbb\xbf{\"text\":\"a\"}\r\n\r\n{\"Text\":\"b\"}\r\n", 2, 0},
		"gzip":         {packed("{\"text\":\"a\"}\n"), 1, 0},
		"array":        {" [ {\"text\":\"a\"}, 3, {\"text\":\"b\"} ]", 2, 1},
		"bad lines":    {"{\"text\":\"a\"}\nnonsense\n{\"text\":\n[1]\nnull\n{\"text\":\"b\"}\n", 2, 4},
		"CSV":          {"text,y\r\n\"a, b\",1\nc,0\n", 2, 0},
		"TSV":          {"id\ttext\ty\n1\ta, b, c\t1\n", 1, 0},
		"long line":    {"{\"text\":\"" + strings.Repeat("a", MaxLine) + "\"}\n{\"text\":\"b\"}\n", 1, 1},
	} {
		rows, bad, err := readRows(strings.NewReader(c.file))
		if err != nil || len(rows) != c.rows || len(bad) != c.bad {
			t.Errorf("%s: %d rows, %d bad, %v; want %d and %d", name, len(rows), len(bad), err, c.rows, c.bad)
		}
		for _, r := range rows {
			if r.str("text") == "" {
				t.Errorf("%s: row %d has no text: %v", name, r.n, r.fields)
			}
		}
	}
	for name, file := range map[string]string{"empty": "", "blank": " \n\n", "no object": "{\n{\n", "binary": "\x00\x01\x02,\n", "one column": "abc\ndef\n"} {
		if rows, _, err := readRows(strings.NewReader(file)); err == nil {
			t.Errorf("%s: read as %v", name, rows)
		}
	}
	if _, _, err := readRows(strings.NewReader("oops}\n{")); errors.Is(err, ErrTooLarge) {
		t.Errorf("a small file is called too large: %v", err)
	}
}

func TestLabel(t *testing.T) {
	for _, c := range []struct {
		fields  map[string]any
		yes, ok bool
	}{
		{map[string]any{"y": 1.0}, true, true},
		{map[string]any{"y": 0.0}, false, true},
		{map[string]any{"y": true}, true, true},
		{map[string]any{"label": "self_promotion"}, true, true},
		{map[string]any{"label": "none"}, false, true},
		{map[string]any{"label": "Not Toxic"}, false, true},
		{map[string]any{"label_gold": "non-hateful"}, false, true},
		{map[string]any{"label_gold": "hateful"}, true, true},
		{map[string]any{"subtask_a": "OFF"}, true, true},
		{map[string]any{"subtask_a": "NOT"}, false, true},
		{map[string]any{"labels": []any{"benign", "threat"}}, true, true},
		{map[string]any{"labels": []any{}}, false, true},
		{map[string]any{"label": "1"}, true, true},
		{map[string]any{"label": ""}, false, false},
		{map[string]any{"text": "spam"}, false, false},
	} {
		if _, yes, ok := newRow(1, c.fields).label(nil); yes != c.yes || ok != c.ok {
			t.Errorf("%v: %v, %v", c.fields, yes, ok)
		}
	}
	if _, yes, _ := newRow(1, map[string]any{"label": "resource"}).label(map[string]bool{"resource": true}); !yes {
		t.Error("a label that is called positive is none")
	}
}

func FuzzReadRows(f *testing.F) {
	for _, s := range []string{"{\"text\":\"a\"}\n", "[{\"a\":1}]", "a,b\n1,\"2\n", "\x1f\x8b\x08", "\xef\xbb\xbf{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, _, err := readRows(bytes.NewReader(file))
		if err == nil && len(rows) == 0 {
			t.Error("no row and no error")
		}
		for _, r := range rows {
			r.label(nil)
			r.when("at", "unix_time")
			r.list("spans")
			if list, ok := r.fields["spans"].([]any); ok {
				s := r.str("text")
				got, _ := places(s, list)
				for _, p := range got {
					if p.lo < 0 || p.hi > len(s) || p.lo >= p.hi {
						t.Errorf("place %+v of %d bytes", p, len(s))
					}
				}
			}
		}
	})
}
