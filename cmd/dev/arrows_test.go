package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// arrow says whether the design lets a package import another of the module.
func arrow(from, to string) bool {
	below := func(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }
	switch {
	case below(to, "assets"):
		// Data, with no arrows of its own; app is handed it as arguments.
		return below(from, "cmd") || below(from, "views")
	case below(from, "cmd"):
		return !below(to, "cmd") || cmdArrow(from, to)
	case below(from, "views"):
		return below(to, "views") || below(to, "app")
	case below(from, "store"):
		return below(to, "store") || to == "app/model"
	case below(from, "app"):
		return below(to, "app") && to != "app"
	}
	return false
}

// cmdArrow says which packages below cmd may be imported: a program's own, what all
// programs share, and the reference platform by whoever runs it in process.
func cmdArrow(from, to string) bool {
	program := strings.Join(strings.SplitN(from, "/", 3)[:2], "/")
	return strings.HasPrefix(to, program+"/") || strings.HasPrefix(to, "cmd/internal/") || strings.HasPrefix(to, "cmd/mensch-platform/")
}

// outside says whether a package may import one from outside the module.
func outside(from, to string) bool {
	ui := strings.HasPrefix(to, "fyne.io/fyne")
	sql := to == "database/sql" || strings.HasPrefix(to, "database/sql/") || to == "github.com/jmoiron/sqlx" || to == "github.com/mattn/go-sqlite3"
	in := func(folder string) bool { return from == folder || strings.HasPrefix(from, folder+"/") }
	switch {
	case ui:
		return in("views") || in("cmd/mensch") || in("cmd/dev/shots")
	case sql:
		return in("store") || in("cmd/mensch-platform/platform")
	case from == "cmd/dev":
		return !strings.Contains(strings.SplitN(to, "/", 2)[0], ".")
	}
	return true
}

func TestImportsFollowTheDesign(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		seen++
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		from := filepath.ToSlash(rel)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if inner, ok := strings.CutPrefix(to, "mensch/"); ok {
				if !arrow(from, inner) {
					t.Errorf("%s imports %s: the design has no such arrow", path, to)
				}
			} else if !outside(from, to) {
				t.Errorf("%s imports %s: that stands elsewhere in the design", path, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("only %d Go files read: the test looks in the wrong place", seen)
	}
}

func TestArrowsThatTheDesignForbids(t *testing.T) {
	for _, c := range [][2]string{
		{"app/sync", "store"},
		{"app/cases", "views/shell"},
		{"app/photos", "app"},
		{"app/model", "cmd/dev"},
		{"store", "app/cases"},
		{"views/queue", "store"},
		{"app/guidelines", "assets"},
		{"cmd/menschctl", "cmd/mensch"},
	} {
		if arrow(c[0], c[1]) {
			t.Errorf("%s -> %s is allowed", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"app/sync", "fyne.io/fyne/v2"}, {"app/sync", "database/sql"}, {"cmd/menschctl", "fyne.io/fyne/v2/app"}, {"cmd/dev", "github.com/jmoiron/sqlx"},
	} {
		if outside(c[0], c[1]) {
			t.Errorf("%s -> %s is allowed", c[0], c[1])
		}
	}
}

func TestTopLevelIsTheAgreedOne(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	agreed := map[string]bool{"cmd": true, "app": true, "views": true, "store": true, "assets": true, "FyneApp.toml": true, "go.mod": true, "go.sum": true, "README.md": true}
	made := map[string]bool{"dist": true, "shots": true} // by dev, ignored by git
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !agreed[e.Name()] && !made[e.Name()] {
			t.Errorf("top level holds %s, which the design does not name", e.Name())
		}
	}
}
