package community

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// voice is how a person writes: the same thought leaves different hands in
// different words.
type voice struct {
	lower    bool    // sentences begin small
	stop     string  // what ends the last sentence: ".", "" or "!"
	dots     float64 // share of sentence ends that become "..."
	bang     float64 // share of full stops that become "!"
	short    float64 // share of words like "you" that are cut
	formal   bool    // no contractions
	british  bool
	noTicks  bool    // dont, cant, im
	typos    float64 // per word
	emoji    []string
	emojis   float64 // share of messages with one
	dear     []string
	dears    float64
	starters []string
	starts   float64
	split    float64 // share of messages that are cut at a sentence end
	chatty   float64 // how likely optional lines are
	speed    float64 // characters per second
	habits   [][2]string
}

var (
	shortForms = map[string][]string{
		"you": {"u"}, "your": {"ur"}, "are": {"r"}, "please": {"pls", "plz"}, "thanks": {"thx", "thnx"},
		"because": {"cos", "bc", "cuz"}, "though": {"tho"}, "about": {"abt"}, "with": {"w"}, "people": {"ppl"},
		"probably": {"prob", "probs"}, "really": {"rly"}, "tomorrow": {"tmrw", "tomorow"}, "okay": {"ok", "k"},
		"right": {"rite", "right"}, "something": {"smth", "sth"}, "minutes": {"mins", "min"}, "before": {"b4"},
		"definitely": {"def", "definately"}, "going": {"goin"}, "message": {"msg"}, "going to": {"gonna"},
	}
	formalForms = strings.NewReplacer("don't", "do not", "Don't", "Do not", "can't", "cannot", "won't", "will not",
		"isn't", "is not", "aren't", "are not", "doesn't", "does not", "didn't", "did not", "I'm", "I am", "I'd", "I would",
		"I've", "I have", "I'll", "I will", "you're", "you are", "You're", "You are", "you've", "you have", "You've", "You have",
		"you'll", "you will", "it's", "it is", "It's", "It is", "that's", "that is", "That's", "That is", "there's", "there is",
		"There's", "There is", "wouldn't", "would not", "shouldn't", "should not", "couldn't", "could not", "haven't", "have not",
		"they're", "they are", "we'll", "we will", "Let's", "Let us", "wasn't", "was not", "hasn't", "has not")
	britishForms = strings.NewReplacer("color", "colour", "Color", "Colour", "favorite", "favourite", "realize", "realise",
		"apologize", "apologise", "organize", "organise", "recognize", "recognise", "behavior", "behaviour", "neighbor", "neighbour",
		"gray", "grey", "fertilizer", "fertiliser", "honor", "honour", "mold", "mould", "gotten", "got", "faucet", "tap",
		"prioritize", "prioritise", "center ", "centre ", "practicing", "practising", "mom ", "mum ", "catalog ", "catalogue ")
	tickless = strings.NewReplacer("don't", "dont", "can't", "cant", "won't", "wont", "isn't", "isnt", "doesn't", "doesnt",
		"didn't", "didnt", "I'm", "im", "I've", "ive", "it's", "its", "that's", "thats", "wouldn't", "wouldnt", "haven't", "havent",
		"you're", "youre", "couldn't", "couldnt", "I'd", "id", "wasn't", "wasnt", "there's", "theres", "aren't", "arent")
)

// speak puts a text into the voice. Exact text keeps its words and letters:
// only what stands around it changes.
func (v voice) speak(r stream, text string, exact bool) string {
	if !exact {
		if v.formal {
			text = formalForms.Replace(text)
		}
		if v.british {
			text = britishForms.Replace(text)
		}
		for _, h := range v.habits {
			text = replaceWords(text, h[0], h[1])
		}
		if v.noTicks {
			text = tickless.Replace(text)
		}
		text = v.sentences(r, text)
		text = v.respell(r, text)
		if r.chance(v.starts) && len(v.starters) > 0 && len(text) > 24 && joins(text) {
			text = pick(r, v.starters) + " " + uncapitalise(text)
		}
		if r.chance(v.dears) && len(v.dear) > 0 && strings.HasSuffix(text, ".") && len(text) > 20 {
			text = strings.TrimSuffix(text, ".") + ", " + pick(r, v.dear) + "."
		}
	}
	if v.lower {
		text = lowerStarts(text)
	}
	if t := strings.TrimSuffix(text, "."); t != text && !strings.HasSuffix(t, ".") && v.stop != "." {
		text = t + v.stop
	}
	if r.chance(v.emojis) && len(v.emoji) > 0 && !endsInEmoji(text) && !strings.HasSuffix(text, ":") && !strings.HasSuffix(text, ",") {
		text += " " + pick(r, v.emoji)
	}
	return text
}

// synonyms are words for the same; a person prefers one of each pair.
var synonyms = [][2]string{
	{"maybe", "perhaps"},
	{"Maybe", "Perhaps"},
	{"a bit", "a little"},
	{"for instance", "for example"},
	{"For instance", "For example"},
	{"tonight", "this evening"},
	{"right away", "straight away"},
	{"nobody", "no one"},
	{"anybody", "anyone"},
	{"somebody", "someone"},
	{"everybody", "everyone"},
	{"Nobody", "No one"},
	{"Somebody", "Someone"},
	{"Everybody", "Everyone"},
	{"begin with", "start with"},
	{"What's", "What is"},
	{"Who's", "Who is"},
	{"Where's", "Where is"},
	{"Have you got", "Do you have"},
	{"usually", "normally"},
	{"mostly", "mainly"},

	{"I'd say", "I would say"},
	{"Tell me about", "Let me hear about"},
	{"roughly", "more or less"},
	{"honestly", "to be honest"},
	{"each day", "every day"},
	{"at once", "immediately"},
	{"next to", "beside"},
	{"afterwards", "after that"},
	{"every time", "each time"},
	{"a lot of", "plenty of"},
	{"write down", "note down"},
	{"Write down", "Note down"},
	{"children", "kids"},
	{"exactly", "precisely"},
	{"don't have to", "don't need to"},
	{"a couple of", "a few"},
	{"otherwise", "or else"},
	{"certainly", "definitely"},
	{"wonderful", "lovely"},
	{"Wonderful", "Lovely"},
	{"the whole", "the entire"},
}

// habitsOf gives a person their preferred words.
func habitsOf(r stream) [][2]string {
	var out [][2]string
	for _, s := range synonyms {
		switch x := r.Float64(); {
		case x < 0.3:
			out = append(out, s)
		case x < 0.5:
			out = append(out, [2]string{s[1], s[0]})
		}
	}
	return out
}

// replaceWords replaces a phrase where it stands between other words.
func replaceWords(text, from, to string) string {
	for start := 0; ; {
		i := strings.Index(text[start:], from)
		if i < 0 {
			return text
		}
		i += start
		j := i + len(from)
		if (i == 0 || !wordByte(text[i-1])) && (j == len(text) || !wordByte(text[j])) {
			text = text[:i] + to + text[j:]
			start = i + len(to)
		} else {
			start = j
		}
	}
}

func wordByte(c byte) bool {
	return c == '\'' || c == '-' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// leads are what people put in front of something that they said before; the
// first of each kind stand before any sentence.
var (
	questionLeads = []string{
		"One question:", "Quick one:", "Let me ask:", "Another thing:", "What I'd like to know:", "Something else:", "Just checking:",
		"Tell me,", "May I ask,", "Just so I know,", "For me to understand,", "If I may,", "Also,",
	}
	plainLeads = []string{
		"Okay.", "One more thing:", "Another thing:", "Right.", "Good to know:", "Also:", "A thought:", "Alright.",
		"You know,", "Really,", "Mind you,", "Again,", "Just so you know,",
	}
)

// lead begins a text in another way.
func lead(r stream, text string) string {
	leads, free := plainLeads, 8
	if strings.Contains(text, "?") {
		leads, free = questionLeads, 7
	}
	if !joins(text) {
		leads = leads[:free]
	}
	l := pick(r, leads)
	if strings.HasSuffix(l, ".") || strings.HasSuffix(l, ":") {
		return l + " " + text
	}
	return l + " " + uncapitalise(text)
}

var openers = []string{"Hi", "Hello", "Hey", "Well", "So", "Ok", "Good ", "Yes", "No", "Sure", "Thank", "Oh", "Ah", "Right", "Hm", "And ", "But ", "Then ", "I see", "Got it", "Okay", "Alright", "Honestly", "Look", "See"}

// joins reports whether a sentence can follow a word and a comma.
func joins(text string) bool {
	return !startsWithAny(text, openers) && (uncapitalise(text) != text || strings.HasPrefix(text, "I ") || strings.HasPrefix(text, "I'"))
}

func startsWithAny(text string, starts []string) bool {
	for _, s := range starts {
		if strings.HasPrefix(text, s) {
			return true
		}
	}
	return false
}

func endsInEmoji(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r > 0x2000 || strings.HasSuffix(text, ")") && strings.ContainsAny(text[max(0, len(text)-3):], ":;") || strings.HasSuffix(text, ":P")
}

// uncapitalise makes the first letter small unless the word needs its capital.
func uncapitalise(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first == "I" || strings.HasPrefix(first, "I'") || len(first) > 1 && strings.ToUpper(first) == first {
		return s
	}
	if !smallWords[strings.ToLower(strings.TrimRight(first, ",.;:!?'"))] {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// smallWords may begin a sentence without being a name.
var smallWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range words(`a an the this that these those it is are was were do does did don't can could will would should may might
		have has had if when while before after once as at by for from in into of off on out over to up with without about and but or so
		then there here what which who why how where your my our their his her its you we they he she let let's take put keep make get
		give go start stop try use check look write read send ask tell see say think call cut wash leave turn set move add first second
		also just only even most some any no not never always usually sometimes often maybe perhaps probably that's it's what's there's
		you're you'll you've they're we'll don't doesn't isn't sounds one two three four five pick bring plan open close run measure mix
		water feed wait save print keep okay ok thanks great good nice fine sure well right still yet both each every all many lots
		anything something nothing everything people today tonight tomorrow now soon next last how's where's he's she's i'm`) {
		m[w] = true
	}
	return m
}()

func lowerStarts(text string) string {
	var b strings.Builder
	start := true
	for i := 0; i < len(text); {
		if start && unicode.IsLetter(rune(text[i])) {
			rest := uncapitalise(text[i:])
			r, n := utf8.DecodeRuneInString(rest)
			b.WriteRune(r)
			i += n
			start = false
			continue
		}
		c := text[i]
		b.WriteByte(c)
		if (c == '.' || c == '!' || c == '?') && i+1 < len(text) && text[i+1] == ' ' {
			start = true
		} else if c != ' ' {
			start = false
		}
		i++
	}
	return b.String()
}

// sentences changes how the inner sentences end.
func (v voice) sentences(r stream, text string) string {
	if v.dots == 0 && v.bang == 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '.' && (i+1 == len(text) || text[i+1] == ' ') && (i == 0 || text[i-1] != '.') {
			x := r.Float64()
			switch {
			case x < v.dots:
				b.WriteString("...")
				continue
			case x < v.dots+v.bang:
				b.WriteByte('!')
				continue
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// respell cuts words short and mistypes a few.
func (v voice) respell(r stream, text string) string {
	if v.short == 0 && v.typos == 0 {
		return text
	}
	ws := strings.Split(text, " ")
	for i, w := range ws {
		core := strings.TrimRight(w, ".,!?;:")
		tail := w[len(core):]
		if v.short > 0 {
			if f, ok := shortForms[core]; ok && r.chance(v.short) {
				ws[i] = pick(r, f) + tail
				continue
			}
		}
		if len(core) > 4 && v.typos > 0 && r.chance(v.typos) && allLetters(core) {
			ws[i] = mistype(r, core) + tail
		}
	}
	return strings.Join(ws, " ")
}

func allLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// mistype makes one slip of the finger inside a word.
func mistype(r stream, w string) string {
	i := r.between(1, len(w)-2)
	switch r.IntN(4) {
	case 0:
		return w[:i] + w[i+1:]
	case 1:
		return w[:i] + w[i:i+1] + w[i:]
	default:
		return w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:]
	}
}

// expertVoice gives an expert a hand of their own.
func expertVoice(r stream, c cluster, british bool) voice {
	v := voice{
		stop: ".", british: british, chatty: 0.35 + 0.6*r.Float64(), speed: 3.5 + 3.5*r.Float64(),
		split: 0.1 + 0.5*r.Float64(), typos: 0.004 * r.Float64(),
	}
	switch x := r.Float64(); {
	case x < 0.16:
		v.lower, v.stop, v.typos = true, "", 0.012
	case x < 0.30:
		v.formal = true
	case x < 0.48:
		v.bang = 0.3
	case x < 0.60:
		v.dots = 0.3
	case x < 0.68:
		v.short, v.stop, v.typos = 0.5, "", 0.012
	case x < 0.80:
		v.stop = ""
	}
	if len(c.emoji) > 0 && r.chance(0.55) {
		v.emoji = some(r, c.emoji, r.between(1, 3))
		v.emojis = 0.04 + 0.18*r.Float64()
	}
	if r.chance(0.3) && !v.formal {
		v.emoji = append(v.emoji, pick(r, []string{":)", ":-)", ";)", "🙂"}))
		v.emojis = max(v.emojis, 0.06)
	}
	switch c.file {
	case "spirit", "counsel", "style", "pets":
		if r.chance(0.4) {
			v.dear = some(r, []string{"dear", "hun", "my dear", "sweetie", "my friend", "love", "honey"}, r.between(1, 2))
			v.dears = 0.05 + 0.1*r.Float64()
		}
	case "law", "money", "health":
		v.emojis /= 2
	default:
		if r.chance(0.12) {
			v.dear = some(r, []string{"friend", "mate", "buddy", "my friend"}, 1)
			v.dears = 0.05
		}
	}
	v.habits = habitsOf(r)
	if r.chance(0.5) {
		v.starters = some(r, []string{"Well,", "Okay,", "So,", "Right,", "Honestly,", "Alright,", "Ok so", "Look,", "Hm,", "See,"}, r.between(1, 3))
		v.starts = 0.05 + 0.1*r.Float64()
	}
	return v
}

// mood is how a client feels.
type mood string

const (
	calm    mood = "calm"
	anxious mood = "anxious"
	terse   mood = "terse"
	cross   mood = "cross"
	warm    mood = "warm"
)

func clientVoice(r stream) (voice, mood) {
	v := voice{stop: ".", chatty: 0.7, speed: 2.5 + 4*r.Float64(), split: 0.15 + 0.4*r.Float64(), typos: 0.006}
	m := pick(r, []mood{calm, calm, calm, anxious, anxious, terse, terse, cross, warm, warm})
	switch x := r.Float64(); {
	case x < 0.34:
		v.lower, v.stop, v.typos = true, "", 0.02
		v.noTicks = r.chance(0.5)
	case x < 0.48:
		v.lower, v.short, v.stop, v.noTicks, v.typos = true, 0.6, "", true, 0.025
	case x < 0.58:
		v.dots = 0.4
	case x < 0.66:
		v.formal = true
	case x < 0.85:
		v.stop = ""
	}
	v.british = r.chance(0.3)
	if m == warm {
		v.bang, v.emoji, v.emojis = 0.2, []string{":)", "😊", "🙏", "❤️", "!!"}, 0.12
	}
	if m == anxious && r.chance(0.4) {
		v.dots, v.emoji, v.emojis = 0.3, []string{":(", "😟", "😭"}, 0.06
	}
	return v, m
}
