package store

import (
	"context"

	"mensch/app/model"
)

type hashRow struct {
	PhotoID string `db:"photo_id"`
	Method  int    `db:"method"`
	Width   int    `db:"width"`
	Height  int    `db:"height"`
	PHash   int64  `db:"phash"`
	DHash   int64  `db:"dhash"`
	Class   string `db:"class"`
	Views   []byte `db:"views"`
	PDQ     []byte `db:"pdq"`
	Quality int    `db:"quality"`
}

const hashColumns = `photo_id, method, width, height, phash, dhash, class, views, pdq, quality`

// The 64 bits of a hash fit SQLite's signed numbers bit by bit.
func (r hashRow) hashes() (model.PhotoHashes, error) {
	return model.PhotoHashes{
		PhotoID: r.PhotoID, Method: r.Method, Width: r.Width, Height: r.Height, PHash: uint64(r.PHash), DHash: uint64(r.DHash), Class: r.Class, Views: r.Views, PDQ: r.PDQ, Quality: r.Quality,
	}, nil
}

// SaveHashes keeps hashes, in place of what was kept of the same photos.
func (s *Store) SaveHashes(ctx context.Context, hashes []model.PhotoHashes) error {
	if len(hashes) == 0 {
		return nil
	}
	return s.write(ctx, "keeping the hashes of photos", func(t *tx) error {
		for _, h := range hashes {
			_, err := t.exec(`INSERT INTO hashes (photo_id, method, width, height, phash, dhash, class, views, pdq, quality) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (photo_id) DO UPDATE SET method = excluded.method, width = excluded.width, height = excluded.height, phash = excluded.phash,
					dhash = excluded.dhash, class = excluded.class, views = excluded.views, pdq = excluded.pdq, quality = excluded.quality`,
				h.PhotoID, h.Method, h.Width, h.Height, int64(h.PHash), int64(h.DHash), h.Class, h.Views, h.PDQ, h.Quality)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Hashes pages all hashes by photo ID.
func (s *Store) Hashes(ctx context.Context, after string, limit int) ([]model.PhotoHashes, error) {
	var rows []hashRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+hashColumns+` FROM hashes WHERE photo_id > ? ORDER BY photo_id LIMIT ?`, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the hashes of photos", err)
	}
	return each(rows, hashRow.hashes)
}

// HashesOf gives the hashes of one photo, or model.ErrNotFound.
func (s *Store) HashesOf(ctx context.Context, photoID string) (model.PhotoHashes, error) {
	var row hashRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+hashColumns+` FROM hashes WHERE photo_id = ?`, photoID); err != nil {
		return model.PhotoHashes{}, failed(ctx, "reading the hashes of photo "+photoID, err)
	}
	return row.hashes()
}

// QueueStaleHashes queues every photo whose hashes were computed by another
// method, so that they are computed anew. What came as a hash without a photo has
// no method that could grow old.
func (s *Store) QueueStaleHashes(ctx context.Context, method int) error {
	return s.write(ctx, "queueing photos to be hashed anew", func(t *tx) error {
		_, err := t.exec(`INSERT INTO work (kind, id, stamp) SELECT ?, h.photo_id, `+newStamp+` FROM hashes h JOIN photos p ON p.id = h.photo_id AND p.bytes > 0
			WHERE (h.method < ?2 OR h.method > ?2) AND h.class <> 'hash'
			ON CONFLICT DO NOTHING`, model.WorkPhoto, method)
		return err
	})
}
