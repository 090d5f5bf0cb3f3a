package transcripts

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"mensch/app/transcripts/fold"
)

//go:embed lexicon.txt
var lexiconText string

// weight is what a word says by itself.
type weight struct {
	valence int8 // -5 (hateful) to 5 (delighted)
	cuss    int8 // 1 to 3: how surely an insult or an oath; 0 none
}

var lexicon = sync.OnceValue(func() map[string]weight {
	m := make(map[string]weight, 6000)
	for line := range strings.Lines(lexiconText) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			continue
		}
		var w weight
		if n, err := strconv.Atoi(f[1]); err == nil {
			w.valence = int8(n)
		}
		if n, err := strconv.Atoi(f[2]); err == nil {
			w.cuss = int8(n) + 1
		}
		m[fold.New(f[0]).S] = w
	}
	return m
})
