package bench

import (
	"fmt"

	"mensch/app/model"
	"mensch/app/transcripts"
)

// freshSets are the sets written apart from the patterns, and whether these have
// been tuned on them since.
var freshSets = []struct{ about, file, detector, state string }{
	{"disparagement", "fresh_disparagement.txt", transcripts.DetectDisparagement, "never tuned on"},
	{"confidentiality", "fresh_confidences.txt", transcripts.DetectConfidentiality, "never tuned on"},
	{"ratings solicitation", "fresh_solicitation.txt", transcripts.DetectSolicitation, "tuned on since"},
}

// fresh measures the detectors on sets written apart from the patterns. The rows
// have no target: they say how far the scores of the tuned sets carry.
func (b *bench) fresh() error {
	for _, set := range freshSets {
		lines, err := ownLines(set.file)
		if err != nil {
			return err
		}
		var c confusion
		for _, line := range lines {
			m := said(line[2:])
			if line[0] == 'c' {
				m.Messages[0].From = model.FromClient
			}
			yes, got := line[0] == '+', len(by(b.reader.Review(m), set.detector)) > 0
			c.add(yes, got)
			if debug == "fresh" && yes != got {
				_, _ = fmt.Fprintln(b.w, set.about, line)
			}
		}
		b.rate(set.about+": fresh set, "+set.state+", precision", c.tp, c.tp+c.fp, 0, true, "")
		b.rate(set.about+": fresh set, "+set.state+", recall", c.tp, c.tp+c.fn, 0, true, "")
	}
	return nil
}
