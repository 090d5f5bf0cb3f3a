package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

type judgementRow struct {
	Seq       int64   `db:"seq"`
	FindingID string  `db:"finding_id"`
	CaseID    string  `db:"case_id"`
	Word      string  `db:"word"`
	Before    string  `db:"before"`
	Kind      string  `db:"kind"`
	Class     string  `db:"class"`
	Score     float64 `db:"score"`
	Distance  int     `db:"distance"`
	BankID    string  `db:"bank_id"`
	ItemID    string  `db:"item_id"`
	By        string  `db:"said_by"`
	At        int64   `db:"said_at"`
	Undone    bool    `db:"undone"`
}

const judgementColumns = `seq, finding_id, case_id, word, before, kind, class, score, distance, bank_id, item_id, said_by, said_at, undone`

func (r judgementRow) judgement() (model.MatchJudgement, error) {
	return model.MatchJudgement{
		Seq: r.Seq, FindingID: r.FindingID, CaseID: r.CaseID, Word: model.MatchWord(r.Word), Before: model.Verdict(r.Before),
		Kind: model.MatchKind(r.Kind), Class: r.Class, Score: r.Score, Distance: r.Distance, BankID: r.BankID, ItemID: r.ItemID,
		By: r.By, At: at(r.At), Undone: r.Undone,
	}, nil
}

// JudgeMatch keeps a word on a finding's match: the finding's verdict, the
// photo's place in a bank (item, or nil) and the audit row in one transaction.
// What an earlier word did to a bank is taken back. It gives the judgement as
// it was kept, or model.ErrNotFound.
func (s *Store) JudgeMatch(ctx context.Context, findingID string, word model.MatchWord, item *model.BankItem, by string, when time.Time) (model.MatchJudgement, error) {
	var kept model.MatchJudgement
	err := s.write(ctx, "judging the match "+findingID, func(t *tx) error {
		f, err := findingByID(t.ctx, t, findingID)
		if err != nil {
			return err
		}
		if f.Match == nil {
			return errors.New("it compares no photos")
		}
		last, had, err := t.lastJudgement(findingID)
		if err != nil {
			return err
		}
		if had {
			if err := t.setItem(last.ItemID, true, by, when); err != nil {
				return err
			}
		}
		kept = model.MatchJudgement{
			FindingID: findingID, CaseID: f.CaseID, Word: word, Before: f.Verdict, Kind: f.Match.Kind, Class: f.Match.Class,
			Score: f.Match.Score, Distance: f.Match.Distance, By: by, At: at(us(when)),
		}
		if item != nil {
			kept.BankID = item.BankID
			if kept.ItemID, err = t.bankPhoto(*item, by, when); err != nil {
				return err
			}
		}
		if err := t.judged(f, word.Verdict(), by, when); err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO match_judgements (finding_id, case_id, word, before, kind, class, score, distance, bank_id, item_id, said_by, said_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			kept.FindingID, kept.CaseID, kept.Word, kept.Before, kept.Kind, kept.Class, kept.Score, kept.Distance, kept.BankID, kept.ItemID, kept.By, us(when))
		if err != nil {
			return err
		}
		if _, err := t.get(&kept.Seq, `SELECT last_insert_rowid()`); err != nil {
			return err
		}
		return t.audit(when, by, "judge", "finding:"+findingID, map[string]any{
			"verdict": word.Verdict(), "match": word, "guideline": f.Guideline, "case": f.CaseID, "bank": kept.BankID,
		})
	})
	return kept, err
}

// UndoMatch takes the last word on a match back: the finding has the verdict
// that it had before, and the bank is as it was. A word that is not the last
// one on its match, or is taken back already, gives model.ErrStale.
func (s *Store) UndoMatch(ctx context.Context, seq int64, by string, when time.Time) (model.MatchJudgement, error) {
	var undone model.MatchJudgement
	err := s.write(ctx, "taking a verdict back", func(t *tx) error {
		var row judgementRow
		found, err := t.get(&row, `SELECT `+judgementColumns+` FROM match_judgements WHERE seq = ?`, seq)
		if err != nil {
			return err
		}
		if !found {
			return model.ErrNotFound
		}
		last, had, err := t.lastJudgement(row.FindingID)
		if err != nil {
			return err
		}
		if !had || last.Seq != seq {
			return model.ErrStale
		}
		f, err := findingByID(t.ctx, t, row.FindingID)
		if err != nil {
			return err
		}
		if err := t.setItem(last.ItemID, true, by, when); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE match_judgements SET undone = 1 WHERE seq = ?`, seq); err != nil {
			return err
		}
		earlier, had, err := t.lastJudgement(row.FindingID)
		if err != nil {
			return err
		}
		if had {
			if err := t.setItem(earlier.ItemID, false, by, when); err != nil {
				return err
			}
		}
		if err := t.judged(f, last.Before, by, when); err != nil {
			return err
		}
		undone = last
		undone.Undone = true
		return t.audit(when, by, "judge", "finding:"+row.FindingID, map[string]any{
			"verdict": last.Before, "undoes": last.Word, "guideline": f.Guideline, "case": f.CaseID,
		})
	})
	return undone, err
}

func (t *tx) lastJudgement(findingID string) (model.MatchJudgement, bool, error) {
	var row judgementRow
	found, err := t.get(&row, `SELECT `+judgementColumns+` FROM match_judgements WHERE finding_id = ? AND undone = 0 ORDER BY seq DESC LIMIT 1`, findingID)
	if err != nil || !found {
		return model.MatchJudgement{}, false, err
	}
	j, err := row.judgement()
	return j, true, err
}

// judged gives a whole finding a verdict and queues its case.
func (t *tx) judged(f model.Finding, verdict model.Verdict, by string, when time.Time) error {
	_, err := t.exec(`UPDATE findings SET verdict = ?, by_marks = ?, judged_by = ?, judged_at = ?, inherited = 0 WHERE id = ?`,
		verdict, verdict == model.VerdictOpen, by, us(when), f.ID)
	if err != nil {
		return err
	}
	return t.queue(model.WorkCase, f.ExpertID)
}

// bankPhoto puts a photo into a bank and gives the item's ID, or empty if it
// stood there, enabled, already.
func (t *tx) bankPhoto(item model.BankItem, by string, when time.Time) (string, error) {
	if !isPhotoID(item.PhotoID) {
		return "", fmt.Errorf("item %s: the photo is named by no SHA-256", item.Name)
	}
	var there struct {
		ID       string `db:"id"`
		Disabled bool   `db:"disabled"`
	}
	found, err := t.get(&there, `SELECT id, disabled FROM bank_items WHERE bank_id = ? AND photo_id = ?`, item.BankID, item.PhotoID)
	if err != nil || found && !there.Disabled {
		return "", err
	}
	if found {
		return there.ID, t.setItem(there.ID, false, by, when)
	}
	var bank bool
	if _, err := t.get(&bank, `SELECT EXISTS (SELECT 1 FROM banks WHERE id = ?)`, item.BankID); err != nil {
		return "", err
	}
	if !bank {
		return "", fmt.Errorf("bank %s: %w", item.BankID, model.ErrNotFound)
	}
	_, err = t.exec(`INSERT INTO bank_items (id, bank_id, photo_id, name, source, licence, note, disabled, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
		item.ID, item.BankID, item.PhotoID, item.Name, item.Source, item.Licence, item.Note, us(item.AddedAt))
	if err != nil {
		return "", err
	}
	if err := t.queuePhoto(item.PhotoID); err != nil {
		return "", err
	}
	return item.ID, t.audit(when, by, "bank", "item:"+item.ID, map[string]any{"bank": item.BankID, "added": true})
}

// setItem takes a bank item out of matching or puts it back; no ID, no change.
func (t *tx) setItem(id string, disabled bool, by string, when time.Time) error {
	if id == "" {
		return nil
	}
	var photo string
	found, err := t.get(&photo, `SELECT photo_id FROM bank_items WHERE id = ?`, id)
	if err != nil || !found {
		return err // the bank may have lost the item since
	}
	n, err := t.exec(`UPDATE bank_items SET disabled = ?1 WHERE id = ?2 AND disabled <> ?1`, disabled, id)
	if err != nil || n == 0 {
		return err
	}
	if err := t.queuePhoto(photo); err != nil {
		return err
	}
	return t.audit(when, by, "bank", "item:"+id, map[string]any{"disabled": disabled})
}

// MatchJudgements pages what was said of matches by Seq, oldest first, words
// that were taken back among them.
func (s *Store) MatchJudgements(ctx context.Context, afterSeq int64, limit int) ([]model.MatchJudgement, error) {
	var rows []judgementRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+judgementColumns+` FROM match_judgements WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the verdicts on matches", err)
	}
	return each(rows, judgementRow.judgement)
}

// MatchWords gives the word that stands on each of some findings; those
// without one are left out.
func (s *Store) MatchWords(ctx context.Context, findingIDs []string) (map[string]model.MatchWord, error) {
	words := map[string]model.MatchWord{}
	const batch = 10_000
	for begin := 0; begin < len(findingIDs); begin += batch {
		query, args, err := sqlx.In(`SELECT finding_id, word FROM match_judgements WHERE undone = 0 AND finding_id IN (?) ORDER BY seq`,
			findingIDs[begin:min(begin+batch, len(findingIDs))])
		if err != nil {
			return nil, err
		}
		var rows []struct {
			FindingID string `db:"finding_id"`
			Word      string `db:"word"`
		}
		if err := s.reader.SelectContext(ctx, &rows, query, args...); err != nil {
			return nil, failed(ctx, "reading the verdicts on matches", err)
		}
		for _, r := range rows {
			words[r.FindingID] = model.MatchWord(r.Word)
		}
	}
	return words, nil
}
