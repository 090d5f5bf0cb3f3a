package bench

import (
	"fmt"

	"mensch/app/model"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

// quiet measures how often the other detectors speak about harmless messages:
// chat and therapists' answers, and apart from them the posts in which people
// tell of their own lives, as no expert writes to a client.
func (b *bench) quiet() error {
	for _, set := range []struct {
		name   string
		files  []string
		own    string
		target float64
	}{
		{"chat and experts' answers", []string{"contact/irc_benign_negatives.jsonl", "contact/counselchat_offplatform.jsonl"}, "", 0.0001},
		{"posts about one's own life", []string{"topics/reddit_clusters.jsonl"}, "", 0},
		{"experts' answers of own writing, never trained on", nil, "harmless_answers.txt", 0},
	} {
		n, hits := 0, map[string]int{}
		look := func(text string, shown bool) {
			n++
			for _, f := range b.reader.Review(said(text)) {
				hits[f.Detector]++
				if shown && f.Detector != transcripts.DetectContact && f.Detector != transcripts.DetectIncivility {
					b.show(f.Detector, text, by([]model.Finding{f}, f.Detector))
				}
			}
		}
		if set.own != "" {
			lines, err := ownLines(set.own)
			if err != nil {
				return err
			}
			for _, line := range lines {
				look(line[2:], false)
			}
		}
		for _, file := range set.files {
			rows, err := scores.Load[labelled](b.dir, file)
			if err != nil {
				return err
			}
			for _, row := range rows {
				look(row.Text, true)
			}
		}
		for _, d := range []struct {
			name   string
			target float64
		}{{transcripts.DetectConfidentiality, set.target}, {transcripts.DetectSolicitation, 0}, {transcripts.DetectDisparagement, 0}, {transcripts.DetectCopyright, 0}} {
			b.rate(d.name+": harmless messages flagged, "+set.name, hits[d.name], n, d.target, false, fmt.Sprintf("%d flagged", hits[d.name]))
		}
	}
	return nil
}
