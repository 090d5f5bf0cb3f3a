package transcripts

import (
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts/notices"
)

// copyright finds copyright notices in what the expert sends.
func (v *view) copyright() {
	var ev []evidence
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			continue
		}
		for _, n := range notices.Find(l.msg.Text) {
			if n.Gap > 5 || quoted(l.msg.Text, n.Start) {
				continue // talk about a notice
			}
			ev = append(ev, evidence{i, markAt(l, n), n.Score, "a copyright notice"})
		}
	}
	v.find(DetectCopyright, "copyright", ev, 0.97, func() string {
		return "The expert sends material with " + times(ev) + "; see whether they may."
	})
}

func markAt(l *line, n notices.Notice) model.Span {
	return model.Span{Message: l.msg.ID, Start: n.Start, End: n.End, Label: "copyright notice"}
}

// quoted says whether the notice at byte i is an example in quotation marks.
func quoted(text string, i int) bool {
	before := strings.TrimRight(text[:i], " (")
	for _, q := range []string{"\"", "“", "„", "«", "'", "‘", "`"} {
		if strings.HasSuffix(before, q) {
			return true
		}
	}
	return false
}
