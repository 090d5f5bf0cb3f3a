package evaluation

import (
	"regexp"

	"github.com/nyaruka/phonenumbers/v2"
	"mvdan.cc/xurls/v2"
)

var (
	naiveMail   = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`)
	naiveURL    = xurls.Relaxed()
	naiveNotice = regexp.MustCompile(`(?i)(copyright|\(c\)|©).*\d{4}`)
	naiveOath   = regexp.MustCompile(`(?i)\b(fuck\w*|shit\w*|bitch\w*|ass|asshole\w*|cunt\w*|dick\w*|bastard\w*|whore\w*|slut\w*|fag\w*|nigg\w*|retard\w*|idiot\w*|stupid|moron\w*|damn|crap|sex|kill|die|hate)\b`)
)

const (
	naiveFilter = "a mail pattern, a relaxed address matcher, a phone library"
	naiveOaths  = "a list of rude words"
)

func oath(s string) bool { return naiveOath.MatchString(s) }

// naiveContact is the filter that most sites begin with.
func naiveContact(s string) bool {
	if naiveMail.MatchString(s) || naiveURL.MatchString(s) {
		return true
	}
	for range phonenumbers.FindNumbersWithLeniency(s, "US", phonenumbers.POSSIBLE, 1000) {
		return true
	}
	return false
}
