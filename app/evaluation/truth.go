package evaluation

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"mensch/app/photos"
)

// query is a photo to look up, and what is true of it.
type query struct {
	file   string          // below the folder of queries
	copies map[string]bool // photo IDs of the bank that it is a copy of
	alike  map[string]bool // photo IDs that show the same person or scene, and are no copies
	group  string
}

// Fields of a truth file.
var (
	queryNames  = []string{"query", "query_id", "q", "altered", "suspect", "photo", "image", "file", "filename", "path", "name"}
	bankNames   = []string{"bank", "bank_id", "match", "matches", "original", "originals", "source", "reference", "reference_id", "ref", "item", "target", "expected", "truth", "of", "answer"}
	kindNames   = []string{"kind", "relation", "label", "class", "same", "is_match", "is_copy", "copy", "y"}
	partNames   = []string{"group", "evasion", "transform", "attack", "edit", "category", "type"}
	noCopy      = []string{"0", "0.0", "false", "no", "none", "different", "unrelated", "negative", "nothing", "no match", "distractor"}
	onlyAlike   = []string{"similar", "similar portrait", "same person", "same scene", "alike", "near"}
	nobodyNames = []string{"", "none", "null", "-", "nothing", "no match"}
)

// readTruth reads what is true of the queries:
//
//   - rows (JSON Lines, a JSON array, CSV or TSV) with a query, a bank photo (one,
//     a list, several with ; between them, or none) and, if wanted, a kind and a
//     group; several rows may speak of one query,
//   - a table without a head: query, bank photo, group, or
//   - one JSON object from queries to bank photos.
//
// Photos are named as files below their folder; the folder's own name before it,
// and the ending, may be there or not. Queries that the file doesn't name have
// no copy in the bank.
func readTruth(r io.Reader, files []string, bank *photos.Folder, res *Result) ([]query, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the truth: %w", err)
	}
	if len(raw) > MaxFile {
		return nil, fmt.Errorf("the file %w: more than %d bytes", ErrTooLarge, MaxFile)
	}
	rows, bad, err := truthRows(raw)
	if err != nil {
		return nil, err
	}
	queries := newNamed()
	all := make([]query, len(files))
	for i, f := range files {
		all[i] = query{file: f, copies: map[string]bool{}, alike: map[string]bool{}}
		queries.add(f, f)
	}
	banked := newNamed()
	for _, h := range bank.Hashes {
		for _, name := range bank.Names(h.PhotoID) {
			banked.add(name, h.PhotoID)
		}
	}
	place := make(map[string]*query, len(all))
	for i := range all {
		place[all[i].file] = &all[i]
	}
	spoken := map[string]bool{}
	note := func(n int, format string, args ...any) {
		res.Skipped++
		if res.Skipped <= 3 {
			res.Notes = append(res.Notes, fmt.Sprintf("row %d "+format, append([]any{n}, args...)...))
		}
	}
	for _, b := range bad {
		note(b.n, "%s", b.why)
	}
	for _, row := range rows {
		name := row.str(queryNames...)
		file, ok := queries.find(name)
		if !ok {
			note(row.n, "%v: %q", errNoQuery, name)
			continue
		}
		q := place[file]
		spoken[file] = true
		if part := row.str(partNames...); part != "" {
			q.group = part
		}
		kind := strings.ToLower(strings.TrimSpace(row.str(kindNames...)))
		if slices.Contains(noCopy, kind) {
			continue
		}
		names, _ := row.list(bankNames...)
		for _, name := range names {
			if slices.Contains(nobodyNames, strings.ToLower(strings.TrimSpace(name))) {
				continue
			}
			id, ok := banked.find(name)
			if !ok {
				note(row.n, "names no photo of the bank: %q", name)
				continue
			}
			if slices.Contains(onlyAlike, kind) {
				q.alike[id] = true
			} else {
				q.copies[id] = true
			}
		}
	}
	if len(spoken) == 0 {
		return nil, fmt.Errorf("%w that can be used: no row %w", ErrNoRows, errNoQuery)
	}
	if res.Skipped > 3 {
		res.Notes = append(res.Notes, fmt.Sprintf("%d more rows can't be used", res.Skipped-3))
	}
	if n := len(all) - len(spoken); n > 0 {
		res.Notes = append(res.Notes, fmt.Sprintf("%d queries aren't named; they are taken to show nothing of the bank", n))
	}
	return all, nil
}

// truthRows reads the file, whatever it is written in.
func truthRows(raw []byte) (rows []row, bad []skip, err error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	var object map[string]any
	if len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &object) == nil {
		if first := newRow(1, object); first.str(queryNames...) != "" {
			return []row{first}, nil, nil
		}
		for name, v := range object {
			fields := map[string]any{"query": name, "bank": v}
			if inner, ok := v.(map[string]any); ok {
				fields = inner
				fields["query"] = name
			}
			rows = append(rows, newRow(len(rows)+1, fields))
		}
		return rows, nil, nil
	}
	if len(raw) > 0 && raw[0] != '{' && raw[0] != '[' {
		if rows, ok := headless(raw); ok {
			return rows, nil, nil
		}
	}
	return readRows(bytes.NewReader(raw))
}

// headless reads a table whose first line names no field: a query, a bank photo
// and perhaps a group.
func headless(raw []byte) ([]row, bool) {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	if !utf8.Valid(line) {
		return nil, false
	}
	in := csv.NewReader(bufio.NewReader(bytes.NewReader(raw)))
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	if bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")) {
		in.Comma = '\t'
	}
	var rows []row
	for n := 1; ; n++ {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, len(rows) > 0
		}
		if err != nil {
			return nil, false
		}
		if n == 1 {
			for _, cell := range rec {
				cell = strings.ToLower(strings.TrimSpace(cell))
				if slices.Contains(queryNames, cell) || slices.Contains(bankNames, cell) {
					return nil, false
				}
			}
		}
		fields := map[string]any{}
		for i, name := range []string{"query", "bank", "group"} {
			if i < len(rec) {
				fields[name] = rec[i]
			}
		}
		rows = append(rows, newRow(n, fields))
	}
}

// named finds files by any of the names that people give them.
type named map[string]string // "" where a name could be several files

func newNamed() named { return named{} }

func (n named) add(name, what string) {
	seen := map[string]bool{}
	for _, key := range spellings(name) {
		if seen[key] {
			continue
		}
		seen[key] = true
		if other, ok := n[key]; ok && other != what {
			n[key] = ""
			continue
		}
		n[key] = what
	}
	n[strictly(name)] = what // its own name outranks another's short one
}

func (n named) find(name string) (string, bool) {
	name = path.Clean(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/"))
	if what := n[strictly(name)]; what != "" {
		return what, true
	}
	for rest, ok := name, true; ok; _, rest, ok = strings.Cut(rest, "/") {
		for _, key := range []string{rest, strings.ToLower(rest), strings.TrimSuffix(strings.ToLower(rest), strings.ToLower(path.Ext(rest)))} {
			if what := n[key]; what != "" {
				return what, true
			}
		}
	}
	return "", false
}

func strictly(name string) string { return "\x00" + name }

// spellings are a file's names: whole, without its folders, without its ending.
func spellings(name string) []string {
	var out []string
	for _, s := range []string{name, path.Base(name)} {
		low := strings.ToLower(s)
		out = append(out, s, low, strings.TrimSuffix(low, path.Ext(low)))
	}
	return out
}
