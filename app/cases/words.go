package cases

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mensch/app/model"
)

var stepNames = map[model.Step]string{
	model.StepNote: "note", model.StepWarning: "warning", model.StepFieldReset: "field reset",
	model.StepPhotoRemoval: "photo removal", model.StepRatingVoid: "voiding of ratings",
	model.StepSuspension: "suspension", model.StepBan: "ban",
}

// stepName is a step as moderators read it.
func stepName(step model.Step) string {
	if name, ok := stepNames[step]; ok {
		return name
	}
	return string(step)
}

func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[n:]
}

func lower(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return text
	}
	return string(unicode.ToLower(r)) + text[n:]
}

// clean makes a foreign name or passage fit to stand in a letter: one line,
// no control or direction characters, no braces that look like a placeholder,
// and not longer than limit characters.
func clean(text string, limit int) string {
	var b strings.Builder
	n := 0
	space := false
	for _, r := range strings.ToValidUTF8(text, "") {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = b.Len() > 0
			continue
		}
		if unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' || r == '\ufeff' {
			continue
		}
		if n == limit {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
			n++
		}
		b.WriteRune(r)
		n++
	}
	out := b.String()
	for strings.Contains(out, "{{") || strings.Contains(out, "}}") {
		out = strings.ReplaceAll(strings.ReplaceAll(out, "{{", "{ {"), "}}", "} }")
	}
	return out
}
