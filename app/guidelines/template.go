package guidelines

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// The variables that each kind of text may use, as {{.name}} or in
// {{if .name}}…{{else}}…{{end}}. Nothing else of a template language is
// allowed in a pack: its texts are read by people who are no programmers.
var (
	VarsLetter   = []string{"expert", "cluster", "date", "reference", "until", "url", "version"}
	VarsRule     = []string{"title", "words"}
	VarsSeen     = []string{"count", "several", "sessions", "manysessions", "when", "accounts", "ratings", "cluster"}
	VarsQuote    = []string{"quote", "date"}
	VarsStep     = []string{"cluster", "days", "several", "until", "field", "ratings", "manyratings", "strikes", "manystrikes", "strikesuntil"}
	VarsReversal = []string{"expert", "cluster", "date", "reference", "titles", "strikes", "manystrikes"}
	VarsDate     = []string{"day", "month", "year"}
	VarsWhen     = []string{"first", "last"}
	VarsFacts    = []string{"count", "several", "sessions", "manysessions", "accounts", "ratings", "step", "first", "last"}
)

// Vars are the values of a text's variables: strings, numbers and booleans.
type Vars map[string]any

// UnresolvedError says that a text names a variable that has no value: it must
// not be sent.
type UnresolvedError struct {
	Name string
}

func (e *UnresolvedError) Error() string {
	return fmt.Sprintf("the placeholder {{.%s}} has no value", e.Name)
}

// ErrTemplate is wrapped by every error about a text that is no valid
// template.
var ErrTemplate = errors.New("the text is no valid template")

// Render fills a text's variables in. A variable without a value gives
// *UnresolvedError; values are put in as they are and are never read as
// templates themselves.
func Render(text string, vars Vars) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	tree, err := parseText(text)
	if err != nil {
		return "", err
	}
	for _, name := range names(tree.Root) {
		if _, ok := vars[name]; !ok {
			return "", &UnresolvedError{Name: name}
		}
	}
	t, err := template.New("text").AddParseTree("text", tree)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]any(vars)); err != nil {
		return "", fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	return b.String(), nil
}

// checkText reports what is wrong with a pack's text: no template, or a
// variable that its place does not have.
func checkText(text string, allowed []string) error {
	tree, err := parseText(text)
	if err != nil {
		return err
	}
	for _, name := range names(tree.Root) {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("{{.%s}} is not known here; known are %s", name, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// parseText parses a text and refuses all but plain variables and conditions,
// so that no pack can loop, call or print without bound.
func parseText(text string) (*parse.Tree, error) {
	trees, err := parse.Parse("text", text, "", "")
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrTemplate, strings.TrimPrefix(err.Error(), "template: text:"))
	}
	tree := trees["text"]
	if tree == nil { // an empty text has no tree
		tree = &parse.Tree{Name: "text", Root: &parse.ListNode{NodeType: parse.NodeList}}
	}
	if len(trees) > 1 {
		return nil, fmt.Errorf("%w: a text cannot define others", ErrTemplate)
	}
	if err := plain(tree.Root); err != nil {
		return nil, err
	}
	return tree, nil
}

func plain(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			if _, ok := variable(n.Pipe); !ok {
				return fmt.Errorf("%w: only {{.name}} is allowed, not %s", ErrTemplate, n)
			}
		case *parse.IfNode:
			if _, ok := variable(n.Pipe); !ok {
				return fmt.Errorf("%w: only {{if .name}} is allowed, not %s", ErrTemplate, n.Pipe)
			}
			if err := plain(n.List); err != nil {
				return err
			}
			if err := plain(n.ElseList); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: %s is not allowed", ErrTemplate, n)
		}
	}
	return nil
}

// variable is the name of a pipe that is one plain variable.
func variable(pipe *parse.PipeNode) (string, bool) {
	if pipe == nil || len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return "", false
	}
	return field.Ident[0], true
}

func names(list *parse.ListNode) []string {
	if list == nil {
		return nil
	}
	var all []string
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			name, _ := variable(n.Pipe)
			all = append(all, name)
		case *parse.IfNode:
			name, _ := variable(n.Pipe)
			all = append(all, name)
			all = append(all, names(n.List)...)
			all = append(all, names(n.ElseList)...)
		}
	}
	return all
}
