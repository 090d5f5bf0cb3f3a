package faulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"mensch/app/audit"
	"mensch/app/model"
	"mensch/app/sync"
	"mensch/cmd/mensch-platform/platform"
	"mensch/store"
)

const (
	secret = "robin-secret-0123456789"
	other  = "sam-secret-0123456789"
	reads  = "rae-secret-0123456789"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	// The proxy's faults log to the global logger, whatever it is given.
	zerolog.SetGlobalLevel(zerolog.Disabled)
	code := m.Run()
	if built {
		if path, err := buildOnce(); err == nil {
			_ = os.Remove(path)
		}
	}
	os.Exit(code)
}

// world is a platform, a bad network and a store.
type world struct {
	t        *testing.T
	platform *platform.Server
	direct   string // the platform's address without the proxy
	proxy    *toxiproxy.Proxy
	store    *store.Store
	dir      string
	rand     *rand.Rand
	toxics   int
	peopled  int // experts so far
}

func newWorld(t *testing.T, experts int) *world {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &world{t: t, dir: t.TempDir(), rand: rand.New(rand.NewPCG(seed, seed))}
	var err error
	w.platform, err = platform.Open(t.Context(), t.TempDir(), platform.Options{
		Tokens: []platform.Token{
			{Name: "Robin", Roles: []string{platform.RoleModerator}, Secret: secret},
			{Name: "Sam", Roles: []string{platform.RoleModerator, platform.RoleSenior}, Secret: other},
			{Name: "Rae", Roles: []string{platform.RoleReader}, Secret: reads},
		},
		Rate: 100_000, Burst: 100_000, Tick: -1,
	})
	must(t, err)
	web := httptest.NewServer(w.platform)
	w.direct = web.URL
	toxi := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	w.proxy = toxiproxy.NewProxy(toxi, "platform", "127.0.0.1:0", strings.TrimPrefix(web.URL, "http://"))
	must(t, w.proxy.Start())
	w.open()
	t.Cleanup(func() {
		w.proxy.Stop()
		web.CloseClientConnections()
		web.Close()
		must(t, w.platform.Close())
		must(t, w.store.Close())
	})
	w.people(experts)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) open() {
	w.t.Helper()
	var err error
	w.store, err = store.Open(w.t.Context(), w.dir, store.Options{Seal: audit.Seal})
	must(w.t, err)
}

// connect speaks to the platform through the proxy.
func (w *world) connect(token string) *sync.HTTP {
	return w.link(token, sync.HTTPOptions{FirstWait: time.Millisecond, MaxWait: 20 * time.Millisecond})
}

// hasty does so with so little patience that a bad network soon wears it out.
func (w *world) hasty(token string) *sync.HTTP {
	return w.link(token, sync.HTTPOptions{
		Tries: 3, FirstWait: time.Millisecond, MaxWait: 20 * time.Millisecond,
		DialTimeout: time.Second, HeaderTimeout: 400 * time.Millisecond, IdleTimeout: 400 * time.Millisecond, TotalTimeout: 5 * time.Second,
	})
}

func (w *world) link(token string, opt sync.HTTPOptions) *sync.HTTP {
	w.t.Helper()
	h, err := sync.NewHTTP("http://"+w.proxy.Listen, token, opt)
	must(w.t, err)
	w.t.Cleanup(h.Close)
	return h
}

// people adds experts to the platform: for each a profile with a photo, a session
// with messages, ratings, a status event, and an incident in an open case.
func (w *world) people(n int) {
	w.t.Helper()
	err := w.platform.Load(w.t.Context(), func(l *platform.Loader) error {
		for range n {
			id := fmt.Sprintf("e%03d", w.peopled)
			w.peopled++
			photo, err := l.PutPhoto(append([]byte("\xff\xd8\xff\xe0"), w.noise(20_000+w.rand.IntN(60_000))...))
			if err != nil {
				return err
			}
			put := func(kind model.ChangeKind, id string, v any) {
				if err == nil {
					err = l.Put(kind, id, 1, v)
				}
			}
			put(model.ChangeExpert, id, model.Expert{
				ID: id, Version: 1, Cluster: "Home & Garden", ScreenName: "name " + id, State: model.ExpertActive, JoinedAt: began.AddDate(-1, 0, 0),
			})
			put(model.ChangeProfile, id, model.Profile{
				ExpertID: id, Version: 1, Name: "Name " + id, Bio: w.words(200), Headline: "Gardens", PhotoID: photo, UpdatedAt: began.AddDate(-1, 0, 0),
			})
			put(model.ChangeSession, "s-"+id, model.Session{
				ID: "s-" + id, Version: 1, ExpertID: id, ClientID: "c1", Cluster: "Home & Garden", Kind: "chat", StartedAt: began,
			})
			for m := range 8 {
				mid := fmt.Sprintf("m-%s-%d", id, m+1)
				put(model.ChangeMessage, mid, model.Message{
					ID: mid, Session: "s-" + id, Seq: int64(m + 1), Version: 1, From: model.FromExpert, At: began.Add(time.Duration(m) * time.Minute), Text: w.words(30),
				})
			}
			put(model.ChangeRating, "r-"+id, model.Rating{ID: "r-" + id, Version: 1, ExpertID: id, SessionID: "s-" + id, RaterID: "c1", Stars: 5, At: began})
			put(model.ChangeStatus, "st-"+id, model.StatusEvent{ID: "st-" + id, Version: 1, ExpertID: id, Status: model.Available, At: began})
			put(model.ChangeCase, id+".1", model.Case{ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: began})
			put(model.ChangeIncident, "i-"+id, model.Incident{
				ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, Text: "Rude", At: began,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	must(w.t, err)
}

func (w *world) noise(n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(w.rand.Uint32())
	}
	return raw
}

func (w *world) words(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%x ", w.rand.Uint32())
	}
	return strings.TrimSpace(b.String())
}

// toxic adds one fault to all connections from now on.
func (w *world) toxic(kind, stream string, attributes map[string]any) {
	w.t.Helper()
	w.toxics++
	raw, err := json.Marshal(map[string]any{
		"name": fmt.Sprintf("t%d", w.toxics), "type": kind, "stream": stream, "attributes": attributes,
	})
	must(w.t, err)
	_, err = w.proxy.Toxics.AddToxicJson(bytes.NewReader(raw))
	must(w.t, err)
}

// sicken makes the network bad in a random way, and says how.
func (w *world) sicken() string {
	stream := []string{"downstream", "upstream"}[w.rand.IntN(2)]
	n := 1 + w.rand.IntN(1<<(3+w.rand.IntN(15)))
	what := ""
	switch w.rand.IntN(7) {
	case 0, 1: // cut off after so many bytes of a connection
		w.toxic("limit_data", stream, map[string]any{"bytes": n})
		what = fmt.Sprintf("limit %d", n)
	case 2: // reset by the peer
		ms := w.rand.IntN(60)
		w.toxic("reset_peer", stream, map[string]any{"timeout": ms})
		what = fmt.Sprintf("reset %d ms", ms)
	case 3: // swallow everything, then hang up
		ms := 1 + w.rand.IntN(700)
		w.toxic("timeout", stream, map[string]any{"timeout": ms})
		what = fmt.Sprintf("timeout %d ms", ms)
	case 4:
		ms := w.rand.IntN(500)
		w.toxic("latency", stream, map[string]any{"latency": ms, "jitter": ms})
		what = fmt.Sprintf("latency %d ms", ms)
	case 5: // in small pieces, and then cut off
		w.toxic("slicer", stream, map[string]any{"average_size": 700, "size_variation": 600, "delay": 50})
		w.toxic("limit_data", stream, map[string]any{"bytes": n})
		what = fmt.Sprintf("slices, limit %d", n)
	case 6:
		kb := 20 + w.rand.IntN(2000)
		w.toxic("bandwidth", stream, map[string]any{"rate": kb})
		what = fmt.Sprintf("%d kB/s", kb)
	}
	return stream + " " + what
}

// heal ends all faults, and the connections that had them.
func (w *world) heal() {
	w.t.Helper()
	w.proxy.Stop()
	w.proxy.Toxics.ResetToxics(context.WithoutCancel(w.t.Context()))
	must(w.t, w.proxy.Start())
}

// feed reads the platform's whole state, past the proxy.
func (w *world) feed() map[string]string {
	w.t.Helper()
	h, err := sync.NewHTTP(w.direct, reads, sync.HTTPOptions{})
	must(w.t, err)
	defer h.Close()
	state := map[string]string{}
	for cursor := ""; ; {
		page, err := h.Changes(w.t.Context(), cursor, 1000)
		must(w.t, err)
		for _, c := range page.Changes {
			key := string(c.Kind) + " " + c.ID
			if delete(state, key); !c.Deleted {
				state[key] = canonical(w.t, c)
			}
		}
		if cursor = page.Cursor; !page.HasMore {
			return state
		}
	}
}

// canonical brings a change's data to the form that the model's types give it.
func canonical(t testing.TB, c model.Change) string {
	t.Helper()
	var v any
	switch c.Kind {
	case model.ChangeExpert:
		v = &model.Expert{}
	case model.ChangeProfile:
		v = &model.Profile{}
	case model.ChangeSession:
		v = &model.Session{}
	case model.ChangeMessage:
		v = &model.Message{}
	case model.ChangeRating:
		v = &model.Rating{}
	case model.ChangeStatus:
		v = &model.StatusEvent{}
	case model.ChangeIncident:
		v = &model.Incident{}
	case model.ChangeCase:
		v = &model.Case{}
	case model.ChangeDecision:
		v = &model.Receipt{}
	case model.ChangeAppeal:
		v = &model.Appeal{}
	default:
		return string(c.Data)
	}
	must(t, json.Unmarshal(c.Data, v))
	return encode(t, v)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	must(t, err)
	return finer.ReplaceAllStringFunc(string(raw), func(fraction string) string {
		return strings.TrimRight(strings.TrimRight(fraction[:7], "0"), ".") + "Z"
	})
}

// finer finds times finer than the microseconds that the store keeps.
var finer = regexp.MustCompile(`\.\d{7,}Z`)

// stored reads the store's whole state in the same form. Of decisions, those
// that the platform confirmed.
func (w *world) stored() map[string]string {
	t, ctx, s := w.t, w.t.Context(), w.store
	t.Helper()
	state := map[string]string{}
	put := func(kind model.ChangeKind, id string, v any) { state[string(kind)+" "+id] = encode(t, v) }
	for after := ""; ; {
		page, err := s.Experts(ctx, after, 500)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			id := e.Expert.ID
			after = id
			put(model.ChangeExpert, id, e.Expert)
			if e.Profile.ExpertID != "" {
				put(model.ChangeProfile, id, e.Profile)
			}
			sessions, err := s.SessionsOf(ctx, id, "", 1000)
			must(t, err)
			for _, session := range sessions {
				put(model.ChangeSession, session.ID, session)
				messages, err := s.Messages(ctx, session.ID, 0, 1000)
				must(t, err)
				for _, m := range messages {
					put(model.ChangeMessage, m.ID, m)
				}
			}
			ratings, err := s.RatingsOf(ctx, id)
			must(t, err)
			for _, r := range ratings {
				put(model.ChangeRating, r.ID, r)
			}
			events, err := s.StatusEventsOf(ctx, id)
			must(t, err)
			for _, e := range events {
				put(model.ChangeStatus, e.ID, e)
			}
			decisions, err := s.DecisionsOf(ctx, id)
			must(t, err)
			for _, d := range decisions {
				if !d.ReceivedAt.IsZero() {
					put(model.ChangeDecision, d.Key, d)
				}
			}
			for round := 1; ; round++ {
				c, err := s.Case(ctx, model.CaseID(id, round))
				if err != nil {
					break
				}
				if c.Version == 0 {
					continue // the detectors' own, which the platform has not heard of
				}
				c.Lease = nil
				put(model.ChangeCase, c.ID, c)
				incidents, err := s.IncidentsOf(ctx, c.ID)
				must(t, err)
				for _, i := range incidents {
					put(model.ChangeIncident, i.ID, i)
				}
			}
		}
	}
	return state
}

// same compares the store with the platform, photos included.
func (w *world) same() {
	w.t.Helper()
	theirs, ours := w.feed(), w.stored()
	if len(theirs) == 0 {
		w.t.Fatal("the platform is empty")
	}
	wrong := 0
	for _, key := range slices.Sorted(maps.Keys(theirs)) {
		if ours[key] != theirs[key] {
			if wrong++; wrong <= 5 {
				w.t.Errorf("%s\nplatform: %s\nstore:    %s", key, from(theirs[key], ours[key]), from(ours[key], theirs[key]))
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		if _, ok := theirs[key]; !ok {
			if wrong++; wrong <= 5 {
				w.t.Errorf("the store has %s, the platform does not", key)
			}
		}
	}
	if wrong > 0 {
		w.t.Errorf("%d of %d objects differ", wrong, len(theirs))
	}
	missing, err := w.store.MissingPhotos(w.t.Context(), "", 1000)
	must(w.t, err)
	if len(missing) > 0 {
		w.t.Errorf("%d photos are missing", len(missing))
	}
	must(w.t, w.store.CheckIntegrity(w.t.Context()))
	w.checkAudit()
}

// from gives what follows the common beginning of two texts, and a little of it.
func from(text, other string) string {
	i := 0
	for i < len(text) && i < len(other) && text[i] == other[i] {
		i++
	}
	return text[max(0, i-60):]
}

func (w *world) checkAudit() {
	w.t.Helper()
	_, err := audit.Verify(func(yield func(model.AuditRow, error) bool) {
		for after := int64(0); ; {
			rows, err := w.store.AuditRows(w.t.Context(), after, 500)
			if err != nil {
				yield(model.AuditRow{}, err)
				return
			}
			for _, row := range rows {
				if after = row.Seq; !yield(row, nil) {
					return
				}
			}
			if len(rows) == 0 {
				return
			}
		}
	})
	must(w.t, err)
}
