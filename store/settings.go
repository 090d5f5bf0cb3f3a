package store

import (
	"context"
)

// Setting gives a lasting setting; empty if it is not set.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.reader.GetContext(ctx, &value, `SELECT value FROM settings WHERE key = ?`, key)
	if isNone(err) {
		return "", nil
	}
	return value, failed(ctx, "reading the setting "+key, err)
}

// SetSetting keeps a lasting setting.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.write(ctx, "keeping the setting "+key, func(t *tx) error {
		_, err := t.exec(`INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}
