package community

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// A part is a plot that some experts play.
type part struct {
	guideline, plot string
	subtlety        int
	files           string // clusters that it fits; empty: all
	experts, times  int
	rival           bool // names a fellow expert, who comes along where the plot says so
	visit           bool // the rival is the client
}

var parts = []part{
	{"contact-exchange", "contact/email-plain", 1, "", 2, 2, false, false},
	{"contact-exchange", "contact/email-spelled", 2, "", 1, 2, false, false},
	{"contact-exchange", "contact/email-broken", 2, "", 2, 1, false, false},
	{"contact-exchange", "contact/phone-plain", 1, "", 2, 2, false, false},
	{"contact-exchange", "contact/phone-words", 2, "", 2, 1, false, false},
	{"contact-exchange", "contact/phone-split", 3, "", 2, 1, false, false},
	{"contact-exchange", "contact/phone-mixed", 3, "", 1, 2, false, false},
	{"contact-exchange", "contact/handle", 1, "", 3, 2, false, false},
	{"contact-exchange", "contact/site", 2, "", 1, 3, false, false},
	{"contact-exchange", "contact/elsewhere", 2, "", 2, 2, false, false},
	{"contact-exchange", "contact/pay-outside", 2, "", 3, 1, false, false},
	{"contact-exchange", "contact/takes-number", 3, "", 2, 1, false, false},
	{"contact-exchange", "contact/hint", 3, "", 2, 1, false, false},
	{"contact-exchange", "contact/confusable", 3, "", 1, 2, false, false},
	{"contact-exchange", "contact/address", 2, "", 1, 1, false, false},

	{"courtesy", "courtesy/insult", 1, "", 2, 1, false, false},
	{"courtesy", "courtesy/contempt", 3, "", 1, 2, false, false},
	{"courtesy", "courtesy/swear", 2, "", 1, 1, false, false},
	{"courtesy", "courtesy/threat", 2, "", 1, 1, false, false},
	{"courtesy", "courtesy/cold", 3, "", 1, 3, false, false},

	{"battles", "battles/client", 1, "", 2, 1, false, false},
	{"battles", "battles/colleague", 2, "", 2, 2, true, false},
	{"battles", "battles/visit", 1, "", 2, 1, true, true},

	{"community-respect", "respect/ripoff", 1, "", 2, 1, false, false},
	{"community-respect", "respect/staff", 1, "", 1, 2, false, false},
	{"community-respect", "respect/public", 2, "", 1, 2, false, false},
	{"community-respect", "respect/members", 3, "", 1, 1, false, false},

	{"confidentiality", "conf/named", 1, "", 2, 1, false, false},
	{"confidentiality", "conf/detail", 3, "", 1, 2, false, false},
	{"confidentiality", "conf/paste", 2, "", 1, 1, false, false},
	{"confidentiality", "conf/visit", 2, "counsel spirit coach", 1, 1, true, true},

	{"expertise", "expertise/garden-medicine", 1, "garden", 1, 2, false, false},
	{"expertise", "expertise/spirit-medicine", 1, "spirit", 1, 2, false, false},
	{"expertise", "expertise/coach-law", 2, "coach", 1, 1, false, false},
	{"expertise", "expertise/pets-medicine", 2, "pets", 1, 1, false, false},
	{"expertise", "expertise/tech-tax", 2, "tech", 1, 1, false, false},
	{"expertise", "expertise/style-psych", 2, "style", 1, 1, false, false},

	{"ratings", "ratings/solicit", 1, "", 2, 3, false, false},
	{"ratings", "ratings/bribe", 1, "", 1, 2, false, false},
	{"ratings", "ratings/pressure", 2, "", 1, 1, false, false},

	{"copyright", "copyright/paste", 1, "garden spirit counsel tutor style", 2, 1, false, false},

	{"mensch", "mensch/grief-upsell", 2, "spirit counsel", 1, 2, false, false},
	{"mensch", "mensch/curse", 1, "spirit", 2, 1, false, false},
	{"mensch", "mensch/dependency", 2, "counsel", 1, 2, false, false},
	{"mensch", "mensch/loan", 2, "coach counsel spirit", 1, 1, false, false},

	{"misrepresentation", "misrep/doctor", 2, "counsel coach pets", 1, 1, false, false},
	{"misrepresentation", "misrep/no-degree", 2, "law money tutor", 1, 1, false, false},
}

var decoyParts = []struct {
	guideline, plot, files, note string
	experts, times               int
}{
	{"contact-exchange", "decoy/client-number", "", "the client posts a contact, the expert declines", 9, 1},
	{"contact-exchange", "decoy/hotline", "counsel", "a crisis line", 4, 1},
	{"contact-exchange", "decoy/poison", "pets health", "a poison line", 3, 1},
	{"contact-exchange", "decoy/platform-link", "", "a link into the platform", 6, 1},
	{"contact-exchange", "decoy/number-tech", "tech", "a serial or tracking number", 2, 1},
	{"contact-exchange", "decoy/number-law", "law", "a case or claim number", 2, 1},
	{"contact-exchange", "decoy/number-money", "money", "an invoice or reference number", 2, 1},
	{"contact-exchange", "decoy/number-style", "style", "an order or tracking number", 2, 1},
	{"contact-exchange", "decoy/measures-garden", "garden", "measures and dates", 3, 1},
	{"contact-exchange", "decoy/measures-tech", "tech", "addresses, versions and error codes", 3, 1},
	{"contact-exchange", "decoy/measures-law", "law", "paragraphs, dockets and dates", 3, 1},
	{"contact-exchange", "decoy/measures-arts", "arts", "sizes and settings", 2, 1},
	{"contact-exchange", "decoy/declines-pay", "", "the expert declines payment outside", 5, 1},
	{"courtesy", "decoy/rage", "law tech money garden pets style", "the client rages, the expert stays calm", 9, 1},
	{"courtesy", "decoy/quoted-insult", "counsel coach law", "an insult is quoted, not made", 5, 1},
	{"courtesy", "decoy/self-mock", "", "the expert scolds themself", 7, 1},
	{"community-respect", "decoy/client-complains", "", "the client complains about the platform", 6, 1},
	{"community-respect", "decoy/fair-critic", "", "fair and polite criticism", 5, 1},
	{"confidentiality", "decoy/generic-clients", "", "nobody can be known from it", 9, 1},
	{"confidentiality", "decoy/own-family", "", "the expert's own family", 6, 1},
	{"expertise", "decoy/not-my-field", "", "the expert says it is not their field", 8, 1},
	{"ratings", "decoy/feedback", "", "asks for an honest rating, whatever it is", 7, 1},
	{"copyright", "decoy/copyright-talk", "arts law", "talks about the sign", 4, 1},
	{"mensch", "decoy/spend-less", "spirit counsel", "tells the client to spend less", 3, 1},
}

// caster hands out roles, each expert one unless a role says otherwise.
type caster struct {
	w *world
	r stream
}

// take finds n experts without a role in the named clusters.
func (k caster) take(n int, files string, fits func(*person) bool) []*person {
	var out []*person
	order := k.r.Perm(len(k.w.people))
	for _, i := range order {
		p := k.w.people[i]
		if len(out) == n {
			break
		}
		if p.reserved || files != "" && !slices.Contains(words(files), p.cluster.file) || fits != nil && !fits(p) {
			continue
		}
		p.reserved = true
		p.want = max(p.want, 5)
		out = append(out, p)
	}
	return out
}

// colleague finds another expert of the cluster.
func (k caster) colleague(p *person) *person {
	for {
		q := pick(k.r, k.w.people)
		if q != p && q.cluster == p.cluster && !q.reserved {
			return q
		}
	}
}

// castRoles decides who breaks what.
func (w *world) castRoles() error {
	k := caster{w: w, r: w.stream("roles")}
	k.accounts()
	k.profileRoles()
	k.photoRoles()
	k.ratingRoles()
	k.attendanceRoles()
	for _, pt := range parts {
		if w.lib.plots[pt.plot] == nil {
			return fmt.Errorf("no plot %q", pt.plot)
		}
		for _, p := range k.take(pt.experts, pt.files, nil) {
			k.assign(p, pt)
			if pt.plot == "battles/client" {
				again := pt
				again.plot = "battles/client-again"
				k.assign(p, again)
				p.plots[len(p.plots)-1].given["again"] = "yes"
			}
		}
	}
	k.answers()
	k.stopped()
	// Some break a second rule as well.
	for _, extra := range []struct{ who, plot string }{
		{"mensch", "contact/pay-outside"},
		{"mensch", "ratings/solicit"},
		{"contact-exchange", "respect/ripoff"},
		{"courtesy", "contact/handle"},
		{"ratings", "contact/elsewhere"},
		{"confidentiality", "courtesy/contempt"},
	} {
		p := k.guilty(extra.who)
		for _, pt := range parts {
			if p != nil && pt.plot == extra.plot {
				pt.times = 1
				k.assign(p, pt)
			}
		}
	}
	for _, d := range decoyParts {
		if w.lib.plots[d.plot] == nil {
			return fmt.Errorf("no plot %q", d.plot)
		}
		for range d.experts {
			p := k.anybody(d.files)
			dd := w.seems(p, d.guideline, d.plot, d.note)
			a := &assignment{script: w.lib.plots[d.plot], deed: dd, given: slots{}}
			a.tune(k.r)
			p.plots = append(p.plots, a)
			p.want = max(p.want, 4)
		}
	}
	taken := map[string]bool{}
	for _, p := range w.people {
		for taken[strings.ToLower(p.screen)] {
			p.screen += fmt.Sprint(k.r.between(2, 9))
		}
		taken[strings.ToLower(p.screen)] = true
	}
	return nil
}

// assign lets an expert play a part, in as many chats as it asks for.
func (k caster) assign(p *person, pt part) {
	d := k.w.did(p, pt.guideline, pt.plot, pt.subtlety)
	for range pt.times {
		a := &assignment{script: k.w.lib.plots[pt.plot], deed: d, given: slots{}}
		if pt.rival {
			q := k.colleague(p)
			if len(d.Others) > 0 {
				q = k.w.byID[d.Others[0]]
			} else {
				d.Others = append(d.Others, q.id)
			}
			a.given["rival"] = q.screen
			if pt.visit {
				a.partner = q
			}
		}
		a.tune(k.r)
		p.plots = append(p.plots, a)
	}
}

// tune sets what the whole chat must know of its plot.
func (a *assignment) tune(r stream) {
	for _, c := range a.script.choices {
		switch c.name {
		case "mood":
			a.given["mood"] = pick(r, c.values)
		case "happy":
			a.given["happy"] = "yes"
		}
	}
}

func (k caster) guilty(guideline string) *person {
	var all []*person
	for _, d := range k.w.deeds {
		if d.Guideline == guideline && !d.innocent && len(d.who.plots) > 0 && len(d.who.plots) < 3 {
			all = append(all, d.who)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(k.r, all)
}

// anybody finds somebody for a decoy, guilty of something else or not.
func (k caster) anybody(files string) *person {
	for {
		p := pick(k.r, k.w.people)
		if (files == "" || slices.Contains(words(files), p.cluster.file)) && len(p.plots) < 3 && p.slow == nil && p.gone == nil && p.until == nil {
			return p
		}
	}
}

// answers lets experts hand on long answers: others', their own, and quoted.
func (k caster) answers() {
	play := func(p *person, d *deed, text, plot string) {
		a := &assignment{script: k.w.lib.plots[plot], deed: d, given: slots{"paragraph": text}}
		if d.Kind == "plagiarism/answer" {
			a.given["when"] = "late"
		} else {
			a.given["when"] = "early"
		}
		p.plots = append([]*assignment{a}, p.plots...)
	}
	n := 0
	for _, file := range words("spirit tech") {
		text := k.w.lib.pools["paragraphs."+file][0]
		two := k.take(2, file, nil)
		if len(two) < 2 {
			continue
		}
		// The author says it first and often: no finding, their own words.
		author := k.w.seems(two[0], "plagiarism", "decoy/own-answer", "the author's own words, used again")
		for range 2 {
			play(two[0], author, text, "copy/answer")
		}
		two[0].want = max(two[0].want, 8)
		d := k.w.did(two[1], "plagiarism", "plagiarism/answer", 1+n)
		d.Others, d.Source = []string{two[0].id}, two[0].id+"/answers"
		if n == 1 { // with some words changed
			text = strings.NewReplacer("Think of", "I always think of", "The first kind needs nothing.", "For the first kind you do nothing at all.",
				"break your heart", "make you cry", "drive that you plug in", "disk you connect", "put back in a drawer", "lay back in the drawer",
				"far from your house", "away from home").Replace(text)
		}
		play(two[1], d, text, "copy/answer")
		n++
	}
	for _, file := range words("garden coach") {
		p := k.anybody(file)
		text := k.w.lib.pools["paragraphs."+file][0]
		if file == "garden" {
			text = `There's a passage on that in Oda Ferrin's "Wet Feet", page 31, I quote: "` + text + `"`
			play(p, k.w.seems(p, "plagiarism", "decoy/quote", "quoted, with its source"), text, "copy/quote")
			continue
		}
		d := k.w.seems(p, "plagiarism", "decoy/own-answer", "the author's own words, used again")
		for range 3 {
			play(p, d, text, "copy/answer")
		}
		p.want = max(p.want, 8)
	}
}

// contacts are the ways to reach an expert, written in the ways that people
// use to get them past a filter.
func (w *world) contacts(_ stream, p *person) slots {
	local, host, _ := strings.Cut(p.signals.Email, "@")
	name, _, _ := strings.Cut(host, ".")
	digits := ""
	for _, c := range p.signals.Phone {
		if c >= '0' && c <= '9' {
			digits += string(c)
		}
	}
	national, a, b := digits[1:], 3, 6
	if strings.HasPrefix(digits, "44") {
		national, a, b = "0"+digits[2:], 5, 8
	} else if strings.HasPrefix(digits, "61") {
		national, a, b = "0"+digits[2:], 2, 6
	}
	p1, p2, p3 := national[:a], national[a:b], national[b:]
	phone := p1 + "-" + p2 + "-" + p3
	if p.n%2 == 0 {
		phone = "(" + p1 + ") " + p2 + " " + p3
	}
	spell := func(s string) string {
		var out []string
		for _, c := range s {
			out = append(out, digitWords[c-'0'])
		}
		return strings.Join(out, " ")
	}
	mixed := ""
	for i, c := range national {
		switch i % 4 {
		case 1:
			mixed += " " + digitWords[c-'0'] + " "
		case 3:
			mixed += " " + strings.NewReplacer("0", "O", "1", "l", "5", "S").Replace(string(c)) + " "
		default:
			mixed += string(c)
		}
	}
	wide := ""
	for _, c := range national {
		wide += string('０' + c - '0')
	}
	g, f := plainWord(p.given), plainWord(p.family)
	return slots{
		"email": p.signals.Email, "mailspelled": strings.NewReplacer(".", " dot ", "_", " underscore ").Replace(local) + " at " + name + " dot com",
		"mailbroken": local + " [at] " + name + " (dot) com", "phone": phone, "phonewords": spell(p1) + ", " + spell(p2) + ", " + spell(p3),
		"p1": p1, "p2": p2, "p3": p3, "phonemix": strings.Join(strings.Fields(mixed), " "), "mailwide": wide,
		"mailcyr": strings.NewReplacer("a", "а", "e", "е", "o", "о").Replace(local) + "@" + host,
		"handle":  "@" + g + "." + f[:3] + fmt.Sprint(p.birth%100), "payhandle": "@" + g + "-" + f, "cashtag": "$" + capitalise(g) + capitalise(f[:3]),
		"site": "www." + f + "-" + g + map[string]string{"spirit": "-readings", "garden": "-gardens", "law": "-legal", "tech": "-dev"}[p.cluster.file] + ".com",
	}
}

var digitWords = [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// attendanceRoles casts the slow and the absent.
func (k caster) attendanceRoles() {
	for i, p := range k.take(5, "", nil) {
		p.slow = k.w.did(p, "promptness", "promptness/slow", 1+i%3)
		p.busy = false
		p.want = max(p.want, 7)
		p.to = min(p.from+12, 23)
	}
	for i, p := range k.take(6, "", nil) {
		p.gone = k.w.did(p, "availability", "availability/silent", 1+i%3)
		p.busy = false
		p.want = max(p.want, 7)
	}
	for _, p := range k.take(3, "", nil) {
		p.gone = k.w.seems(p, "availability", "decoy/missed-once", "missed one chat in months")
		p.want = max(p.want, 6)
	}
}

// stopped casts those whom an earlier decision keeps from working.
func (k caster) stopped() {
	for _, e := range earlierSanctions {
		if e.who == "clean" && (e.step == model.StepBan || e.step == model.StepSuspension && e.daysAgo < e.days) {
			p := k.take(1, "", func(p *person) bool { return len(p.plots) == 0 && p.fan == nil })[0]
			p.until, p.accuse = &stop{at: daysAgo(e.daysAgo + 1), step: e.step}, false
		}
	}
}

// born moves a person's age, and what hangs on it.
func (p *person) born(year int) { p.birth = year }

func daysAgo(days int) time.Time { return Base.AddDate(0, 0, -days) }
