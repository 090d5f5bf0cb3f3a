package community

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // equal communities on machines without zone files

	"mensch/app/model"
)

const (
	expertsPerCluster = 27
	historyDays       = 118 // how far the sessions go back
)

// world is the community in the making.
type world struct {
	seed   int64
	lib    *library
	people []*person
	byID   map[string]*person
	deeds  []*deed

	files  map[string][]byte // the demo's photos by base name without ending
	photos map[string][]byte
	papers map[string][]byte // that came with appeals, by name
	bank   []BankPhoto
	copies []photoCopy

	planned []plannedRating
	tie     []incidentOf
	past    []pastIncident
	sockets int

	clients   []*client
	chats     []*chat
	ratings   []*model.Rating
	status    []*model.StatusEvent
	incidents []*model.Incident
	cases     map[string]*caseFile
	receipts  []model.Receipt
	appeals   []model.Appeal

	said     map[string]int             // how often an expert's sentence was said
	shingles map[uint64]map[string]bool // who used five words in a row, in long texts
	bios     map[string]string          // sentence of a bio -> expert
}

// person is an expert's account in the making.
type person struct {
	id       string
	n        int // place among all experts, from 0
	cluster  *cluster
	female   bool
	given    string
	family   string
	origin   string
	birth    int
	trade    string // within the cluster, where there are several
	place    place
	loc      *time.Location
	voice    voice
	greet    []string
	screen   string
	joined   time.Time
	signals  model.Signals
	file     string // base name of the portrait they show, or empty
	drawing  bool   // shows a drawing instead
	photoID  string
	photoSet bool // dressPhotos leaves it alone
	from, to int  // working hours, local
	days     [7]bool
	busy     bool // sets their status to Busy in a session
	want     int  // how many chats
	reserved bool // has a role
	accuse   bool // may get a false report
	plots    []*assignment
	slow     *deed
	gone     *deed // leaves the status on Available and is away
	fan      *deed // gets honest five stars
	until    *stop
	bio      func(w *world, r stream, p *person) string
	profile  model.Profile
	profiles []model.Profile
	experts  []expertAt
	used     map[string]int
	chats    []*chat
	starts   map[string][]time.Time // by local day
	years    int                    // of experience that the bio claims
}

type expertAt struct {
	at     time.Time
	expert model.Expert
}

// assignment is a plot that an expert plays in one of their sessions.
type assignment struct {
	script  *script
	deed    *deed
	given   slots
	partner *person // a fellow expert who comes as the client
}

// client is somebody who asks for advice.
type client struct {
	id      string
	name    string
	voice   voice
	mood    mood
	device  string
	network string
	met     map[string]string // expert -> what they last talked about
}

func newWorld(seed int64, lib *library) *world {
	return &world{
		seed: seed, lib: lib, byID: map[string]*person{}, files: map[string][]byte{}, photos: map[string][]byte{}, papers: map[string][]byte{},
		cases: map[string]*caseFile{}, said: map[string]int{}, shingles: map[uint64]map[string]bool{}, bios: map[string]string{},
	}
}

func (w *world) stream(name string) stream { return newStream(w.seed, name) }

// settle brings the experts and the clients into being.
func (w *world) settle() {
	r := w.stream("people")
	screens := map[string]bool{}
	names := map[string]bool{}
	faces := w.dealFaces(r)
	for i := range clusters {
		c := &clusters[i]
		for j := range expertsPerCluster {
			p := &person{n: len(w.people), cluster: c, used: map[string]int{}, starts: map[string][]time.Time{}, accuse: true}
			p.id = fmt.Sprintf("e%d", 1001+p.n)
			p.file = faces[i][j]
			w.endow(r, p, names)
			p.screen = screenName(r, p, screens)
			w.people = append(w.people, p)
			w.byID[p.id] = p
		}
	}
	cr := w.stream("clients")
	given := append(append([]string{}, origins["anglo"].female...), origins["anglo"].male...)
	for _, o := range []string{"euro", "africa", "latin", "east", "south"} {
		given = append(append(given, origins[o].female[:8]...), origins[o].male[:6]...)
	}
	for i := range 1500 {
		cl := &client{id: fmt.Sprintf("c%d", 50000+i*7+cr.IntN(7)), name: pick(cr, given), met: map[string]string{}}
		cl.voice, cl.mood = clientVoice(cr)
		cl.device, cl.network = token(cr, "d"), token(cr, "n")
		w.clients = append(w.clients, cl)
	}
}

func token(r stream, kind string) string { return fmt.Sprintf("%s-%010x", kind, r.Uint64()>>24) }

// endow gives a person name, age, place, voice, hours and signals.
func (w *world) endow(r stream, p *person, names map[string]bool) {
	face, known := portraits[p.file]
	p.female = r.chance(0.56)
	age := r.between(25, 69)
	if x := r.Float64(); x < 0.5 {
		p.origin = "anglo"
	} else {
		p.origin = pick(r, []string{"euro", "euro", "africa", "latin", "east", "south"})
	}
	if known {
		p.female, p.origin, age = p.file[0] == 'f', face.origin, face.age+r.between(-2, 3)
	}
	o := origins[p.origin]
	for range 200 {
		p.given = pick(r, o.male)
		if p.female {
			p.given = pick(r, o.female)
		}
		p.family = pick(r, o.family)
		if !names[p.given+p.family] {
			break
		}
	}
	names[p.given+p.family] = true
	p.birth = Base.Year() - age
	p.place = pick(r, places)
	p.loc = mustZone(p.place.zone)
	p.voice = expertVoice(r, *p.cluster, p.place.british)
	p.greet = some(r, w.lib.pools["greet"], 3)
	p.from = r.between(7, 15)
	p.to = min(p.from+r.between(6, 9), 23)
	for d := range p.days {
		p.days[d] = r.chance(0.78)
	}
	p.days[r.IntN(7)], p.days[r.IntN(7)] = true, true
	p.busy = r.chance(0.3)
	p.joined = Base.AddDate(0, 0, -r.between(150, 2600)).Add(-time.Duration(r.IntN(86400)) * time.Second)
	switch x := r.Float64(); {
	case x < 0.06:
		p.want = r.between(0, 2)
	case x < 0.7:
		p.want = r.between(4, 7)
	default:
		p.want = r.between(7, 12)
	}
	p.signals = model.Signals{
		Email: mailOf(r, p), Phone: phoneOf(r, p.place), Payout: token(r, "p"), Address: token(r, "a"),
		Devices: []string{token(r, "d")}, Networks: []string{token(r, "n")},
	}
	if r.chance(0.5) {
		p.signals.Devices = append(p.signals.Devices, token(r, "d"))
	}
	if r.chance(0.12) { // a mobile carrier's gateway that many share
		p.signals.Networks = append(p.signals.Networks, fmt.Sprintf("n-gateway%02d", r.IntN(6)))
	}
}

// mustZone loads a zone of the table of places; the zones are linked in.
func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

var mailHosts = []string{"gmail.com", "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "mail.com", "proton.me"}

// plainWord keeps ASCII letters, small.
func plainWord(s string) string {
	fold := strings.NewReplacer("ü", "u", "ö", "o", "ñ", "n", "é", "e", "á", "a", "-", "")
	return fold.Replace(strings.ToLower(s))
}

func mailOf(r stream, p *person) string {
	g, f := plainWord(p.given), plainWord(p.family)
	local := pick(r, []string{
		g + "." + f, g + f, g[:1] + f, f + "." + g, g + "_" + f, g + "." + f + fmt.Sprint(p.birth%100), g + f + fmt.Sprint(r.between(11, 99)),
	})
	return local + "@" + pick(r, mailHosts)
}

func phoneOf(r stream, pl place) string { return fmt.Sprintf("%s%02d", pl.area, r.IntN(100)) }

func screenName(r stream, p *person, taken map[string]bool) string {
	g := strings.ReplaceAll(p.given, "-", "")
	for {
		var s string
		switch r.IntN(9) {
		case 0, 1:
			s = pick(r, p.cluster.before) + g
		case 2, 3:
			s = g + pick(r, p.cluster.after)
		case 4:
			s = pick(r, p.cluster.plain)
		case 5:
			s = g + p.family[:1] + fmt.Sprint(r.between(2, 99))
		case 6:
			s = g + "_" + p.family
		case 7:
			s = p.family + pick(r, p.cluster.after)
		default:
			s = pick(r, p.cluster.before) + "_" + g
		}
		if !taken[strings.ToLower(s)] {
			taken[strings.ToLower(s)] = true
			return s
		}
	}
}

// fullName is the name on the profile.
func (p *person) fullName() string { return p.given + " " + p.family }

// age is how old the person is in the demo's present.
func (p *person) age() int { return Base.Year() - p.birth }

// deal splits the portraits among clusters: most are somebody's own, some are
// held apart for the banks (see photos.go).
func (w *world) dealFaces(r stream) [][]string {
	var own []string
	for name := range w.files {
		if name[0] != 'k' && !isBankFile(name) {
			own = append(own, name)
		}
	}
	own = sorted(own)
	r.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
	out := make([][]string, len(clusters))
	for i := range out {
		out[i] = make([]string, expertsPerCluster)
	}
	for i, name := range own {
		c := i % len(clusters)
		out[c][i/len(clusters)] = name
	}
	for i := range out { // so that those with a portrait are not the first ones
		r.Shuffle(len(out[i]), func(a, b int) { out[i][a], out[i][b] = out[i][b], out[i][a] })
	}
	return out
}

// stop is the day from which an expert gives no sessions: suspended or banned.
type stop struct {
	at   time.Time
	step model.Step
}
