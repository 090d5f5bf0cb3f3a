package community

import (
	"fmt"
	"strings"
	"time"

	"mensch/app/model"
)

// writeProfiles gives everybody a profile; roles that need another bio or
// other degrees have set their own maker.
func (w *world) writeProfiles() {
	for _, p := range w.people {
		r := w.stream("profile " + p.id)
		w.study(r, p)
		p.profile.ExpertID = p.id
		p.profile.Name = p.fullName()
		p.profile.Headline = p.voice.tidy(expand(r, pick(r, w.fitting("headline."+p.cluster.file, p)), nil))
		p.profile.Gender = "male"
		if p.female {
			p.profile.Gender = "female"
		}
		p.profile.BirthYear = p.birth
		if r.chance(0.12) {
			p.profile.Gender, p.profile.BirthYear = "", 0
		}
		p.profile.Bio = w.newBio(r, p)
		p.profile.PhotoID = p.photoID
		p.profile.UpdatedAt = stamp(p.joined.Add(time.Duration(r.between(600, 90000)) * time.Second))
		p.profile.Version = 1
	}
	for _, p := range w.people { // those who copy need the others' texts
		r := w.stream("profile role " + p.id)
		if p.bio != nil {
			p.profile.Bio = p.bio(w, r, p)
		}
		w.edit(r, p)
		e := model.Expert{
			ID: p.id, Version: 1, Cluster: p.cluster.name, ScreenName: p.screen, State: model.ExpertActive,
			Languages: []string{"en"}, Timezone: p.place.zone, JoinedAt: stamp(p.joined), Signals: p.signals,
		}
		if l := map[string]string{"latin": "es", "euro": "de", "east": "zh", "south": "hi"}[p.origin]; l != "" && r.chance(0.4) {
			e.Languages = append(e.Languages, l)
		}
		p.experts = append(p.experts, expertAt{at: e.JoinedAt, expert: e})
	}
}

func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// study gives a trade, degrees and credentials that go together and with the
// person's age, and sets the years of experience that a bio may claim.
func (w *world) study(r stream, p *person) {
	for _, line := range w.lib.pools["trades"] {
		if ws := words(line); ws[0] == p.cluster.file {
			p.trade = pick(r, ws[1:])
		}
	}
	age := p.age()
	if p.trade == "doctor" && age < 36 {
		p.trade = "nurse"
	}
	n := r.between(0, 2)
	switch p.cluster.file {
	case "spirit", "style":
		n = r.between(0, 1)
	case "law":
		n = 1
	case "health", "counsel":
		n = max(n, 1)
	}
	year := p.birth + r.between(21, 22)
	if p.trade == "doctor" {
		year += 5
	}
	began := year
	for _, d := range some(r, w.fitting("degrees."+p.cluster.file, p), n) {
		if year > Base.Year()-1 {
			break
		}
		p.profile.Degrees = append(p.profile.Degrees, fmt.Sprintf("%s, %s, %d", d, pick(r, w.lib.pools["schools"]), year))
		year += r.between(2, 6)
	}
	p.years = max(2, min(r.between(3, 32), Base.Year()-began-1))
	for _, c := range some(r, w.fitting("creds."+p.cluster.file, p), r.between(0, 2)) {
		facts := slots{
			"y": fmt.Sprint(Base.Year() - r.between(0, p.years)), "num": fmt.Sprint(r.between(10300, 98999)),
			"exp": fmt.Sprintf("%d-%02d", Base.Year()+r.between(1, 3), r.between(1, 12)), "city": p.place.city,
		}
		p.profile.Credentials = append(p.profile.Credentials, expand(r, c, facts))
	}
}

// fitting gives the lines of a pool that are true of the person. A line may
// begin with whom it fits: [f], [m], [young], [mid], [old] or a trade.
func (w *world) fitting(pool string, p *person) []string {
	var lines []string
	for _, line := range w.lib.pools[pool] {
		fits := true
		for strings.HasPrefix(line, "[") {
			tag, rest, _ := strings.Cut(line[1:], "]")
			line = strings.TrimSpace(rest)
			fits = fits && p.fits(tag)
		}
		if fits {
			lines = append(lines, line)
		}
	}
	return lines
}

// newBio writes an honest bio that shares no sentence with another one.
func (w *world) newBio(r stream, p *person) string {
	facts := slots{
		"given": p.given, "city": p.place.city, "years": fmt.Sprint(p.years), "since": fmt.Sprint(Base.Year() - p.years),
		"late": fmt.Sprint(Base.Year() - r.between(1, 3)),
	}
	f := p.cluster.file
	var parts []string
	add := func(pool string, n int) {
		for _, line := range w.rarest(r, "bio."+pool, n, p) {
			for range 12 {
				s := expand(r, line, facts)
				if w.bios[s] == "" || len(s) < 25 {
					w.bios[s] = p.id
					parts = append(parts, s)
					break
				}
			}
		}
	}
	add("a."+f, 1)
	add("b."+f, r.between(1, 2))
	if r.chance(0.75) {
		add("c", r.between(1, 2))
	}
	if r.chance(0.7) {
		add("d", r.between(1, 2))
	}
	if r.chance(0.55) {
		add("e", 1)
	}
	v := p.voice
	v.emojis *= 0.5
	v.short, v.starts, v.dears, v.typos = 0, 0, 0, 0
	if v.stop == "" {
		v.stop = "."
	}
	for i := range parts {
		if i == len(parts)-1 || !v.lower {
			parts[i] = v.speak(r, parts[i], false)
		} else {
			parts[i] = lowerStarts(v.sentences(r, parts[i]))
		}
		if i < len(parts)-1 && !strings.HasSuffix(parts[i], "...") && !strings.ContainsAny(parts[i][len(parts[i])-1:], ".!?") && !endsInEmoji(parts[i]) {
			parts[i] += "."
		}
	}
	sep := " "
	if r.chance(0.2) {
		sep = "\n\n"
	}
	return strings.Join(parts, sep)
}

// rarest takes the lines of a pool that were used least.
func (w *world) rarest(r stream, pool string, n int, p *person) []string {
	lines := w.fitting(pool, p)
	var out []string
	for range min(n, len(lines)) {
		best, least := "", 1<<30
		for _, i := range r.Perm(len(lines)) {
			if u := w.said["pool "+lines[i]]; u < least {
				best, least = lines[i], u
			}
		}
		w.said["pool "+best]++
		out = append(out, best)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// fits reports whether a line with the tag is true of the person.
func (p *person) fits(tag string) bool {
	switch tag {
	case "f":
		return p.female
	case "m":
		return !p.female
	case "young":
		return p.age() < 36
	case "mid":
		return p.age() >= 36
	case "old":
		return p.age() >= 52
	default:
		return p.trade == tag
	}
}

// tidy writes a headline in the voice's case.
func (v voice) tidy(s string) string {
	if v.lower {
		return lowerStarts(s)
	}
	return s
}

// edit files the profile's versions: some people change theirs now and then.
func (w *world) edit(r stream, p *person) {
	if len(p.profiles) > 0 { // a role wrote the history itself
		last := p.profiles[len(p.profiles)-1]
		p.profile.Version = last.Version + 1
		p.profile.UpdatedAt = stamp(Base.AddDate(0, 0, -r.between(4, 40)).Add(-time.Duration(r.IntN(40000)) * time.Second))
		p.profiles = append(p.profiles, p.profile)
		return
	}
	if p.bio == nil && r.chance(0.18) {
		old := p.profile
		if cut := strings.LastIndexAny(strings.TrimRight(old.Bio, ".!?"), ".!?"); cut > 40 {
			old.Bio = old.Bio[:cut+1]
		}
		p.profiles = append(p.profiles, old)
		p.profile.Version = 2
		days := int(Base.Sub(p.joined).Hours()/24) - 5
		p.profile.UpdatedAt = stamp(Base.AddDate(0, 0, -r.between(2, max(3, min(days, 400)))))
	}
	p.profiles = append(p.profiles, p.profile)
}
