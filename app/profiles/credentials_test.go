package profiles

import (
	"slices"
	"testing"
	"time"

	"mensch/app/model"
)

func TestExtract(t *testing.T) {
	cases := []struct {
		text string
		want []string
	}{
		{"Jane Doe, Ph.D., LMFT", []string{"PHD", "LMFT"}},
		{"Jane Doe, MA, LPC-S, NCC", []string{"MA", "LPC-S", "NCC"}},
		{"John Roe M.Ed., LPC Counselor", []string{"MED", "LPC"}},
		{"Counseling in Boston, MA 02118", nil},
		{"Licensed Clinical Social Worker in Ohio", []string{"LICENSEDCLINICALSOCIALWORKER"}},
		{"I help people to be as happy as they can be", nil},
		{"BSc Horticulture, Harland State University, 2004", []string{"BSC"}},
		{"Psy.D. | Board-certified psychologist", []string{"PSYD", "BOARD-CERTIFIEDPSYCHOLOGIST"}},
	}
	for _, tc := range cases {
		var got []string
		for _, c := range Extract(tc.text) {
			got = append(got, c.Code)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%q gives %q, want %q", tc.text, got, tc.want)
		}
	}
	if c := Extract("BSc Horticulture, Harland State University, 2004"); c[0].Year != 2004 {
		t.Errorf("the year is %d", c[0].Year)
	}
}

func TestChecklist(t *testing.T) {
	p := someone("e1", "Jane Doe")
	p.Profile.Credentials = []string{"RN, licence 74097, valid to 2026-02", "CPA, licence 50593, valid to 2027-06"}
	p.Profile.Gender, p.Profile.Bio = "male", "Jane has gardened all her life. She writes about it, and she knows her soil."
	got := Checklist(p, base)
	if len(got) != 3 || !got[0].Expired || got[0].Number != "74097" || got[1].Expired || got[1].Expires != time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC) || got[2].Field != "gender" {
		t.Errorf("%+v", got)
	}
	for _, f := range communityOf(t, p).Review("e1") {
		t.Errorf("a mismatch that only a person can judge became a finding: %+v", f)
	}
}

func TestConsistency(t *testing.T) {
	cases := []struct {
		name   string
		change func(*model.Profile)
		found  bool
	}{
		{"honest", func(p *model.Profile) { p.Bio, p.Degrees = "12 years of experience", []string{"BA English, 2002"} }, false},
		{"experience before birth", func(p *model.Profile) {
			p.BirthYear, p.Bio = 1998, "With 30 years of experience I'm one of the senior people."
		}, true},
		{"a degree at fourteen", func(p *model.Profile) { p.Degrees = []string{"MD, Somewhere, 1994"} }, true},
		{"no year of birth", func(p *model.Profile) { p.BirthYear, p.Degrees = 0, []string{"MD, Somewhere, 1994"} }, false},
		{"a doctorate that the list lacks", func(p *model.Profile) {
			p.Bio, p.Degrees = "I'm a board-certified psychiatrist with a PhD in clinical psychology.", []string{"BA Theatre Studies, 2003"}
		}, true},
		{"a doctorate that the list has", func(p *model.Profile) {
			p.Bio, p.Degrees = "I'm a licensed psychologist with a PhD.", []string{"PhD Psychology, 2009"}
		}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p := someone("e1", "Jane Doe")
			tc.change(&p.Profile)
			got := communityOf(t, p).Review("e1")
			if (len(got) > 0) != tc.found {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestClaimInAnswer(t *testing.T) {
	p := someone("e1", "Jane Doe")
	p.Profile.Credentials = []string{"Grief Counseling Certificate, 1997"}
	c := communityOf(t, p)
	c.AddText("e1", "message:m7", "Of course, I've been a licensed physician for 19 years.", base)
	got := c.Review("e1")
	if len(got) != 1 || got[0].Advisory || got[0].Events[0].ID != "m7" {
		t.Fatalf("%+v", got)
	}
	p.Profile.Credentials, p.Profile.Version = nil, 2
	c.Put(p)
	if got := c.Review("e1"); len(got) != 1 || !got[0].Advisory {
		t.Errorf("with nothing to contradict it is only a prompt: %+v", got)
	}
}

func TestNotice(t *testing.T) {
	p := someone("e1", "Jane Doe")
	p.Profile.Bio = "Gardens heal. © 2019 Wet Feet Press. All rights reserved."
	if got := communityOf(t, p).Review("e1"); len(got) != 1 || got[0].Detector != Notice {
		t.Errorf("%+v", got)
	}
	p.Profile.Bio = "Gardens heal. © 2019 Jane Doe"
	if got := communityOf(t, p).Review("e1"); len(got) != 0 {
		t.Errorf("the expert's own notice: %+v", got)
	}
}
