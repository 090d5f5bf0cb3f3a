package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"mensch/app/evaluation"
	"mensch/app/scores"
)

// measureCredentials compares the degrees and licences that are found in headlines
// with those that we listed by hand for headlines of our own (the labelled set has
// no such list: of it, what is found is only counted).
func measureCredentials(ctx context.Context, t *table, dataDir string) error {
	res, err := t.measure(ctx, "credentials", filepath.Join(dataDir, "credentials", "counselchat_headlines.jsonl"))
	if err != nil {
		return err
	}
	if res.Labelled {
		t.add(res.Row("credentials: degrees and licences in headlines, F1", "f1", 0.90, true))
		return nil
	}
	own, err := t.eval.Measure(ctx, evaluation.Options{Detector: "credentials", File: "our own headlines"}, strings.NewReader(ownHeadlines()))
	if err != nil {
		return fmt.Errorf("measuring our own headlines: %w", err)
	}
	t.add(own.Row("credentials: degrees and licences in headlines of our own, F1", "f1", 0.90, true))
	t.add(scores.Row{Name: "credentials: found in headlines", Value: res.Extra["found"], N: res.Rows, Note: fmt.Sprintf("in %d headlines that nobody labelled", res.Rows)})
	return nil
}

// headlines are lines as experts write them, each with its credentials behind a
// bar. The people in them do not exist.
const headlines = `Jane Doe, PhD, LPC | PhD; LPC
Maria Garcia LMFT, anxiety and couples | LMFT
Tom Miller, M.A., LMHC, NCC Helping you find your way | M.A.; LMHC; NCC
Dr. Anna Rossi, Psy.D. | Psy.D.
Carla Novak LCSW-R Therapist for teens | LCSW-R
Online counselling for Moms and their children |
2nd Start Counselling Service Online |
John Roe, MSW, LICSW, EMDR trained | MSW; LICSW; EMDR
Licensed Professional Counselor in Texas | Licensed Professional Counselor
Nina Larsen MS, LPCC-S, specialised in trauma | MS; LPCC-S
Felix Okafor, MD Board-certified psychiatrist | MD; Board-certified psychiatrist
Laura Tanaka M.Ed. LPC Candidate | M.Ed.; LPC
OCD and ADHD coaching for adults |
CBT, DBT and ACT explained simply |
Emma Silva, LCPC Warm, kind, and LGBTQ affirming | LCPC
Peter Haddad, Ph.D., ABPP | Ph.D.; ABPP
Sofia Moreau RN, BSN night-shift nurse | RN; BSN
Jonas Fischer, CPA taxes without tears | CPA
Attorney at law, J.D. 2004, LL.M. 2006 | J.D.; LL.M.
David Dubois MBA CFP plan your retirement | MBA; CFP
Certified Master Gardener since 1999 |
Office in Boston, MA 02118 |
Lena Schmidt, BSc Horticulture | BSc
Julia Doe MA MFT | MA; MFT
Oliver Rossi, LPC-MHSP, NCC | LPC-MHSP; NCC
Psychic reader, 20 years, tarot and runes |
Luis Garcia, LADC, CADC II | LADC; CADC II
Ruth Keller, DVM your pet's second opinion | DVM
Omar Haddad PE structural engineer | PE
Ida Novak, Registered Dietitian, RD | Registered Dietitian; RD
HVAC, IT and TV repair, USA and UK |
Hugo Larsen PsyD LP Minneapolis | PsyD; LP
Ines Moreau, Master of Social Work | Master of Social Work
Clara Fischer, Licensed Clinical Social Worker | Licensed Clinical Social Worker
Marco Silva LMFTA, couples and families | LMFTA
Paul Tanaka Ed.S., NCSP | Ed.S.; NCSP
Otto Okafor, RYT yoga for backs | RYT
I AM HERE TO HELP YOU |
Mia Dubois, MSW, RSW Toronto | MSW; RSW
Leon Garcia, DNP, PMHNP-BC | DNP; PMHNP-BC`

// ownHeadlines gives them as a labelled file.
func ownHeadlines() string {
	var b strings.Builder
	for line := range strings.SplitSeq(headlines, "\n") {
		text, list, _ := strings.Cut(line, "|")
		want := []string{}
		for c := range strings.SplitSeq(list, ";") {
			if c = strings.TrimSpace(c); c != "" {
				want = append(want, c)
			}
		}
		raw, err := json.Marshal(map[string]any{"headline": strings.TrimSpace(text), "credentials": want})
		if err != nil {
			continue // strings can always be written
		}
		b.Write(raw)
		b.WriteByte('\n')
	}
	return b.String()
}
