package profiles

import (
	"slices"
	"strings"
	"unicode"

	"github.com/antzucaro/matchr"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// name is a person's name as it is compared: parts without titles, accents and
// order of writing.
type name struct {
	given, family string
	parts         []string // sorted
}

var titles = strings.Fields("dr prof professor mr mrs ms miss mx sir rev fr phd md esq cpa jr sr ii iii mba msc ma ba herr frau señor señora")

// foldName takes a name apart. "Doe, Jane" is Jane Doe.
func foldName(s string) name {
	s = plain(s)
	if family, given, ok := strings.Cut(s, ","); ok && !slices.Contains(titles, strings.Trim(strings.TrimSpace(given), ".")) {
		s = given + " " + family
	}
	parts := strings.FieldsFunc(strings.ReplaceAll(s, "'", ""), func(r rune) bool { return !unicode.IsLetter(r) })
	parts = slices.DeleteFunc(parts, func(p string) bool { return slices.Contains(titles, p) })
	var n name
	if len(parts) > 0 {
		n.given = parts[0]
	}
	if len(parts) > 1 {
		n.family = parts[len(parts)-1]
	}
	n.parts = slices.Sorted(slices.Values(parts))
	return n
}

// plain is text in small letters without accents.
func plain(s string) string {
	t := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	out, _, err := transform.String(t, s)
	if err != nil {
		out = s
	}
	return strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "æ", "ae", "’", "'").Replace(strings.ToLower(out))
}

// alikeness of two given names.
type alikeness int

const (
	unlike alikeness = iota
	alikeNames
	equalNames
)

// compareGiven says how alike two given names are: equal, a short form, a
// spelling, or another name.
func compareGiven(a, b string) alikeness {
	switch {
	case a == b:
		return equalNames
	case shortForm(a, b) || shortForm(b, a):
		return alikeNames
	case len(a) >= 5 && len(b) >= 5 && matchr.JaroWinkler(a, b, false) >= 0.93:
		return alikeNames
	}
	return unlike
}

// shortForm reports whether short stands for long: Bob for Robert, Fern for
// Fernanda, Tobyie for Toby.
func shortForm(short, long string) bool {
	if len(short) >= 3 && len(long) > len(short) && strings.HasPrefix(long, short) {
		return true
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(short, "ie"), "y")
	if len(stem) >= 4 && stem != short && len(long) > len(stem) && strings.HasPrefix(long, stem) {
		return true
	}
	return slices.ContainsFunc(nicknames[short], func(g int) bool { return slices.Contains(nicknames[long], g) })
}

// nicknames are the common short forms that share no beginning with the name.
var nicknames = func() map[string][]int {
	out := map[string][]int{}
	for i, group := range strings.Split(`
		alexander alexandra alex sandy sasha xander lex | albert bert al | andrew drew andy | ann anne anna nan nancy annie | anthony tony |
		antonio toni tonio | barbara babs barb bobbie | benjamin ben benny | bernard bernie barney |
		catherine katherine kathryn kate katie kathy cathy kay kitty kit | charles charlie chuck chip charley | christopher chris kit topher |
		christine christina chris tina chrissie | cynthia cindy | daniel dan danny | david dave davy | deborah debra debbie deb |
		donald don donny | dorothy dot dottie dolly | edward ed eddie ted teddy ned | eleanor ellie nell nora leonora |
		elizabeth liz lizzie beth betty bess eliza elsie lisa libby | emily emma em | frances fran francie frankie | francis frank |
		francisco paco pancho frank | frederick fred freddie fritz | george georgie | gerald gerry jerry | gertrude trudy | gregory greg |
		guillermo memo william | harold harry hal | helen nell nellie lena | henry hank harry hal | ignacio nacho |
		isabel isabella bella izzy belle | jacob jake | jacqueline jackie | james jim jimmy jamie | jane jenny janie | jennifer jen jenny |
		jesus chuy | john jack johnny | jonathan jon jonny | jose pepe joe | joseph joe joey jo | josephine jo josie | judith judy |
		kenneth ken kenny | lawrence larry laurie | leonard leo len lenny | louis lou louie | margaret maggie meg peggy daisy greta rita madge |
		maria mary molly polly mae mia | martha patty mattie | matthew matt | matilda tilly | michael mike mick mickey misha | mildred millie |
		nathaniel nathan nate | nicholas nick nicky klaus | pamela pam | patricia pat patty tricia trish | patrick pat paddy | peter pete |
		philip phil pip | rafael rafa | raymond ray | rebecca becky becca | richard rick dick rich ricky | robert bob bobby rob robbie bert |
		roberta bobbie | ronald ron ronnie | rosemary rose rosie | salvatore sal | samuel samantha sam sammy | sarah sara sally sadie |
		stephen steven steve | stephanie steph | susan suzanne sue susie suzy | theodore ted teddy theo | theresa teresa terry tess |
		thomas tom tommy | timothy tim | veronica ronnie vera | victoria vicky tori | vincent vince | virginia ginny | walter walt wally |
		wilhelm willi william | wilhelmina mina minnie | william bill billy will willy liam | zachary zach zack | johannes hans hannes |
		josef sepp | margarete gretel grete | katharina kathe | friedrich fritz | dimitri dima mitya | vladimir vova volodya | mikhail misha |
		nikolai kolya | enrique quique kike | concepcion concha conchita | dolores lola | mercedes merche | guadalupe lupe | eduardo lalo edu |
		alejandro ale jandro`, "|") {
		for _, n := range strings.Fields(group) {
			out[n] = append(out[n], i)
		}
	}
	return out
}()

// foldEmail brings the spellings of one mailbox together: case, "+tag", and
// the dots that Gmail ignores.
func foldEmail(email string) string {
	local, host, ok := strings.Cut(strings.ToLower(strings.TrimSpace(email)), "@")
	if !ok || local == "" || host == "" || strings.Contains(host, "@") {
		return ""
	}
	host = strings.Trim(host, ". ")
	local, _, _ = strings.Cut(local, "+")
	if host == "googlemail.com" {
		host = "gmail.com"
	}
	if host == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	if local = strings.TrimSpace(local); local == "" || host == "" {
		return ""
	}
	return local + "@" + host
}

// foldPhone keeps the last nine digits, in any script, which country and trunk
// prefixes leave alone; fewer than seven give nothing.
func foldPhone(phone string) string {
	digits := make([]byte, 0, len(phone))
	for _, r := range norm.NFKC.String(phone) {
		if d, ok := digit(r); ok {
			digits = append(digits, d)
		}
	}
	if len(digits) < 7 {
		return ""
	}
	return string(digits[max(0, len(digits)-9):])
}

// digit reads a decimal digit of any script: Unicode lays each script's out in
// a row from zero.
func digit(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r), true
	}
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	return 0, false
}
