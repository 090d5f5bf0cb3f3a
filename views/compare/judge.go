package compare

import (
	"mensch/app"
	"mensch/app/model"
)

// judged is the pair that a verdict is said of.
func (v *View) judged() (app.PhotoPair, bool) {
	if v.hand < len(v.seats) && v.hand > 0 && v.seats[v.hand].pair < 0 {
		v.sh.Tell("No finding of this case compares the photo in hand, so there is nothing to judge. Its own case has one.")
		return app.PhotoPair{}, false
	}
	return v.pair()
}

func (v *View) judge(word model.MatchWord) {
	if pair, ok := v.judged(); ok {
		v.judging.Say(pair, word)
	}
}

// stands shows what is said of a pair now.
func (v *View) stands(finding string, word model.MatchWord, verdict model.Verdict) {
	for i := range v.file.Pairs {
		if v.file.Pairs[i].FindingID == finding {
			v.file.Pairs[i].Word, v.file.Pairs[i].Verdict = word, verdict
		}
	}
	v.parts.update()
	v.sh.Retitle()
}

// onward goes from a pair that was just judged to the next one to judge.
func (v *View) onward(finding string, word model.MatchWord) {
	if now, ok := v.pair(); ok && now.FindingID == finding && word != model.WordOpen {
		v.nextOpen()
	}
}

// backTo comes back to the pair whose verdict was taken back.
func (v *View) backTo(finding string) {
	for i, p := range v.file.Pairs {
		if p.FindingID == finding {
			v.goTo(i)
		}
	}
}
