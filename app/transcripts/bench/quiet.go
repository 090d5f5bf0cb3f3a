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
		target float64
	}{
		{"chat and experts' answers", []string{"contact/irc_benign_negatives.jsonl", "contact/counselchat_offplatform.jsonl"}, 0.0001},
		{"posts about one's own life", []string{"topics/reddit_clusters.jsonl"}, 0},
	} {
		n, hits := 0, map[string]int{}
		for _, file := range set.files {
			rows, err := scores.Load[labelled](b.dir, file)
			if err != nil {
				return err
			}
			for _, row := range rows {
				n++
				for _, f := range b.reader.Review(said(row.Text)) {
					hits[f.Detector]++
					if f.Detector != transcripts.DetectContact && f.Detector != transcripts.DetectIncivility {
						b.show(f.Detector, row.Text, by([]model.Finding{f}, f.Detector))
					}
				}
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
