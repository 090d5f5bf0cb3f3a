package cases

import "strings"

// WithReason puts the reason of a second look into its letter, before the last
// paragraph. What looks like a placeholder is taken apart, so that nobody's own
// words can stop the letter.
func WithReason(letter, reason string) string {
	reason = strings.TrimSpace(reason)
	if letter == "" || reason == "" {
		return letter
	}
	for strings.Contains(reason, "{{") || strings.Contains(reason, "}}") {
		reason = strings.ReplaceAll(strings.ReplaceAll(reason, "{{", "{ {"), "}}", "} }")
	}
	if i := strings.LastIndex(letter, "\n\n"); i >= 0 {
		return letter[:i] + "\n\n" + reason + letter[i:]
	}
	return letter + "\n\n" + reason
}
