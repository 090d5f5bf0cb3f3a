package evaluation

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mensch/assets"
)

func evaluator(t *testing.T) *Evaluator {
	t.Helper()
	e, err := New(nil, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func measure(t *testing.T, o Options, lines ...string) Result {
	t.Helper()
	res, err := evaluator(t).Measure(t.Context(), o, strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatalf("%s: %v", o.Detector, err)
	}
	if _, err := json.Marshal(res); err != nil {
		t.Fatalf("%s: %v", o.Detector, err)
	}
	return res
}

func line(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTexts counts right and wrong decisions by hand.
func TestTexts(t *testing.T) {
	res := measure(t, Options{Detector: "contact", Verdicts: true},
		`{"text":"call me on (415) 555-2671","label":"self_promotion"}`,
		`{"text":"Thank you for your question.","label":"none"}`,
		`{"text":"Thank you for everything.","label":"self_promotion"}`,
		`{"text":"the moon is in the seventh house","label":"benign","unknown":{"deep":[1]}}`,
		`{"nothing":1}`)
	if res.TP != 1 || res.FN != 1 || res.FP != 0 || res.TN != 2 || res.Skipped != 1 || !res.Labelled {
		t.Errorf("%+v", res)
	}
	if *res.Precision != 1 || *res.Recall != 0.5 || res.Baseline == nil || len(res.Verdicts) != 4 || !res.Verdicts[0].Got {
		t.Errorf("%+v", res)
	}
	res = measure(t, Options{Detector: "contact"}, `{"text":"my mail is jane@gmail.com"}`, `{"text":"fine"}`)
	if res.Labelled || res.FP != 1 || res.TN != 1 || res.Recall != nil {
		t.Errorf("a file without labels: %+v", res)
	}
}

// TestConversations judges a message within its session, whoever wrote it.
func TestConversations(t *testing.T) {
	res := measure(t, Options{Detector: "contact"},
		`{"session":"s","id":"1","from":"expert","text":"my number is 415","y":1}`,
		`{"session":"s","id":"2","from":"expert","text":"555","y":1}`,
		`{"session":"s","id":"3","from":"expert","text":"2671","y":1}`,
		`{"session":"s","id":"4","from":"client","text":"call me on (415) 555-2671","y":0}`)
	if res.TP != 3 || res.FP != 0 {
		t.Errorf("%+v", res)
	}
	res = measure(t, Options{Detector: "contact"}, `{"messages":[{"from":"expert","text":"write to jane dot doe at gmail dot com"}],"label":"contact"}`, `{"messages":["hello","there"],"label":"none"}`)
	if res.TP != 1 || res.TN != 1 {
		t.Errorf("%+v", res)
	}
}

func TestSpans(t *testing.T) {
	res := measure(t, Options{Detector: "contact"},
		`{"text":"Grüße, ring (415) 555-2671 or mail jane@gmail.com","spans":[["PHONE_NUMBER",12,26],["EMAIL_ADDRESS",35,49],["PERSON",0,5]]}`,
		`{"text":"no contact, but 415-555-2671","spans":[["PERSON",0,2]]}`,
		`{"text":"odd","spans":[["PHONE_NUMBER",2,900],{"type":"PHONE_NUMBER","start":"x","end":2}]}`)
	if res.Unit != "entities" || res.TP != 2 || res.FN != 0 || res.FP != 1 || res.Skipped != 2 {
		t.Errorf("%+v", res)
	}
	if res.Extra["character_recall"] != 1 {
		t.Errorf("the characters of a span don't fit: %v", res.Extra)
	}
	res = measure(t, Options{Detector: "contact", Disguise: true},
		`{"text":"text me at 415-555-2671 please","spans":["415-555-2671"]}`,
		`{"text":"text me whenever you like","spans":[]}`)
	if res.Unit != "spans" || res.TP != 1 || res.TN != 1 || res.Extra["points_lost_to_disguise"] != 0 || len(res.Groups) < len(Disguises()) {
		t.Errorf("%+v", res)
	}
}

func TestCivility(t *testing.T) {
	res := measure(t, Options{Detector: "civility"},
		`{"tweet":"you are a stupid idiot and a piece of shit","subtask_a":"OFF"}`,
		`{"tweet":"have a lovely evening, my friend","subtask_a":"NOT"}`)
	if res.TP != 1 || res.TN != 1 || *res.MacroF1 != 1 || res.Extra["shipped_recall"] != 1 {
		t.Errorf("%+v", res)
	}
	// a client's rage is no finding against the expert
	res = measure(t, Options{Detector: "civility"},
		`{"session":"s","from":"client","text":"you are a stupid idiot and a piece of shit","y":0}`,
		`{"session":"s","from":"expert","text":"I am sorry to hear that.","y":0}`)
	if res.FP != 0 || res.TN != 2 {
		t.Errorf("%+v", res)
	}
}

// TestFieldTalks judges labelled talks by the history beside them.
func TestFieldTalks(t *testing.T) {
	garden := strings.Fields("roses compost prune mulch lawn seedlings hedge watering pots tomato slugs aphids greenhouse perennials bulbs trellis soil drainage fertiliser shrubs weeds orchard pollination cuttings rake spade hose clay nitrogen potassium lavender hydrangea")
	law := strings.Fields("court judge contract lawyer appeal landlord lease custody clause lawsuit verdict testament plaintiff defendant statute liability damages settlement hearing witness affidavit jurisdiction probate trustee eviction tenancy notary mediation injunction arbitration alimony bankruptcy")
	say := func(words []string, n int) string {
		var out []string
		for i := range 40 {
			out = append(out, words[(i*7+n*5)%len(words)])
		}
		return strings.Join(out, " ")
	}
	var history, rows []string
	for n := range 10 {
		history = append(history, say(garden, n))
	}
	for n := range 6 {
		words, label := garden, "inside"
		if n%2 == 0 {
			words, label = law, "outside"
		}
		rows = append(rows, line(t, map[string]any{"history": history, "messages": []string{say(words, n), say(words, n+1)}, "label": label}))
	}
	res := measure(t, Options{Detector: "field"}, append(rows, `{"history":["roses"],"text":"too short","label":"inside"}`)...)
	if res.TP != 3 || res.FP != 0 || res.TN != 3 || res.Skipped != 1 {
		t.Errorf("%+v", res)
	}
}

// TestThreat tells a threat from an insult.
func TestThreat(t *testing.T) {
	res := measure(t, Options{Detector: "threat"},
		`{"text":"I will find you and kill you","label":"threat"}`,
		`{"text":"you stupid idiot","label":"insult"}`,
		`{"text":"Thank you for your question.","label":"none"}`)
	if res.TP != 1 || res.FP != 0 || res.TN != 2 {
		t.Errorf("%+v", res)
	}
}

func TestNotice(t *testing.T) {
	res := measure(t, Options{Detector: "notice"}, `{"text":"Copyright (c) 2004 Jane Doe","copyrights":["Copyright (c) 2004 Jane Doe"]}`, `{"text":"what copyright means","copyrights":[]}`)
	if res.TP != 1 || res.TN != 1 {
		t.Errorf("%+v", res)
	}
}

func TestLinkage(t *testing.T) {
	var rows []string
	names := strings.Fields("anderson baker carter dorsey ellison fowler granger hopkins irving jensen keller lambert mercer norris osborne porter quincy rhodes sutton tanner")
	for i, n := range names {
		phone := fmt.Sprintf("415 555 %04d", 1000+37*i)
		for k := range 1 + i%2 {
			rows = append(rows, line(t, map[string]any{"unique_id": i, "name": n + " therapy" + strings.Repeat(" centre", k), "address": fmt.Sprintf("%d %s street", 10+i, names[(i+7)%20]), "phone": phone}))
		}
	}
	res := measure(t, Options{Detector: "linkage"}, rows...)
	if res.TP != 10 || res.FP != 0 || res.FN != 0 {
		t.Errorf("%+v", res)
	}
}

// TestLinkageOfFew links what is one thing in a table too short to learn from.
func TestLinkageOfFew(t *testing.T) {
	res := measure(t, Options{Detector: "linkage"},
		`{"name":"Anna Meier","phone":"415 555 2671","address":"10 Oak street","unique_id":"a"}`,
		`{"name":"Anna Meyer","phone":"4155552671","address":"10 Oak st","unique_id":"a"}`,
		`{"name":"Peter Smith","phone":"415 555 9999","address":"7 Elm road","unique_id":"b"}`)
	if res.TP != 1 || res.FP != 0 || res.FN != 0 {
		t.Errorf("%+v", res)
	}
}

const essay = `A garden that drains badly wants raised beds before it wants anything else, because roots that stand in water rot within days.
Fill the beds with coarse compost, mulch them every spring with shredded bark, and let the earthworms carry it below. Water deeply twice a week
instead of daily sprinkling, so that the roots grow towards the groundwater and the plants survive a dry August without your help.`

func TestReuse(t *testing.T) {
	other := `The judge will look at which parent kept the school appointments, paid the dentist, answered the teachers and knew the names of the friends.
Keep a diary from today, with dates, and leave every insult out of it. Ask the court for a mediator early; most custody battles that end well end there,
and a magistrate remembers who offered to talk before anybody was ordered to.`
	res := measure(t, Options{Detector: "reuse"},
		line(t, map[string]any{"text": strings.ReplaceAll(essay, "badly", "poorly"), "source": essay, "label": "light"}),
		line(t, map[string]any{"text": other, "source": essay, "label": "non"}))
	if res.TP != 1 || res.TN != 1 {
		t.Errorf("%+v", res)
	}
	// one author's own reuse is no finding
	res = measure(t, Options{Detector: "reuse"},
		line(t, map[string]any{"text": essay, "author": "a"}), line(t, map[string]any{"text": essay + " Good luck with it.", "author": "a"}),
		line(t, map[string]any{"text": other, "author": "b"}))
	if res.FP != 0 || res.Extra["false_pairs_in_a_million"] != 0 {
		t.Errorf("%+v", res)
	}
}

func TestRatings(t *testing.T) {
	// rated from the expert's own device: a finding; a shared network is none
	res := measure(t, Options{Detector: "ratings"},
		`{"id":"e1","signals":{"devices":["d1"],"networks":["n1"]}}`,
		`{"id":"e2","signals":{"devices":["d2"],"networks":["n1"]}}`,
		`{"rater":"c1","expert":"e1","stars":5,"at":"2026-01-01T10:00:00Z","device":"d1","label":"self"}`,
		`{"rater":"c2","expert":"e2","stars":5,"at":"2026-01-01T10:00:00Z","device":"d9","network":"n1","label":"none"}`)
	if res.TP != 1 || res.TN != 1 || res.Unit != "experts" {
		t.Errorf("%+v", res)
	}
	if _, err := evaluator(t).Measure(t.Context(), Options{Detector: "ratings"}, strings.NewReader("rater,ratee,rating,unix_time\n1,2,4,1289241912\n")); err == nil {
		t.Error("rings were planted among one rating")
	}
}

func TestLatency(t *testing.T) {
	at := func(s int) string { return time.Date(2026, 1, 1, 10, 0, s, 0, time.UTC).Format(time.RFC3339) }
	res := measure(t, Options{Detector: "latency"},
		line(t, map[string]any{"session": "s", "id": "1", "from": "client", "at": at(0)}),
		line(t, map[string]any{"session": "s", "id": "2", "from": "expert", "at": at(30), "reply_to": "1"}),
		line(t, map[string]any{"session": "s", "id": "3", "from": "client", "at": at(50), "reply_to": "2"}),
		line(t, map[string]any{"session": "s", "id": "4", "from": "expert", "at": at(59), "reply_to": "3"}))
	if res.TP != 2 || res.FN != 0 || *res.Accuracy != 1 {
		t.Errorf("%+v", res)
	}
}

func TestChatLog(t *testing.T) {
	dir := t.TempDir()
	log := "[10:00] <ann> how do I mount a disk?\n[10:01] <bob> with mount\n[10:02] <ann> thanks\n"
	for name, s := range map[string]string{"x.ascii.txt": log, "x.annotation.txt": "0 0 -\n0 1 -\n1 2 -\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "x.ascii.txt")} {
		res, err := evaluator(t).MeasurePath(t.Context(), Options{Detector: "latency"}, path)
		if err != nil || res.TP != 1 || res.FN != 0 {
			t.Errorf("%s: %+v, %v", path, res, err)
		}
	}
}

func TestCredentials(t *testing.T) {
	res := measure(t, Options{Detector: "credentials"}, `{"headline":"Jane Doe, PhD, LPC","credentials":["Ph.D.","LPC"]}`, `{"headline":"Warm and kind","credentials":[]}`)
	if res.TP != 2 || res.FP != 0 || res.FN != 0 {
		t.Errorf("%+v", res)
	}
}

func TestErrors(t *testing.T) {
	e := evaluator(t)
	var unknown *UnknownError
	if _, err := e.Measure(t.Context(), Options{Detector: "palmistry"}, strings.NewReader("{}")); !errors.As(err, &unknown) {
		t.Errorf("an unknown detector gives %v", err)
	}
	var shape *ShapeError
	for d := range methods {
		if _, err := e.Measure(t.Context(), Options{Detector: d}, strings.NewReader(`{"x":1}`)); err == nil {
			t.Errorf("%s measures a file that has nothing", d)
		} else if d != "latency" && !errors.As(err, &shape) {
			t.Errorf("%s: %v", d, err)
		}
		if _, err := e.Measure(t.Context(), Options{Detector: d}, strings.NewReader("")); !errors.Is(err, ErrNoRows) {
			t.Errorf("%s of an empty file: %v", d, err)
		}
	}
	for also, name := range also {
		if methods[name] == nil {
			t.Errorf("%s leads to %s, which is no detector", also, name)
		}
	}
}

func TestHalves(t *testing.T) {
	var rows []string
	for i := range 200 {
		rows = append(rows, fmt.Sprintf(`{"text":"line %d","y":0}`, i))
	}
	a, b := measure(t, Options{Detector: "contact", Half: "a"}, rows...), measure(t, Options{Detector: "contact", Half: "b"}, rows...)
	if a.Rows+b.Rows != 200 || a.Rows < 60 || b.Rows < 60 {
		t.Errorf("halves of %d and %d", a.Rows, b.Rows)
	}
}
