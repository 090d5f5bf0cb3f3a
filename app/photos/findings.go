package photos

import (
	"fmt"
	"slices"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// detectorName is the name of the findings' detector in the rule pack.
const detectorName = "photo-match"

// Owner says where a matched photo stands.
type Owner struct {
	model.PhotoOwner
	BankKind model.BankKind // of PhotoOwner.BankID; empty where that is empty
}

// Findings turns the matches of an expert's photo into findings, best first.
// owners says where another photo stands. A picture of a bank of legitimate
// ones has no findings at all; a graphic has findings only against copyrighted
// banks; a match with the expert's own photo is none.
//
// The score that a copy needs is the pack's parameter photo-match/min_score,
// 0.5 unless set.
func Findings(pack *guidelines.Pack, expert model.ExpertProfile, matches []model.Match, owners func(photoID string) []Owner) []model.Finding {
	least := pack.Param(detectorName, "min_score", 0.5)
	type owned struct {
		match model.Match
		owner Owner
	}
	var all []owned
	for _, match := range matches {
		similar := match.Kind == model.SimilarPortrait
		if match.Kind == model.Unrelated || !similar && match.Score < least {
			continue
		}
		for _, owner := range owners(match.Other) {
			if owner.BankKind == model.BankLegitimate {
				if similar {
					continue
				}
				return nil
			}
			if owner.BankID == "" && (owner.ExpertID == "" || owner.ExpertID == expert.Expert.ID) {
				continue
			}
			if match.Class == ClassGraphic && owner.BankKind != model.BankCopyrighted {
				continue
			}
			all = append(all, owned{match, owner})
		}
	}
	var out []model.Finding
	seen := map[string]bool{}
	for _, o := range all {
		f := finding(expert, o.match, o.owner)
		// Of many photos in one bank or on one account the best match says enough.
		key := f.Guideline + "\x00" + o.owner.BankID + "\x00" + o.owner.ItemID + "\x00" + o.owner.ExpertID
		if seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, f)
	}
	slices.SortStableFunc(out, model.StrongestFirst)
	return out
}

func finding(expert model.ExpertProfile, match model.Match, owner Owner) model.Finding {
	match.ExpertID, match.Bank, match.BankItem = owner.ExpertID, owner.BankID, owner.ItemID
	f := model.Finding{
		ExpertID: expert.Expert.ID,
		Detector: detectorName,
		Scope:    "photo:" + match.Query + ":" + expert.Expert.ID,
		Score:    match.Score,
		Match:    &match,
		At:       expert.Profile.UpdatedAt,
	}
	same := sameness(match)
	similar := match.Kind == model.SimilarPortrait
	switch {
	case owner.BankID != "" && owner.BankKind == model.BankCopyrighted:
		f.Guideline = "copyright"
		f.Reason = fmt.Sprintf("The profile photo %s the copyrighted picture %s.", same, quoted(owner.Name))
	case owner.BankID != "" && owner.BankKind == model.BankBanned:
		f.Guideline = "false-photo"
		f.Reason = fmt.Sprintf("The profile photo %s a photo of the banned account %s: the same person is back, or the photo is somebody else's.", same, quoted(owner.Name))
	case owner.BankID != "":
		f.Guideline = "false-photo"
		f.Reason = fmt.Sprintf("The profile photo %s the stock photo %s, so it hardly shows the expert.", same, quoted(owner.Name))
	case owner.Cluster == expert.Expert.Cluster:
		f.Guideline = "multiple-accounts"
		f.Reason = fmt.Sprintf("The profile photo %s that of %s in the same cluster (%s): a second account of one person, or a photo taken from another expert.", same, quoted(owner.Name), owner.Cluster)
		f.Accounts = linked(owner, same)
	default:
		f.Guideline = "multiple-accounts"
		f.Advisory = true
		f.Reason = fmt.Sprintf("The profile photo %s that of %s in another cluster (%s). Two accounts of one person in different clusters are no violation; it would be one if the photo shows somebody else.", same, quoted(owner.Name), owner.Cluster)
		f.Accounts = linked(owner, same)
	}
	if similar {
		f.Advisory = true
		f.Reason += " It's another photo, not a copy: a hint, and no evidence."
	}
	f.ID = model.FindingID(f)
	return f
}

func linked(owner Owner, same string) []model.Linked {
	return []model.Linked{{ExpertID: owner.ExpertID, Cluster: owner.Cluster, Signals: []string{"photo " + same + " theirs"}}}
}

func quoted(name string) string {
	if name == "" {
		return "without a name"
	}
	return "“" + name + "”"
}

// sameness says in words what a match is, to stand before the other photo.
func sameness(m model.Match) string {
	changes := ""
	if m.Transform != "" && m.Transform != unchanged {
		changes = " (" + m.Transform + ")"
	}
	switch m.Kind {
	case model.SameFile:
		return "is the same file as"
	case model.SamePicture:
		return "shows the same picture" + changes + " as"
	case model.SimilarPortrait:
		return "resembles"
	}
	return "is an altered copy" + changes + " of"
}

// unchanged are the words for a picture with no change to be seen.
const unchanged = "unchanged"
