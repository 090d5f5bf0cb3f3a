package community

import (
	"fmt"
	"strings"
)

// accounts casts persons with several accounts, and those who only look like it.
func (k caster) accounts() {
	w, r := k.w, k.r
	// One person twice in a cluster: what gives them away differs.
	for i, tell := range []string{"payout", "phone", "email", "device", "photo", "mixed"} {
		pair := k.pair()
		a, b := pair[0], pair[1]
		d := w.did(a, "multiple-accounts", "accounts/"+tell, 1+i/2)
		e := w.did(b, "multiple-accounts", "accounts/"+tell, 1+i/2)
		d.Others, e.Others = []string{b.id}, []string{a.id}
		b.place, b.loc, b.female, b.origin = a.place, a.loc, a.female, a.origin
		b.born(a.birth)
		b.file, b.drawing = "", true
		b.given = k.otherName(a)
		b.voice = a.voice // the same hand
		switch tell {
		case "payout":
			b.signals.Payout = a.signals.Payout
			b.family = a.family
			b.given = nick(a.given)
		case "phone":
			b.signals.Phone = strings.NewReplacer(" ", "-").Replace(strings.TrimPrefix(a.signals.Phone, "+1 "))
			b.signals.Address = a.signals.Address
			b.family = a.family
		case "email":
			b.signals.Email = variant(a.signals.Email)
			b.signals.Devices = append(b.signals.Devices, a.signals.Devices[0])
		case "device":
			b.signals.Devices = append([]string{}, a.signals.Devices...)
			b.signals.Networks = append([]string{}, a.signals.Networks...)
			b.signals.Payout = a.signals.Payout
		case "photo":
			k.face(a)
			b.file, b.drawing = a.file, false
			b.signals.Networks = append([]string{}, a.signals.Networks...)
			d.Note = "the same photo under another name"
			w.copyPhoto(e, a, b, "")
		case "mixed":
			b.signals.Email = variant(a.signals.Email)
			b.signals.Phone = strings.ReplaceAll(a.signals.Phone, " ", "")
			b.signals.Payout = a.signals.Payout
			b.given, b.family = nick(a.given), a.family
		}
		b.rename(r)
	}
	// The same person in two clusters: allowed.
	for i := range 6 {
		a := k.take(1, "", nil)[0]
		b := k.take(1, "", func(p *person) bool { return p.cluster != a.cluster })[0]
		b.given, b.family, b.female, b.origin, b.place, b.loc, b.voice = a.given, a.family, a.female, a.origin, a.place, a.loc, a.voice
		b.born(a.birth)
		b.signals = a.signals
		b.signals.Devices = append([]string{}, a.signals.Devices...)
		b.file, b.drawing = a.file, a.drawing
		if i%2 == 0 {
			k.face(a)
			b.file, b.drawing = a.file, false
		}
		w.seems(a, "multiple-accounts", "decoy/two-clusters", "one person in two clusters is allowed").Others = []string{b.id}
		w.seems(b, "multiple-accounts", "decoy/two-clusters", "one person in two clusters is allowed").Others = []string{a.id}
		b.rename(r)
	}
	// Households, twins and an office share what persons share with nobody else.
	for i, kind := range []string{"household", "household", "twins", "twins", "office"} {
		pair := k.pair()
		a, b := pair[0], pair[1]
		b.place, b.loc = a.place, a.loc
		b.signals.Networks = append([]string{}, a.signals.Networks...)
		note := "two persons share a network"
		switch kind {
		case "household":
			b.signals.Address = a.signals.Address
			b.family = a.family
			note = "husband and wife: one address and network, all else differs"
		case "twins":
			b.signals.Address, b.family, b.female, b.origin = a.signals.Address, a.family, a.female, a.origin
			b.born(a.birth)
			b.given = k.otherName(a)
			b.file, b.drawing = "", i%2 == 0
			note = "twins: one birthday, surname and address; devices, payout, phone and photo differ"
		}
		b.signals.Email = mailOf(r, b)
		b.rename(r)
		w.seems(a, "multiple-accounts", "decoy/"+kind, note).Others = []string{b.id}
		w.seems(b, "multiple-accounts", "decoy/"+kind, note).Others = []string{a.id}
	}
}

// pair takes two experts of one cluster.
func (k caster) pair() []*person {
	a := k.take(1, "", nil)[0]
	b := k.take(1, a.cluster.file, nil)[0]
	return []*person{a, b}
}

// otherName gives a given name that fits the person and is not theirs.
func (k caster) otherName(p *person) string {
	o := origins[p.origin]
	for {
		n := pick(k.r, o.male)
		if p.female {
			n = pick(k.r, o.female)
		}
		if n != p.given {
			return n
		}
	}
}

// face makes sure that a person shows a portrait: one without takes over
// somebody's who has no role.
func (k caster) face(p *person) {
	if p.file != "" {
		return
	}
	for _, i := range k.r.Perm(len(k.w.people)) {
		q := k.w.people[i]
		if q.file == "" || q.reserved || portraits[q.file].origin == "" {
			continue
		}
		p.file, q.file = q.file, ""
		p.adopt(portraits[p.file], p.file[0] == 'f', k)
		return
	}
}

// adopt fits name and age to a portrait.
func (p *person) adopt(face portrait, female bool, k caster) {
	if p.origin != face.origin || p.female != female {
		p.origin, p.female = face.origin, female
		p.given = k.otherName(p)
		p.family = pick(k.r, origins[p.origin].family)
		p.signals.Email = mailOf(k.r, p)
		p.rename(k.r)
	}
	p.born(Base.Year() - face.age)
}

// rename gives a screen name that goes with the given name.
func (p *person) rename(r stream) {
	g := strings.ReplaceAll(p.given, "-", "")
	p.screen = fmt.Sprintf("%s%s%d", pick(r, []string{"", pick(r, p.cluster.before)}), g, r.between(3, 98))
	if r.chance(0.6) {
		p.screen = g + pick(r, p.cluster.after) + pick(r, []string{"", "_", "4u", fmt.Sprint(r.between(2, 9))})
	}
	p.screen = strings.TrimSuffix(p.screen, "_")
}

// nick gives a shorter form of a name.
func nick(name string) string {
	if n := []rune(name); len(n) > 5 {
		return string(n[:4])
	}
	return name + "ie"
}

// variant writes a mailbox in another form that reaches the same box.
func variant(email string) string {
	local, host, _ := strings.Cut(email, "@")
	if host == "gmail.com" {
		return strings.ReplaceAll(local, ".", "") + "+work@googlemail.com"
	}
	return local + "+advice@" + host
}

// profileRoles casts those whose words about themselves are not true, or not theirs.
func (k caster) profileRoles() {
	w := k.w
	// Arithmetic against the age.
	for i, p := range k.take(2, "law money health tutor", nil) {
		p.born(1998 - i)
		p.file, p.drawing = "", i == 0
		d := w.did(p, "misrepresentation", "misrep/age", 2)
		d.Field = "bio"
		p.bio = func(_ *world, _ stream, p *person) string {
			p.profile.BirthYear = p.birth
			p.profile.Gender = map[bool]string{true: "female", false: "male"}[p.female]
			return fmt.Sprintf("With 30 years of experience I'm one of the senior people here. %s I opened my own practice in 1996 and have never looked back.", p.profile.Bio)
		}
	}
	for _, p := range k.take(1, "health", nil) {
		d := w.did(p, "misrepresentation", "misrep/degree-year", 2)
		d.Field = "degrees"
		p.bio = func(w *world, _ stream, p *person) string {
			p.profile.BirthYear = p.birth
			p.profile.Degrees = []string{fmt.Sprintf("MD, %s, %d", w.lib.pools["schools"][0], p.birth+14)}
			p.profile.Credentials = nil
			return p.profile.Bio
		}
	}
	for _, p := range k.take(1, "counsel", nil) {
		d := w.did(p, "misrepresentation", "misrep/contradiction", 1)
		d.Field = "bio"
		p.bio = func(w *world, _ stream, p *person) string {
			p.profile.Degrees = []string{fmt.Sprintf("BA Theatre Studies, %s, %d", w.lib.pools["schools"][3], p.birth+23)}
			p.profile.Credentials = nil
			return "I'm a board-certified psychiatrist with a PhD in clinical psychology. " + p.profile.Bio
		}
	}
	for _, p := range k.take(1, "money law", nil) {
		d := w.did(p, "misrepresentation", "misrep/edited-degree", 3)
		d.Field, d.Note = "degrees", "an associate degree became a doctorate between two versions, school and year kept"
		p.bio = func(w *world, _ stream, p *person) string {
			school, year := w.lib.pools["schools"][5], p.birth+24
			old := p.profile
			old.Degrees = []string{fmt.Sprintf("AA Office Administration, %s, %d", school, year)}
			p.profiles = append(p.profiles, old)
			p.profile.Degrees = []string{fmt.Sprintf("PhD Economics, %s, %d", school, year)}
			return p.profile.Bio
		}
	}
	// Copied notices.
	for i, p := range k.take(2, "spirit garden coach", nil) {
		d := w.did(p, "copyright", "copyright/bio", 1)
		d.Field = "bio"
		p.bio = func(w *world, _ stream, p *person) string {
			n := map[string]int{"spirit": 0, "garden": 1, "coach": 2}[p.cluster.file]
			_ = i
			return w.lib.pools["bio.notice"][n] + " " + p.profile.Bio
		}
	}
	// Copied bios: as they are, or reworded.
	for i := range 4 {
		pair := k.pair()
		owner, thief := pair[0], pair[1]
		d := w.did(thief, "plagiarism", "plagiarism/bio", 1)
		if i >= 2 {
			d.Kind, d.Subtlety = "plagiarism/bio-reworded", 3
		}
		d.Others, d.Source, d.Field = []string{owner.id}, owner.id+"/bio", "bio"
		owner.accuse = false
		reword := i >= 2
		thief.bio = func(w *world, r stream, p *person) string {
			text := w.longBio(owner)
			p.profile.UpdatedAt = stamp(Base.AddDate(0, 0, -r.between(10, 70)))
			p.joined = p.profile.UpdatedAt.AddDate(0, 0, -130)
			text = strings.ReplaceAll(strings.ReplaceAll(text, owner.given, p.given), owner.place.city, p.place.city)
			if reword {
				return rewording.Replace(text)
			}
			return text
		}
	}
}

// longBio makes sure that a bio is worth copying.
func (w *world) longBio(p *person) string {
	if len(p.profile.Bio) < 260 {
		p.profile.Bio += " " + w.newBio(w.stream("longer "+p.id), p)
		for i := range p.profiles {
			p.profiles[i].Bio = p.profile.Bio
		}
	}
	return p.profile.Bio
}

// rewording changes words and keeps the thought, as somebody does who wants
// to get past a search.
var rewording = strings.NewReplacer(
	"I've been", "I have been", "I've", "I have", "I'm", "I am", "don't", "do not", "can't", "cannot", "won't", "will not",
	"mostly", "for the most part", "always", "all the time", "a small", "a little", "years", "long years", "people", "folks",
	"questions", "things you ask", "Ask me about", "Come to me for", "tell you", "let you know", "I tell", "I say", "before I say", "before saying",
	"honest", "sincere", "honestly", "sincerely", "I live", "My home is", "learned", "picked up", "worked as", "been", "explain", "make clear",
	"help", "assist", "answer", "reply", "usually", "as a rule", "nothing else", "and that is all", "many", "a lot of", "quite a few", "several",
	"with", "together with", "Most", "The majority of", "because", "since", "still", "even now", "never", "at no time", "first", "at the start",
)
