package contacts

import (
	"strings"
	"sync"

	"mensch/app/transcripts/phrase"
	"mvdan.cc/xurls/v2"
)

var strictURL = sync.OnceValue(xurls.Strict)

// linkHosts lead to a person or a booking, whatever stands behind them.
var linkHosts = map[string]string{
	"wa.me": "WhatsApp", "whatsapp.com": "WhatsApp", "chat.whatsapp.com": "WhatsApp", "t.me": "Telegram", "telegram.me": "Telegram", "telegram.org": "Telegram",
	"m.me": "Messenger", "messenger.com": "Messenger", "discord.gg": "Discord", "discord.com": "Discord", "signal.me": "Signal", "signal.group": "Signal",
	"instagram.com": "Instagram", "facebook.com": "Facebook", "fb.com": "Facebook", "fb.me": "Facebook", "snapchat.com": "Snapchat", "tiktok.com": "TikTok",
	"linkedin.com": "LinkedIn", "twitter.com": "Twitter", "x.com": "X", "vk.com": "VK", "line.me": "LINE", "kik.me": "Kik", "join.skype.com": "Skype",
	"meet.google.com": "Google Meet", "zoom.us": "Zoom", "calendly.com": "Calendly", "linktr.ee": "Linktree", "onlyfans.com": "OnlyFans", "patreon.com": "Patreon",
	"acuityscheduling.com": "Acuity", "setmore.com": "Setmore", "simplybook.me": "SimplyBook", "threads.net": "Threads", "viber.com": "Viber", "weixin.qq.com": "WeChat",
}

// payHosts take money.
var payHosts = map[string]string{
	"paypal.me": "PayPal", "paypal.com": "PayPal", "venmo.com": "Venmo", "cash.app": "Cash App", "ko-fi.com": "Ko-fi", "buymeacoffee.com": "Buy Me a Coffee",
	"revolut.me": "Revolut", "wise.com": "Wise", "stripe.com": "Stripe", "buy.stripe.com": "Stripe", "gofundme.com": "GoFundMe",
}

// urls finds web addresses: with a scheme by xurls, with "www.", and bare names
// with an ending that is no word.
func (p *page) urls() {
	for i := 0; i < len(p.toks); i++ {
		if p.taken[i] {
			continue
		}
		t := p.toks[i]
		switch {
		case t.Kind == phrase.Word && p.char(i+1) == ':' && p.char(i+2) == '/' && p.char(i+3) == '/':
			p.scheme(i)
		case t.Kind == phrase.Word && p.char(i+1) == ':' && p.char(i+2) == '/' && (p.text(i) == "http" || p.text(i) == "https"):
			p.bare(i+3, i)
		case isWord(t) && (i == 0 || !p.glued(i) || strings.IndexByte("([<\"'~*_,;:", p.char(i-1)) >= 0 && p.char(i-1) != 0 || p.char(i-1) == '/' && p.text(max(0, i-3)) == "http"):
			p.bare(i, i)
		}
	}
}

// scheme reads an address that begins with a scheme at token i.
func (p *page) scheme(i int) {
	a := int(p.toks[i].A)
	b := a
	for b < len(p.s) && p.s[b] != ' ' && p.s[b] != '\n' && b-a < 2048 {
		b++
	}
	// In the reading, without case, the same characters stand as in the text.
	length := urlLength(p.s[a:b])
	if length == 0 {
		// "hxxp://", "ttp://" and the like
		if w := p.text(i); (w == "hxxp" || w == "hxxps" || w == "ttp" || w == "ttps") && i+4 < len(p.toks) {
			p.bare(i+4, i)
		}
		return
	}
	end := a + length
	j := p.at(end)
	host, path := split(p.s[a:end])
	e := Entity{Kind: URL, I: i, J: j, A: a, B: end, Value: host + path, Score: 0.97}
	p.service(&e, host)
	p.add(e)
}

// urlLength gives how much of s is an address with a scheme, from the begin on, as
// xurls reads it.
func urlLength(s string) int {
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		// Most are of plain characters to the last, and are one address.
		plain := true
		for i := range len(s) {
			c := s[i]
			plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '/' || c == '.' || c == ':' || c == '-' || c == '_' || c == '~' || c == '?' || c == '=' || c == '&' || c == '%')
		}
		if c := s[len(s)-1]; plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return len(s)
		}
	}
	m := strictURL().FindStringIndex(s)
	if m == nil || m[0] != 0 {
		return 0
	}
	return m[1]
}

func split(u string) (host, path string) {
	if _, rest, ok := strings.Cut(u, "://"); ok {
		u = rest
	}
	host, path = u, ""
	if k := strings.IndexAny(u, "/?#"); k >= 0 {
		host, path = u[:k], strings.TrimSuffix(u[k:], "/")
	}
	if k := strings.LastIndexByte(host, '@'); k >= 0 {
		host = host[k+1:]
	}
	host, _, _ = strings.Cut(host, ":")
	return strings.TrimPrefix(host, "www."), path
}

// service names the network or payment service of a host.
func (p *page) service(e *Entity, host string) {
	for h := host; ; {
		if s := payHosts[h]; s != "" {
			e.Service, e.Kind = s, Payment
			return
		}
		if s := linkHosts[h]; s != "" {
			e.Service = s
			return
		}
		k := strings.IndexByte(h, '.')
		if k < 0 || !strings.Contains(h[k+1:], ".") {
			return
		}
		h = h[k+1:]
	}
}

// bare reads a host name without a scheme at token i; the entity begins at from.
func (p *page) bare(i, from int) {
	if i >= len(p.toks) || p.taken[i] || !isWord(p.toks[i]) || p.char(i-1) == '@' || p.char(i-1) == '/' && from == i && p.text(max(0, i-3)) != "http" {
		return
	}
	var labels []string
	k, spelled := i, false
	best, bestN := 0, 0
	www := p.text(i) == "www"
	for len(labels) < 6 {
		label, n := p.label(k)
		if label == "" {
			break
		}
		glued := n > k+1 && len(labels) > 0 && p.toks[k+1].Kind == phrase.Number && (p.text(k) == "com" || p.text(k) == "net" || p.text(k) == "org")
		if glued { // "example.com404.555.0100"
			label, n = p.text(k), k+1
		}
		labels = append(labels, label)
		if len(labels) > 1 && p.ending(labels, k, n, www, spelled) {
			best, bestN = n, len(labels)
		}
		if glued {
			break
		}
		m, dotted := p.dot(n)
		if m < 0 || m >= len(p.toks) {
			break
		}
		if !dotted && (!p.glued(n) || !p.glued(m)) {
			// "example . com": a dot set apart, only before an ending that
			// is no word and behind a name that is one
			if x, _ := p.label(m); !(x == "com" || x == "net" || x == "org") || p.glued(n) || p.glued(m) {
				break
			}
			dotted = true
		}
		spelled = spelled || dotted
		k = m
	}
	if bestN < 2 || www && bestN < 3 && len(labels) < 3 {
		return
	}
	if spelled && p.stop(p.toks[i]) && !www {
		return
	}
	j := best
	if j < len(p.toks) && p.glued(j) {
		if c := p.char(j); c == '@' || c == '(' || c == '=' || c == ':' && j+1 < len(p.toks) && p.char(j+1) == '/' {
			return
		}
		if p.char(j) == '/' { // the path
			for j < len(p.toks) && j-best < 400 && p.glued(j) && p.toks[j].Kind != phrase.Line {
				j++
			}
			for j > best && p.toks[j-1].Kind == phrase.Punct && p.char(j-1) != '/' {
				j--
			}
		}
	}
	host := strings.TrimPrefix(strings.Join(labels[:bestN], "."), "www.")
	e := Entity{Kind: URL, I: from, J: j, Value: host + strings.TrimSuffix(p.s[p.toks[best-1].B:p.toks[j-1].B], "/"), Score: 0.85, Obfuscated: spelled}
	if www {
		e.Score = 0.95
	} else if spelled {
		e.Score = 0.75
	}
	p.service(&e, host)
	p.add(e)
}

// ending says whether the labels so far make a host name that is believed; k to
// n are the tokens of the last one.
func (p *page) ending(labels []string, k, n int, www, spelled bool) bool {
	last := labels[len(labels)-1]
	name := strings.Join(labels, ".")
	if linkHosts[name] != "" || payHosts[name] != "" {
		return true
	}
	// "the end.In other words": a capital begins a sentence, unless the name
	// is written with capitals throughout.
	if p.toks[k].Cap && k >= 2 && !p.toks[k-2].Cap {
		return false
	}
	if spelled {
		return cleanTLDs[last] && len(labels[len(labels)-2]) >= 2
	}
	if www && len(labels) > 2 && tlds[last] {
		return true
	}
	if !bareTLDs[last] || len(labels[len(labels)-2]) < 2 && len(labels) < 3 {
		return false
	}
	switch last {
	case "in", "at", "be", "us", "life", "love", "care", "health", "online", "site", "store", "club", "coach", "app", "blog":
		// words too: they need a path or a second sign
		return n < len(p.toks) && p.char(n) == '/' && p.glued(n)
	case "com", "net", "org":
		return !digitsOnly(labels[len(labels)-2])
	}
	return !digitsOnly(labels[len(labels)-2]) && len(labels[len(labels)-2]) > 2
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
