package contacts

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"

	"mensch/app/transcripts/phrase"
)

// ibanLength gives the length of an IBAN by its country, from the IBAN registry.
var ibanLength = map[string]int{
	"ad": 24, "ae": 23, "al": 28, "at": 20, "az": 28, "ba": 20, "be": 16, "bg": 22, "bh": 22, "br": 29, "by": 28, "ch": 21, "cr": 22, "cy": 28, "cz": 24,
	"de": 22, "dk": 18, "do": 28, "ee": 20, "eg": 29, "es": 24, "fi": 18, "fo": 18, "fr": 27, "gb": 22, "ge": 22, "gi": 23, "gl": 18, "gr": 27, "gt": 28,
	"hr": 21, "hu": 28, "ie": 22, "il": 23, "iq": 23, "is": 26, "it": 27, "jo": 30, "kw": 30, "kz": 20, "lb": 28, "lc": 32, "li": 21, "lt": 20, "lu": 20,
	"lv": 21, "ly": 25, "mc": 27, "md": 24, "me": 22, "mk": 19, "mr": 27, "mt": 31, "mu": 30, "nl": 18, "no": 15, "pk": 24, "pl": 28, "ps": 29, "pt": 25,
	"qa": 29, "ro": 24, "rs": 22, "sa": 24, "sc": 31, "sd": 18, "se": 24, "si": 19, "sk": 24, "sm": 27, "st": 25, "sv": 28, "tl": 23, "tn": 24, "tr": 26,
	"ua": 29, "va": 22, "vg": 24, "xk": 20,
}

// ibans finds bank accounts with a right check number (ISO 13616, mod 97).
func (p *page) ibans() {
	for i := 0; i+1 < len(p.toks); i++ {
		if p.taken[i] || p.toks[i].Kind != phrase.Word || p.glued(i) && p.char(i-1) == 0 {
			continue
		}
		// the country stands at the word's begin, two digits behind it
		w := p.text(i)
		if len(w) < 2 {
			continue
		}
		n := ibanLength[w[:2]]
		if n == 0 || len(w) != 2 || p.toks[i+1].Kind != phrase.Number {
			continue
		}
		var b strings.Builder
		j := i
		for j < len(p.toks) && b.Len() < n && j-i < 40 {
			if isWord(p.toks[j]) {
				b.WriteString(p.text(j))
			} else if c := p.char(j); c != '-' && c != '.' {
				break
			}
			j++
		}
		if v := b.String(); len(v) == n && mod97(v) {
			p.add(Entity{Kind: IBAN, I: i, J: j, Value: strings.ToUpper(v), Score: 0.98})
		}
	}
}

func mod97(v string) bool {
	if v[2] < '0' || v[2] > '9' || v[3] < '0' || v[3] > '9' {
		return false
	}
	m := 0
	for _, c := range []byte(v[4:] + v[:4]) {
		switch {
		case c >= '0' && c <= '9':
			m = (m*10 + int(c-'0')) % 97
		case c >= 'a' && c <= 'z':
			m = (m*100 + int(c-'a') + 10) % 97
		default:
			return false
		}
	}
	return m == 1
}

// cryptos finds crypto addresses with a right checksum. They are read in the
// original, because case counts.
func (p *page) cryptos() {
	for i := 0; i < len(p.toks); i++ {
		if p.taken[i] || !isWord(p.toks[i]) || i > 0 && p.glued(i) && isWord(p.toks[i-1]) {
			continue
		}
		j := i + 1
		for j < len(p.toks) && p.glued(j) && isWord(p.toks[j]) {
			j++
		}
		a, b := int(p.toks[i].A), int(p.toks[j-1].B)
		if n := b - a; n < 26 || n > 90 {
			i = j - 1
			continue
		}
		from, to := p.t.Span(a, b)
		name, score := coin(p.t.Src[from:to])
		if name != "" {
			p.add(Entity{Kind: Crypto, I: i, J: j, Value: p.t.Src[from:to], Score: score, Service: name})
		}
		i = j - 1
	}
}

// coin names the currency of an address, "" if it is none.
func coin(s string) (name string, score float64) {
	if len(s) > 90 {
		return "", 0
	}
	low := strings.ToLower(s)
	for prefix, n := range map[string]string{"bc1": "Bitcoin", "ltc1": "Litecoin", "tb1": "Bitcoin"} {
		if strings.HasPrefix(low, prefix) && (s == low || s == strings.ToUpper(s)) && bech32(low) {
			return n, 0.98
		}
	}
	if len(s) == 42 && strings.HasPrefix(low, "0x") {
		return ether(s)
	}
	if len(s) >= 26 && len(s) <= 36 {
		if v, ok := base58check(s); ok {
			switch v {
			case 0x00, 0x05:
				return "Bitcoin", 0.98
			case 0x30, 0x32:
				return "Litecoin", 0.98
			case 0x1e:
				return "Dogecoin", 0.98
			case 0x41:
				return "Tron", 0.98
			case 0x4c:
				return "Dash", 0.98
			}
		}
	}
	return "", 0
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58check decodes an address of 25 bytes and gives its version byte.
func base58check(s string) (byte, bool) {
	n := new(big.Int)
	for _, c := range []byte(s) {
		d := strings.IndexByte(base58, c)
		if d < 0 {
			return 0, false
		}
		n.Mul(n, big.NewInt(58)).Add(n, big.NewInt(int64(d)))
	}
	if n.BitLen() > 25*8 {
		return 0, false
	}
	b := n.FillBytes(make([]byte, 25))
	h := sha256.Sum256(b[:21])
	h = sha256.Sum256(h[:])
	return b[0], string(h[:4]) == string(b[21:])
}

// bech32 checks the checksum of BIP 173 and BIP 350.
func bech32(s string) bool {
	k := strings.LastIndexByte(s, '1')
	if k < 1 || len(s)-k < 7 {
		return false
	}
	chk := uint32(1)
	step := func(v byte) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	for i := range k {
		step(s[i] >> 5)
	}
	step(0)
	for i := range k {
		step(s[i] & 31)
	}
	for i := k + 1; i < len(s); i++ {
		d := strings.IndexByte("qpzry9x8gf2tvdw0s3jn54khce6mua7l", s[i])
		if d < 0 {
			return false
		}
		step(byte(d))
	}
	return chk == 1 || chk == 0x2bc830a3
}

// ether checks an Ethereum address: with the checksum of EIP-55 where it is
// written in two cases, by its shape alone where it is not.
func ether(s string) (string, float64) {
	body := s[2:]
	low := strings.ToLower(body)
	if _, err := hex.DecodeString(low); err != nil {
		return "", 0
	}
	if body == low || body == strings.ToUpper(body) {
		return "Ethereum", 0.85
	}
	k := sha3.NewLegacyKeccak256()
	k.Write([]byte(low))
	h := hex.EncodeToString(k.Sum(nil))
	for i := range body {
		if c := body[i]; c >= 'A' && c <= 'F' != (h[i] >= '8') && (c < '0' || c > '9') {
			return "", 0
		}
	}
	return "Ethereum", 0.98
}

// payments finds names at payment services: "venmo @jane", "cashapp $jane".
func (p *page) payments() {
	for i := 0; i < len(p.toks); i++ {
		if p.taken[i] {
			continue
		}
		if c := p.char(i); c == '$' && i+1 < len(p.toks) && p.glued(i+1) && p.toks[i+1].Kind == phrase.Word && len(p.text(i+1)) > 2 {
			if !p.near(i, i+2, 8, 4, p.payer) {
				continue
			}
			p.add(Entity{Kind: Payment, I: i, J: p.name(i + 1), Value: "$" + p.s[p.toks[i+1].A:p.toks[p.name(i+1)-1].B], Score: 0.9, Service: "Cash App", Cued: true})
		}
	}
}

// name gives the end of a name that begins at token i: letters, digits, dots,
// underscores and hyphens without spaces.
func (p *page) name(i int) int {
	j := i + 1
	for j < len(p.toks) && j-i < 40 && p.glued(j) {
		c := p.char(j)
		if !isWord(p.toks[j]) && !(c == '_' || (c == '.' || c == '-' || c == '#') && j+1 < len(p.toks) && p.glued(j+1) && isWord(p.toks[j+1])) {
			break
		}
		j++
	}
	return j
}
