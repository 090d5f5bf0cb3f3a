package transcripts

import "strings"

// confidentiality finds facts of other clients in the expert's words. A name
// alone is no fact.
func (v *view) confidentiality() {
	ev := v.phrases("confid", map[string]string{
		"client": "what another client said or lives through", "named": "a client by name", "told": "what a client told them", "between": "what was said in confidence",
		"show": "another client's messages", "expert": "this client's story, told to others", "have": "another client's chat", "notes": "notes on another client",
	})
	v.find(DetectConfidentiality, "confidentiality", ev, 0.97, func() string {
		return "The expert gives away " + times(ev) + "."
	})
}

// solicitation finds begging and trading for ratings.
func (v *view) solicitation() {
	ev := v.phrases("rating", map[string]string{
		"ask": "asks for a good rating", "trade": "trades a favour for a rating", "change": "asks to change a rating", "fake": "asks for ratings by others than the client", "swap": "offers a rating for a rating",
		"exchange": "offers a rating for a rating", "pressure": "puts pressure on the client's rating",
	})
	v.find(DetectSolicitation, "ratings", ev, 0.98, func() string { return "The expert " + times(ev) + "." })
}

// disparagement finds the expert running down the platform, its people or the
// other experts before a client.
func (v *view) disparagement() {
	ev := v.phrases("disparage", map[string]string{
		"company": "runs down the platform or its people", "experts": "runs down the other experts", "leave": "tells the client not to use the platform",
	})
	v.find(DetectDisparagement, "community-respect", ev, 0.95, func() string { return "The expert " + times(ev) + " before a client." })
}

// phrases collects the expert's phrases of a family, with the words for each
// kind.
func (v *view) phrases(family string, words map[string]string) []evidence {
	var ev []evidence
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			continue
		}
		for _, h := range l.hits {
			if h.family == family {
				ev = append(ev, evidence{i, l.hitSpan(h, label(family, h.kind)), h.score, words[h.kind]})
			}
		}
	}
	return ev
}

func label(family, kind string) string {
	return strings.TrimSuffix(map[string]string{"confid": "confidential", "rating": "rating", "disparage": "disparagement", "expertise": "expertise"}[family]+" "+kind, " ")
}

// expertise finds advice that a client may come to harm by when the expert's
// field is another: medicine and law given with certainty. Where the expert says
// that it is not their field, or sends the client to who knows, they did right.
// It is a prompt to look, no violation.
func (v *view) expertise() {
	if v.field("medic", "health", "law", "legal", "nurs", "doctor", "pharm") {
		return
	}
	ev := v.phrases("expertise", map[string]string{
		"stop": "stopping a treatment", "dose": "a dose", "doctor": "not to ask a doctor", "diagnose": "a diagnosis", "law": "a legal or tax matter", "sure": "", "limit": "limit",
	})
	var out []evidence
	heavy, careful := 0, 0
	for _, e := range ev {
		switch e.what {
		case "limit":
			careful++
			continue
		case "":
		default:
			heavy++
		}
		out = append(out, e)
	}
	if heavy == 0 || careful > 0 {
		return
	}
	f := v.find(DetectExpertise, "expertise", out, 0.9, func() string {
		return "The expert advises on " + times(out) + "; see whether that is their field."
	})
	if f != nil {
		f.Advisory = true
	}
}

// field says whether the session's cluster is one of these.
func (v *view) field(names ...string) bool {
	c := strings.ToLower(v.session.Cluster)
	for _, n := range names {
		if strings.Contains(c, n) {
			return true
		}
	}
	return false
}
