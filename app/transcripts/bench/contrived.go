package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"mensch/app/scores"
	"mensch/app/transcripts"
)

// contrived is a conversation that was made up: messages of an expert's, and
// whether a way to be reached stands in them.
type contrived struct {
	class string
	texts []string
	move  bool // no contact, but a wish to go on elsewhere
	want  bool
}

// maker makes up contacts, disguises and harmless talk from a seed.
type maker struct{ *rand.Rand }

func pick[T any](m maker, list []T) T { return list[m.IntN(len(list))] }

func (m maker) say(list string) string { return pick(m, strings.Split(list, "|")) }

// digits are those of a North American number that could be dialled.
func (m maker) digits() string {
	area := pick(m, []string{"415", "212", "605", "312", "713", "206", "917", "646", "305", "202", "718", "404", "503", "602"})
	return area + fmt.Sprintf("%d%02d%04d", 2+m.IntN(8), m.IntN(100), m.IntN(10000))
}

var numerals = map[string][]string{
	"en": strings.Fields("zero one two three four five six seven eight nine"),
	"de": strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun"),
	"es": strings.Fields("cero uno dos tres cuatro cinco seis siete ocho nueve"),
	"fr": strings.Fields("zéro un deux trois quatre cinq six sept huit neuf"),
	"pt": strings.Fields("zero um dois três quatro cinco seis sete oito nove"),
	"it": strings.Fields("zero uno due tre quattro cinque sei sette otto nove"),
	"nl": strings.Fields("nul een twee drie vier vijf zes zeven acht negen"),
}

func numeral(lang string, d byte) string { return numerals[lang][d-'0'] }

// each gives every digit its own form, with a sign between them.
func eachDigit(d, sep string, form func(byte) string) string {
	out := make([]string, len(d))
	for i := range len(d) {
		out[i] = form(d[i])
	}
	return strings.Join(out, sep)
}

func asDigit(d byte) string { return string(d) }

// grouped writes a number in groups of three, three and four.
func grouped(d, sep string) string { return d[:3] + sep + d[3:6] + sep + d[6:] }

// phoneForms are ways to write a number so that it is read by people.
var phoneForms = []struct {
	name string
	do   func(maker, string) string
}{
	{"grouped by signs", func(m maker, d string) string {
		return grouped(d, pick(m, []string{" ", "-", ".", "/", " - ", " . ", "_", "*", "~", " * ", "·", "–", " / ", "  "}))
	}},
	{"in brackets", func(m maker, d string) string {
		return pick(m, []string{"(" + d[:3] + ") " + d[3:6] + "-" + d[6:], "(" + d[:3] + ")" + d[3:], "[" + d[:3] + "] " + d[3:6] + " " + d[6:], "(" + d[:3] + ")-(" + d[3:6] + ")-(" + d[6:] + ")", "{" + d[:3] + "} " + d[3:6] + "-" + d[6:]})
	}},
	{"digits apart", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{" ", "-", ".", ",", "  ", " . ", "_", "/", "*", "~", "|", " - ", "…"}), asDigit)
	}},
	{"digits in brackets", func(m maker, d string) string {
		form := pick(m, []string{"(%c)", "[%c]", "{%c}", "<%c>", "'%c'", "\"%c\" "})
		return eachDigit(d, pick(m, []string{"", " ", "-"}), func(b byte) string { return fmt.Sprintf(form, b) })
	}},
	{"signs and emoji between", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{"🙂", "★", "•", " ♥ ", "→", "✨"}), asDigit)
	}},
	{"words", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{" ", "-", ", ", ". ", " . ", "_", "/"}), func(b byte) string { return numeral("en", b) })
	}},
	{"words in capitals", func(m maker, d string) string {
		return strings.ToUpper(eachDigit(d, " ", func(b byte) string { return numeral("en", b) }))
	}},
	{"words without spaces", func(m maker, d string) string {
		return eachDigit(d, "", func(b byte) string { return numeral("en", b) })
	}},
	{"words and digits", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{" ", "-", "", ".", " . "}), func(b byte) string {
			if m.IntN(2) == 0 {
				return numeral("en", b)
			}
			return string(b)
		})
	}},
	{"words with their letters apart", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{" . ", " - ", "  ", ", "}), func(b byte) string {
			if m.IntN(3) == 0 {
				return string(b)
			}
			return apart(numeral("en", b))
		})
	}},
	{"words in other languages", func(m maker, d string) string {
		lang := pick(m, []string{"de", "es", "fr", "pt", "it", "nl"})
		return eachDigit(d, pick(m, []string{" ", ", ", "-"}), func(b byte) string { return numeral(lang, b) })
	}},
	{"words spelled oddly", func(m maker, d string) string {
		odd := []string{"zer0", "0ne", "tw0", "thr33", "f0ur", "f1ve", "s1x", "s3ven", "e1ght", "n1ne"}
		return eachDigit(d, pick(m, []string{" ", "-"}), func(b byte) string {
			if m.IntN(3) > 0 {
				return odd[b-'0']
			}
			return numeral("en", b)
		})
	}},
	{"words misspelled", func(m maker, d string) string {
		bad := []string{"zeroo", "onee", "twoo", "thre", "foure", "fiive", "sixx", "sevn", "eigth", "nien"}
		return eachDigit(d, " ", func(b byte) string {
			if m.IntN(4) == 0 {
				return bad[b-'0']
			}
			return numeral("en", b)
		})
	}},
	{"tens", func(m maker, d string) string {
		return pair(d[0:1]) + " " + pair(d[1:3]) + ", " + pair(d[3:4]) + " " + pair(d[4:6]) + ", " + pair(d[6:8]) + " " + pair(d[8:10])
	}},
	{"double and triple", func(m maker, d string) string {
		var out []string
		for i := 0; i < len(d); {
			n := 1
			for i+n < len(d) && d[i+n] == d[i] && n < 3 {
				n++
			}
			w := numeral("en", d[i])
			if m.IntN(3) == 0 {
				w = string(d[i])
			}
			out = append(out, []string{"", "double ", "triple "}[n-1]+w)
			i += n
		}
		return strings.Join(out, " ")
	}},
	{"look-alike letters", func(m maker, d string) string {
		like := []string{"oO", "lI", "zZ", "E3", "A4", "S5", "6G", "7T", "B8", "9g"}
		g := grouped(d, pick(m, []string{"-", " ", "."}))
		var b strings.Builder
		for i := range len(g) {
			if g[i] >= '0' && g[i] <= '9' && strings.IndexByte("015", g[i]) >= 0 {
				b.WriteByte(like[g[i]-'0'][m.IntN(2)])
				continue
			}
			b.WriteByte(g[i])
		}
		return b.String()
	}},
	{"other digits", func(m maker, d string) string {
		zero := pick(m, []rune{'０', '٠', '०', '𝟎', '𝟶', '𝟘', '০', '๐'})
		return eachDigit(grouped(d, " "), "", func(b byte) string {
			if b < '0' {
				return string(b)
			}
			return string(zero + rune(b-'0'))
		})
	}},
	{"circled and raised digits", func(m maker, d string) string {
		set := []rune(pick(m, []string{"⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉", "⓿❶❷❸❹❺❻❼❽❾"}))
		return eachDigit(d, "", func(b byte) string { return string(set[b-'0']) })
	}},
	{"keycaps", func(m maker, d string) string {
		return eachDigit(d, pick(m, []string{"", " "}), func(b byte) string { return string(b) + "\ufe0f\u20e3" })
	}},
	{"with words between", func(m maker, d string) string {
		return pick(m, []string{
			grouped(d, " then "), grouped(d, " and then "), grouped(d, " dash "), grouped(d, " dot "), grouped(d, " space "),
			"area code " + d[:3] + " then " + d[3:6] + " and " + d[6:], d[:3] + " followed by " + d[3:6] + " followed by " + d[6:], d[:3] + " first, " + d[3:6] + " next, " + d[6:] + " last",
		})
	}},
	{"a digit a line", func(m maker, d string) string { return eachDigit(d, "\n", asDigit) }},
	{"glued to words", func(m maker, d string) string {
		return pick(m, []string{"call" + d + "now", "call" + d, "txt" + d, "cell:" + d, "ph#" + d, "number=" + d})
	}},
	{"with a country", func(m maker, d string) string {
		return pick(m, []string{"+1" + d, "+1 " + grouped(d, " "), "001 " + grouped(d, " "), "1-" + grouped(d, "-"), "+1 (" + d[:3] + ") " + d[3:6] + "-" + d[6:], "plus one " + grouped(d, " "), "(+1)" + d})
	}},
	{"no signs", func(m maker, d string) string { return d }},
}

var (
	ones  = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tenth = strings.Fields("x x twenty thirty forty fifty sixty seventy eighty ninety")
)

// pair says one or two digits as people do: "twenty six", "oh five".
func pair(d string) string {
	switch {
	case len(d) == 1:
		return ones[d[0]-'0']
	case d[0] == '0':
		return "oh " + ones[d[1]-'0']
	case d[0] == '1':
		return ones[10+d[1]-'0']
	case d[1] == '0':
		return tenth[d[0]-'0']
	}
	return tenth[d[0]-'0'] + " " + ones[d[1]-'0']
}

var (
	firsts = strings.Fields("jane maria anna lena sofia carla emma nina laura julia tom peter marco luis jonas felix oliver david")
	lasts  = strings.Fields("doe miller schmidt garcia rossi dubois silva novak larsen okafor tanaka haddad fischer moreau")
	hosts  = []string{"gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "gmx.de", "web.de", "protonmail.com", "yahoo.co.uk", "aol.com", "live.com", "orange.fr", "libero.it"}
)

func (m maker) user() string {
	a, b := pick(m, firsts), pick(m, lasts)
	return pick(m, []string{a + b, a + "." + b, a + "_" + b, a + b + fmt.Sprint(10+m.IntN(89)), a + fmt.Sprint(1970+m.IntN(35)), a[:1] + b, a + "." + b + fmt.Sprint(m.IntN(99))})
}

// mailForms are ways to write a mail address.
var mailForms = []struct {
	name string
	do   func(m maker, user, host string) string
}{
	{"plain", func(m maker, u, h string) string { return u + "@" + h }},
	{"spaces", func(m maker, u, h string) string { return u + " @ " + strings.ReplaceAll(h, ".", " . ") }},
	{"at and dot", func(m maker, u, h string) string {
		return dots(m, u, false) + pick(m, []string{" at ", " AT ", " (at) ", "(at)", "[at]", " [at] ", "{at}", " -at- ", "*at*", " ( at ) "}) + dots(m, h, true)
	}},
	{"at and dot, no spaces", func(m maker, u, h string) string {
		return u + pick(m, []string{"AT", "(a)", "[a]", "_at_", "-at-"}) + strings.ReplaceAll(h, ".", pick(m, []string{"DOT", "(dot)", "[.]", "_dot_", "-dot-"}))
	}},
	{"other languages", func(m maker, u, h string) string {
		w := pick(m, [][2]string{{"arroba", "punto"}, {"ät", "punkt"}, {"arobase", "point"}, {"arroba", "ponto"}, {"chiocciola", "punto"}, {"apenstaartje", "punt"}, {"at", "punkt"}})
		return u + " " + w[0] + " " + strings.ReplaceAll(h, ".", " "+w[1]+" ")
	}},
	{"wrong signs", func(m maker, u, h string) string {
		return u + pick(m, []string{"@" + strings.ReplaceAll(h, ".", ","), "@" + strings.ReplaceAll(h, ".", " "), " @" + h, "@ " + h, "＠" + strings.ReplaceAll(h, ".", "．"), "﹫" + h, "@" + strings.ReplaceAll(h, ".", "·"), "@" + strings.ReplaceAll(h, ".", "。")})
	}},
	{"letters apart", func(m maker, u, h string) string {
		return apart(u) + pick(m, []string{" @ ", " at "}) + apart(h)
	}},
	{"the provider alone", func(m maker, u, h string) string {
		p, _, _ := strings.Cut(h, ".")
		return pick(m, []string{u + " at " + p, u + "@" + p, u + " (" + p + ")", "my " + p + " is " + u, p + ": " + u, u + " on " + p})
	}},
	{"look-alike letters", func(m maker, u, h string) string {
		return strings.Map(func(r rune) rune {
			if x, ok := twins[r]; ok && m.IntN(2) == 0 {
				return x
			}
			return r
		}, u+"@"+h)
	}},
}

// apart sets the characters of a text apart.
func apart(s string) string { return strings.Join(strings.Split(s, ""), " ") }

// twins are Cyrillic letters that look like Latin ones.
var twins = map[rune]rune{'a': 'а', 'c': 'с', 'e': 'е', 'o': 'о', 'p': 'р', 'x': 'х', 'y': 'у', 'i': 'і'}

func dots(m maker, s string, host bool) string {
	w := pick(m, []string{" dot ", " DOT ", " (dot) ", ".", " . "})
	if host && w == "." {
		w = " dot "
	}
	return strings.ReplaceAll(s, ".", w)
}

var phoneCarriers = []string{
	"you can reach me at %s|my number is %s|call me on %s tonight|text %s|here is my cell: %s|%s is my number|just ring %s, I am there until nine|whatsapp %s|my phone %s if anything comes up|so if you need me again it is %s|for next time: %s|ok here goes: %s, ask for me",
	"mein Handy ist %s|ruf mich an unter %s|meine Nummer: %s",
	"mi número es %s|llámame al %s|escríbeme al %s",
	"mon numéro est le %s|appelez-moi au %s",
	"meu número é %s|me liga no %s",
}

const mailCarriers = "write to %s|my email is %s|you can mail me: %s|send it to %s please|email: %s|meine Mail ist %s|mi correo es %s|mon mail: %s|contact me on %s|it is %s and I answer the same day"

var handleForms = []string{
	"my insta is %s|IG: %s|ig %s|insta - %s|follow me on instagram @%s|instagram.com/%s|find me on insta, %s|look for %s on instagram|I'm %s on insta|my 1nsta is %s|my inst@ is @%s|%s (instagram)",
	"telegram: %s|tg @%s|my telegram is @%s|t.me/%s|find me on tele gram as %s|on telegram I am %s|write me on telegram: %s|Telegram → %s",
	"my skype is %s|skype: %s|skype id %s|skype live:%s|add me on skype (%s)|on skype I'm called %s",
	"snap: %s|my snapchat is %s|add me on snap - %s|kik me: %s|my kik is %s|wechat id: %s|my wechat is %s|viber: %s|discord: %s|my discord is %s|line id %s|facebook.com/%s|my fb is %s|twitter @%s|linkedin.com/in/%s|signal username %s|zoom me, my id is %s",
}

// moves are wishes to go on elsewhere, without a contact in them.
const moves = "let's continue this on whatsapp|can we move to telegram?|I would rather talk outside of this site, it is cheaper for us both|message me on instagram, it is easier|add me on facebook and we can go on there|could we talk on the phone instead, off the platform|give me your number and I will call you|what is your email? I can send you the rest|book me directly next time, it costs half|pay me through paypal and we skip the fees|let us take this offline|text me instead, the site takes too much|do you have whatsapp?|do you use telegram? we could talk there|I'll give you a discount if you come to me directly|you can find me on google, just search my name|we can meet at my office, no need to pay here|send me your number so we can stay in touch|lass uns auf WhatsApp weiterschreiben|schreib mir lieber auf Telegram|gib mir deine Nummer, dann rufe ich dich an|hast du WhatsApp?|escríbeme por whatsapp|dame tu número y te llamo|hablemos fuera de esta página|mejor seguimos por telegram|on continue sur whatsapp ?|donnez-moi votre numéro|écris-moi sur instagram|appelle-moi directement, c'est moins cher|me chama no whatsapp|me passa seu número|vamos continuar no telegram"

// harmlessTalk is what experts say with numbers, signs and names in it. A # in
// it stands for a digit.
const harmlessTalk = `It will cost about $#,### and take ## days.|The total is ###.## euros, with 19 % VAT.|Take ### mg twice a day, never more than #### mg in 24 hours.|Your appointment is on 2026-0#-1# at 1#:30.|I was born in 19## and have worked since 20##.|Section ## of the act, paragraph #, subsection (#) applies.|See article ###-#, and § ### BGB.|Order number ###-#######-####### has shipped.|Your tracking number is 1Z###W########.|Invoice 2026-####-## is still open.|ISBN 978-0-###-#####-# is the book I mean.|Version #.##.# fixes that; #.##.# did not.|The room is #.# by #.# metres, so ##.# square metres.|At ##.####, -##.#### you see the house.|They won 3:2 after 1:1.|Ten of pentacles, nine of cups, and the seven of swords.|Number seven in your chart, then two, four and nine.|Your life path is 1+9+8+5 = 23, and 2+3 = 5.|one two three four five six seven eight nine ten, breathe out|Count to four, hold for seven, breathe out for eight.|Beat three eggs, add two cups of flour, one of sugar and half a cup of milk.|In 1776, 1812 and 1861 it was the same.|From 2004 to 2011 I lived there.|The part number is ####-###-##.|Error code 0x8007####, then restart.|IP 192.168.#.1#, mask 255.255.255.0, port 8080.|git checkout 4f#a#b#c; it was fixed in #####.|Use a 10 mm drill, a 2x4, and screws of 4.5 x 60.|My blood pressure was 120/80, then 135/90, and 128/84.|A score of 720, 745 or 760 is good.|I paid 12,50 then 13,20 and 14,99.|Flight LH ### leaves at 0#:45 from gate B##.|Room 4##, bed #, ward 1#.|It is about 1 in 10,000, or 0.01 percent.|Mix 1 part to 3 parts, wait 15 min, 2 times.|The loan is ###,### over 30 years at #.# %.|Form 1040, line 37, schedule C.|Chapter 12, verses 4 to 9.|Ship it in 3-5 days, or 7-10 by sea.|at home I have two dogs. Commonly they bark at 3 or 4.|Meet them at noon and dot the i's.|I will look at it. Income is the first question.|Look at the chart: Venus at 12 degrees, Mars at 27.|We can talk about it tomorrow on here.|Use the chat here, the platform does not allow phone calls.|I can't give you my number, that is against the rules.|I'm not allowed to exchange contacts, sorry.|Call your doctor if the fever is over 39.5.|Call 911 if it gets worse.|The crisis line is 988, or text HOME to 741741.|You can reach the Samaritans at 116 123.|Ask the court for form 27 by the 14th.|Text your sister and tell her.|Did you email the landlord? What did the email say?|Put WhatsApp on mute when you study.|He blocked me on Instagram, what does that mean?|My ex texts me on Snapchat at 3 am.|She wrote on Facebook that it is over.|Skype uses port 443, Zoom 8801 to 8810.|The signal is weak, so the line drops.|The address on the form is the landlord's.|Write down three things at night, for seven days.|Is the street sloped? Then water runs to the house.|Turn left at the second light.|The king of hearts, 3 of spades, 10 of clubs, 4 of diamonds, 2 of hearts|Row 1: 2 4 6 8, row 2: 3 6 9 12, row 3: 4 8 12 16|Knit 2, purl 2, repeat 5 times; cast on 48, 56, 64 stitches.|Bus 12 to 45th, then the 7.|The dose is 5-10 ml, 3-4 times, for 7-10 days.|Our hours: Mon-Fri 9-5, Sat 10-2.|A1C was 6.1, 5.9, 5.7 and 5.8 since 2019.|Model WH-1000XM4, serial S01-#######-#, made 2021.|Use RGB 255, 128, 64 or #ff8040.|pH 6.5, EC 1.2, 24 C, humidity 55 to 60.|The code is in foo.bar.baz and utils.py, line 120.|e.g. node.js, asp.net, vue.js|I'd say 50/50, or 60-40.|Sun in the 12th house, moon in the 4th, both at 22.|I charge $#.## a minute here.|¥1,200, £9.99, 45 €, 300 kr`

// made gives n contrived conversations of each class.
func made(seed uint64, n int) []contrived {
	m := maker{rand.New(rand.NewPCG(seed, 41))}
	var out []contrived
	carrier := func() string {
		if m.IntN(4) > 0 {
			return m.say(phoneCarriers[0])
		}
		return m.say(pick(m, phoneCarriers))
	}
	for _, f := range phoneForms {
		for range n {
			out = append(out, contrived{class: "phone: " + f.name, texts: []string{fmt.Sprintf(carrier(), f.do(m, m.digits()))}, want: true})
		}
	}
	for _, f := range mailForms {
		for range n {
			out = append(out, contrived{class: "mail: " + f.name, texts: []string{fmt.Sprintf(m.say(mailCarriers), f.do(m, m.user(), pick(m, hosts)))}, want: true})
		}
	}
	for range 4 * n {
		out = append(out, contrived{class: "handles", texts: []string{fmt.Sprintf(m.say(pick(m, handleForms)), m.user())}, want: true})
	}
	for _, s := range strings.Split(moves, "|") {
		out = append(out, contrived{class: "going elsewhere", texts: []string{s}, want: true, move: true})
	}
	for range 3 * n {
		out = append(out, contrived{class: "split over messages", texts: m.split(), want: true})
	}
	for range n {
		out = append(out, contrived{class: "street addresses", texts: []string{fmt.Sprintf(m.say("come to my office at %s|my practice is at %s|I live at %s, come by|you find me at %s|visit me: %s"), m.street())}, want: true})
		out = append(out, contrived{class: "bank and crypto accounts", texts: []string{fmt.Sprintf(m.say("send it to %s|pay to %s please|my account: %s"), m.account())}, want: true})
	}
	for range 3 {
		for _, s := range strings.Split(harmlessTalk, "|") {
			out = append(out, contrived{class: "harmless talk", texts: []string{m.fill(s)}})
		}
	}
	return out
}

// fill puts a digit in the place of each # but that before a colour.
func (m maker) fill(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '#' && (i+1 >= len(b) || b[i+1] != 'f') {
			b[i] = byte('1' + m.IntN(9))
		}
	}
	return string(b)
}

// split spreads a number over two to four messages, with other words around it.
func (m maker) split() []string {
	d := m.digits()
	var cuts []string
	switch m.IntN(4) {
	case 0:
		cuts = []string{d[:3], d[3:6], d[6:]}
	case 1:
		cuts = []string{d[:3], d[3:]}
	case 2:
		cuts = []string{d[:4], d[4:7], d[7:]}
	case 3:
		cuts = []string{d[:3], d[3:6], d[6:8], d[8:]}
	}
	words := m.IntN(3) == 0
	for i, c := range cuts {
		if words {
			cuts[i] = eachDigit(c, " ", func(b byte) string { return numeral("en", b) })
		}
	}
	cuts[0] = m.say("my number is |ok so |first part: |call me: ||I looked at your chart again and there is a lot to say about it, so better we talk by phone, my number starts with |it begins with ") + cuts[0]
	for i := 1; i+1 < len(cuts); i++ {
		cuts[i] = m.say("|then |next |and ||") + cuts[i]
	}
	last := len(cuts) - 1
	cuts[last] = m.say("|and |last bit |end: ||then ") + cuts[last] + m.say("||||. that is all, call me any time after six and we talk as long as you like| :)")
	return cuts
}

func (m maker) street() string {
	n := fmt.Sprint(1 + m.IntN(900))
	return pick(m, []string{
		n + " " + m.say("Baker|Elm|Maple|Lincoln|Hill|Park|King|Church") + " " + m.say("Street|St.|Avenue|Ave|Road|Rd|Lane|Drive|Blvd|Court"),
		m.say("Haupt|Garten|Schiller|Bahnhof|Linden") + m.say("straße|str.|weg|gasse|allee") + " " + n,
		n + " " + m.say("rue de la Paix|rue Victor Hugo|avenue Foch|boulevard Voltaire"),
		m.say("Calle Mayor|Avenida del Sol|Calle de Alcalá|Via Roma|Rua Augusta|Viale Mazzini") + " " + n,
		"P.O. Box " + n,
	})
}

func (m maker) account() string {
	return pick(m, []string{"GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "NL91 ABNA 0417 1643 00", "ES9121000418450200051332"})
}

// outcome is what was found of one class.
type outcome struct {
	scores.Counts
	name     string
	harmless bool
	missed   []string // of what was missed, or flagged and harmless
}

// contrive reviews n made-up conversations of each class.
func contrive(r *transcripts.Reader, seed uint64, n int) []outcome {
	var out []outcome
	at := map[string]int{}
	for _, x := range made(seed, n) {
		got := false
		for _, f := range by(r.Review(said(x.texts...)), transcripts.DetectContact) {
			for _, s := range f.Spans {
				got = got || x.move || !x.want || s.Label != "off-platform" && s.Label != "promotion"
			}
		}
		k, ok := at[x.class]
		if !ok {
			k = len(out)
			at[x.class] = k
			out = append(out, outcome{name: x.class, harmless: !x.want})
		}
		out[k].Add(x.want, got)
		if got != x.want && len(out[k].missed) < 3 {
			out[k].missed = append(out[k].missed, strings.Join(x.texts, " / "))
		}
	}
	return out
}
