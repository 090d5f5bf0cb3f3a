package platform

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

const (
	defaultPage = 500
	maxPage     = 1000
	// maxPageBytes ends a page early, so that no answer grows without bound.
	maxPageBytes = 8 << 20
)

func (s *Server) changes(w http.ResponseWriter, r *http.Request, _ *holder) {
	query := r.URL.Query()
	limit := defaultPage
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			s.fail(w, r, refuse(http.StatusBadRequest, invalid, "limit must be a number from 1 to %d.", maxPage))
			return
		}
		limit = n
	}
	page, err := s.page(r.Context(), query.Get("cursor"), limit)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, http.StatusOK, page)
}

// page reads what follows a cursor, all from one picture of the file.
func (s *Server) page(ctx context.Context, opaque string, limit int) (model.ChangePage, error) {
	var at cursor
	if opaque != "" {
		c, err := openCursor(s.secret, s.id, opaque)
		if err != nil {
			return model.ChangePage{}, refuse(http.StatusBadRequest, cursorForeign, "Start again with an empty cursor.")
		}
		at = c
	}
	page := model.ChangePage{Changes: []model.Change{}}
	err := read(ctx, s.readers, func(tx *sqlx.Tx) error {
		var feed struct {
			Seq   int64 `db:"seq"`
			Floor int64 `db:"floor"`
		}
		if err := tx.GetContext(ctx, &feed, "SELECT seq, floor FROM feed WHERE one = 1"); err != nil {
			return fmt.Errorf("reading the feed's end: %w", err)
		}
		if opaque == "" {
			at.Base = feed.Seq
		} else if at.lost(feed.Floor) || max(at.Seq, at.Base) > feed.Seq {
			// The second case is a server that was put back from an older copy.
			return refuse(http.StatusGone, cursorGone, "Start again with an empty cursor, and drop what the feed does not show any more.")
		}
		rows, err := tx.QueryxContext(ctx, "SELECT * FROM objects WHERE seq > ? ORDER BY seq LIMIT ?", at.Seq, limit)
		if err != nil {
			return fmt.Errorf("reading the feed: %w", err)
		}
		defer func() { _ = rows.Close() }()
		bytes := 0
		for rows.Next() {
			var o object
			if err := rows.StructScan(&o); err != nil {
				return fmt.Errorf("reading the feed: %w", err)
			}
			bytes += len(o.Data.String)
			if bytes > maxPageBytes && len(page.Changes) > 0 {
				break
			}
			page.Changes = append(page.Changes, o.change())
			at.Seq = o.Seq
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("reading the feed: %w", err)
		}
		_ = rows.Close()
		if err := tx.GetContext(ctx, &page.Total, "SELECT count(*) FROM objects WHERE seq > ?", at.Seq); err != nil {
			return fmt.Errorf("counting what is left: %w", err)
		}
		page.HasMore = page.Total > 0
		if !page.HasMore {
			at.Seq = feed.Seq // the last places may be of tombstones that are gone
		}
		return nil
	})
	if err != nil {
		return model.ChangePage{}, err
	}
	page.Cursor = at.seal(s.secret, s.id)
	return page, nil
}

// Compact forgets every tombstone and makes every cursor given out so far
// answer 410: what happens to a reader that was away for longer than the feed's
// horizon. It returns how many tombstones went.
func (s *Server) Compact(ctx context.Context) (int64, error) {
	var gone int64
	err := s.write(ctx, func(t *tx) error {
		t.seq++ // no cursor points past this place
		var err error
		gone, err = t.compact(t.seq, t.now.Add(time.Millisecond))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("compacting the feed: %w", err)
	}
	return gone, nil
}

// CompactBefore forgets the tombstones committed before t. Readers whose
// cursors are newer notice nothing.
func (s *Server) CompactBefore(ctx context.Context, before time.Time) (int64, error) {
	var gone int64
	err := s.write(ctx, func(t *tx) error {
		var floor int64
		err := t.GetContext(ctx, &floor, "SELECT coalesce(max(seq), 0) FROM objects WHERE deleted = 1 AND at < ?", millis(before))
		if err != nil || floor == 0 {
			return err
		}
		gone, err = t.compact(floor, before)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("compacting the feed: %w", err)
	}
	return gone, nil
}

func (t *tx) compact(floor int64, before time.Time) (int64, error) {
	result, err := t.ExecContext(t.ctx, "DELETE FROM objects WHERE deleted = 1 AND at < ?", millis(before))
	if err != nil {
		return 0, err
	}
	if _, err := t.ExecContext(t.ctx, "UPDATE feed SET floor = max(floor, ?) WHERE one = 1", floor); err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
