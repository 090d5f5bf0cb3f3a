package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"syscall"
	"time"
)

// us is how a time is kept: microseconds since 1970. The zero time has its own
// number, and comes back as the zero time.
func us(t time.Time) int64 { return t.UnixMicro() }

func at(us int64) time.Time { return time.UnixMicro(us).UTC() }

var never = us(time.Time{})

// text writes a list or noun as JSON, as readable for a full-text index.
func text(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func words(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	s, err := text(list)
	if err != nil {
		return "[]" // strings always encode
	}
	return s
}

// unwords reads a list back; an empty one is nil.
func unwords(s string) ([]string, error) {
	var list []string
	if s == "" || s == "[]" {
		return nil, nil
	}
	err := json.Unmarshal([]byte(s), &list)
	return list, err
}

func unsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, os.ErrPermission)
}

// capped bounds how many rows a caller may ask for; none or nonsense gives a full page.
func capped(limit int) int {
	const most = 10_000
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}

// each maps rows to nouns.
func each[R, N any](rows []R, noun func(R) (N, error)) ([]N, error) {
	out := make([]N, 0, len(rows))
	for _, r := range rows {
		n, err := noun(r)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
