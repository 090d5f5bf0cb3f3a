package bench

import (
	"fmt"

	"mensch/app/model"
	"mensch/app/transcripts"
)

// freshSets are the sets written apart from the patterns, and whether these have
// been tuned on them since. The lines of a sealed set are printed to nobody, not
// even while debugging, so that nobody tunes on them unawares.
var freshSets = []struct {
	about, set, file, detector, state string
	sealed                            bool
}{
	{"disparagement", "fresh set", "fresh_disparagement.txt", transcripts.DetectDisparagement, "never tuned on", false},
	{"disparagement", "second fresh set", "second_disparagement.txt", transcripts.DetectDisparagement, "never tuned on", true},
	{"disparagement", "third fresh set", "third_disparagement.txt", transcripts.DetectDisparagement, "never tuned on", true},
	{"confidentiality", "fresh set", "fresh_confidences.txt", transcripts.DetectConfidentiality, "never tuned on", false},
	{"confidentiality", "second fresh set", "second_confidences.txt", transcripts.DetectConfidentiality, "never tuned on", true},
	{"confidentiality", "third fresh set", "third_confidences.txt", transcripts.DetectConfidentiality, "never tuned on", true},
	{"ratings solicitation", "fresh set", "fresh_solicitation.txt", transcripts.DetectSolicitation, "tuned on since", false},
	{"ratings solicitation", "second fresh set", "second_solicitation.txt", transcripts.DetectSolicitation, "never tuned on", true},
	{"ratings solicitation", "third fresh set", "third_solicitation.txt", transcripts.DetectSolicitation, "never tuned on", true},
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
			if debug == "fresh" && !set.sealed && yes != got {
				_, _ = fmt.Fprintln(b.w, set.about, line)
			}
		}
		name := set.about + ": " + set.set + ", " + set.state
		b.rate(name+", precision", c.tp, c.tp+c.fp, 0, true, "")
		b.rate(name+", recall", c.tp, c.tp+c.fn, 0, true, "")
	}
	return nil
}
