package bench

import (
	"fmt"
	"regexp"

	"mensch/app/scores"
	"mensch/app/transcripts/notices"
)

type file struct {
	Text       string   `json:"text"`
	Copyrights []string `json:"copyrights"`
}

var naiveNotice = regexp.MustCompile(`(?i)(copyright|\(c\)|©).*\d{4}`)

// notices measures whether a file has a copyright notice.
func (b *bench) notices() error {
	rows, err := scores.Load[file](b.dir, "copyright/scancode.jsonl")
	if err != nil {
		return err
	}
	var c, naive confusion
	for _, row := range rows {
		want, got := len(row.Copyrights) > 0, notices.Find(row.Text)
		c.add(want, len(got) > 0)
		naive.add(want, naiveNotice.MatchString(row.Text))
		if debug != "" && want != (len(got) > 0) {
			if len(got) > 0 {
				fmt.Fprintf(b.w, "FP %q\n", row.Text[got[0].Start:got[0].End])
			} else {
				fmt.Fprintf(b.w, "FN %q in %.300q\n", row.Copyrights, row.Text)
			}
		}
	}
	b.rate("copyright: notices, precision", c.tp, c.tp+c.fp, 0.985, true, fmt.Sprintf("sign and year %.3f", ratio(naive.tp, naive.tp+naive.fp)))
	b.rate("copyright: notices, recall", c.tp, c.tp+c.fn, 0.98, true, fmt.Sprintf("sign and year %.3f", ratio(naive.tp, naive.tp+naive.fn)))
	return nil
}
