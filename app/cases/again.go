package cases

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// Again makes a sanction once more, as a moderator chose it the first time, for
// another decision and from another day on: its end, its strikes and their expiry
// are those of the rules and the day of now.
func Again(pack *guidelines.Pack, id, decisionID string, expert model.Expert, s model.Sanction, at time.Time) (model.Sanction, error) {
	c := Choice{
		Guideline: s.Guideline, Step: s.Step, Days: Days(s), Field: s.Field, Ratings: s.Ratings, DepartedReason: s.DepartedReason,
		Everywhere: s.Cluster == "" && (s.Step == model.StepSuspension || s.Step == model.StepBan),
		With:       s.Strikes == 0,
	}
	return NewSanction(pack, id, decisionID, expert, c, at)
}

// ErrRedate says that a letter cannot be moved to other days.
var ErrRedate = errors.New("the letter's dates are ambiguous")

// Redate moves a letter that somebody changed by hand from one decision to the
// same made on another day: the day it was decided, the last day for objecting,
// and each sanction's end and expiry, by the days of the letter's language. The
// decisions' sanctions go by pairs. Where one day would become two, ErrRedate.
func Redate(pack *guidelines.Pack, letter string, was, is model.Decision) (string, error) {
	l := writer{pack: pack}
	l.lang = letterLanguage(pack, was.Language, was.Sanctions)
	l.letter = pack.Letters[l.lang]
	moved := map[string]string{}
	clear := true
	move := func(from, to string) {
		if from == "" || to == "" {
			return
		}
		if other, ok := moved[from]; ok && other != to {
			clear = false
		}
		moved[from] = to
	}
	move(was.ID, is.ID)
	move(l.date(was.DecidedAt), l.date(is.DecidedAt))
	move(l.date(pack.ObjectUntil(was.DecidedAt)), l.date(pack.ObjectUntil(is.DecidedAt)))
	for i := range min(len(was.Sanctions), len(is.Sanctions)) {
		move(l.date(was.Sanctions[i].EndsAt), l.date(is.Sanctions[i].EndsAt))
		move(l.date(was.Sanctions[i].StrikesExpire), l.date(is.Sanctions[i].StrikesExpire))
	}
	if l.err != nil {
		return "", fmt.Errorf("moving the letter to another day: %w", l.err)
	}
	if !clear {
		return "", fmt.Errorf("moving the letter to another day: %w", ErrRedate)
	}
	return replaceWhole(letter, moved), nil
}

// replaceWhole replaces what stands as a whole: "1 May 2026" does not stand in
// "11 May 2026". Of two that begin at one place, the longer one does.
func replaceWhole(text string, with map[string]string) string {
	var b strings.Builder
	last := ' '
	for i := 0; i < len(text); {
		best := ""
		for from := range with {
			if len(from) > len(best) && strings.HasPrefix(text[i:], from) && whole(last, text[i+len(from):]) {
				best = from
			}
		}
		if best != "" {
			b.WriteString(with[best])
			last, _ = utf8.DecodeLastRuneInString(best)
			i += len(best)
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+n])
		last = r
		i += n
	}
	return b.String()
}

func whole(before rune, behind string) bool {
	after, _ := utf8.DecodeRuneInString(behind)
	in := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return !in(before) && (behind == "" || !in(after))
}
