package photos

import (
	"strings"
	"testing"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

func TestFindings(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	me := model.ExpertProfile{
		Expert:  model.Expert{ID: "e1", Cluster: "Home & Garden"},
		Profile: model.Profile{PhotoID: "q", UpdatedAt: at},
	}
	stock := Owner{model.PhotoOwner{BankID: "b1", ItemID: "i1", Name: "Smiling advisor"}, model.BankStock}
	paid := Owner{model.PhotoOwner{BankID: "b2", ItemID: "i2", Name: "Press photo"}, model.BankCopyrighted}
	banned := Owner{model.PhotoOwner{BankID: "b3", ItemID: "i3", Name: "x77"}, model.BankBanned}
	good := Owner{model.PhotoOwner{BankID: "b4", ItemID: "i4", Name: "House logo"}, model.BankLegitimate}
	near := Owner{PhotoOwner: model.PhotoOwner{ExpertID: "e2", Cluster: "Home & Garden", Name: "GardenGuru"}}
	far := Owner{PhotoOwner: model.PhotoOwner{ExpertID: "e3", Cluster: "Spirituality", Name: "Stella"}}
	myself := Owner{PhotoOwner: model.PhotoOwner{ExpertID: "e1", Cluster: "Home & Garden", Name: "Me"}}
	copied := model.Match{Query: "q", Other: "o", Kind: model.AlteredCopy, Score: 0.97, Class: ClassPhoto, Transform: "mirrored"}
	with := func(m model.Match, kind model.MatchKind, class string, score float64) model.Match {
		m.Kind, m.Class, m.Score = kind, class, score
		return m
	}
	for _, c := range []struct {
		name   string
		match  model.Match
		owners []Owner
		want   []string // guideline, a star where advisory
		words  string
	}{
		{"stock", copied, []Owner{stock}, []string{"false-photo"}, "altered copy (mirrored) of the stock photo “Smiling advisor”"},
		{"banned", copied, []Owner{banned}, []string{"false-photo"}, "banned account"},
		{"copyrighted", copied, []Owner{paid}, []string{"copyright"}, "copyrighted picture"},
		{"same cluster", copied, []Owner{near}, []string{"multiple-accounts"}, "same cluster"},
		{"another cluster", copied, []Owner{far}, []string{"multiple-accounts*"}, "no violation"},
		{"two accounts", copied, []Owner{far, near}, []string{"multiple-accounts", "multiple-accounts*"}, ""},
		{"my own", with(copied, model.SameFile, ClassPhoto, 1), []Owner{myself}, nil, ""},
		{"legitimate silences", copied, []Owner{stock, good}, nil, ""},
		{"a like portrait silences nothing", with(copied, model.SimilarPortrait, ClassPhoto, 0.2), []Owner{good, near}, []string{"multiple-accounts*"}, "hint"},
		{"graphic of stock", with(copied, model.AlteredCopy, ClassGraphic, 1), []Owner{stock, near}, nil, ""},
		{"graphic, copyrighted", with(copied, model.AlteredCopy, ClassGraphic, 1), []Owner{stock, paid}, []string{"copyright"}, ""},
		{"unsure", with(copied, model.AlteredCopy, ClassPhoto, 0.4), []Owner{stock}, nil, ""},
		{"unrelated", with(copied, model.Unrelated, ClassPhoto, 0.9), []Owner{stock}, nil, ""},
	} {
		got := Findings(&guidelines.Pack{}, me, []model.Match{c.match}, func(id string) []Owner {
			if id != "o" {
				t.Errorf("%s: owners of %q asked for", c.name, id)
			}
			return c.owners
		})
		var names []string
		for _, f := range got {
			name := f.Guideline
			if f.Advisory {
				name += "*"
			}
			names = append(names, name)
			if f.ID == "" || f.ExpertID != "e1" || f.Scope != "photo:q:e1" || f.Detector != "photo-match" || !f.At.Equal(at) || f.Match == nil {
				t.Errorf("%s: %+v", c.name, f)
			}
			if len(f.Accounts) > 0 && f.Accounts[0].ExpertID != f.Match.ExpertID {
				t.Errorf("%s links %v to a match with %s", c.name, f.Accounts, f.Match.ExpertID)
			}
		}
		if strings.Join(names, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: %v, want %v", c.name, names, c.want)
			continue
		}
		if len(got) > 0 && !strings.Contains(got[0].Reason, c.words) {
			t.Errorf("%s says %q, not %q", c.name, got[0].Reason, c.words)
		}
	}
}
