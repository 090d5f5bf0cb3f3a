package transcripts

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"mensch/app/model"
)

// Caps on a transcript file.
const (
	MaxLine     = 1 << 20   // bytes in one line
	MaxMessages = 1_000_000 // messages in one file
	MaxFile     = 1 << 30   // bytes of one file, unpacked
)

// TranscriptError says which line of a transcript file can't be read, and why.
type TranscriptError struct {
	Line int // from 1
	Err  error
}

func (e *TranscriptError) Error() string {
	return fmt.Sprintf("transcript line %d: %v", e.Line, e.Err)
}

func (e *TranscriptError) Unwrap() error { return e.Err }

// Reasons for which a line of a transcript is refused, inside a
// *TranscriptError.
var (
	ErrLineTooLong     = fmt.Errorf("is longer than %d bytes", MaxLine)
	ErrTooManyMessages = fmt.Errorf("is past the %d messages a file may hold", MaxMessages)
	ErrNotJSON         = errors.New("is not a JSON object")
	ErrNoSender        = errors.New(`"from" is neither "expert" nor "client"`)
	ErrFileTooLong     = fmt.Errorf("is past the %d bytes a file may hold", MaxFile)
	ErrSameID          = errors.New(`repeats an "id" of its session`)
	ErrNotUTF8         = errors.New("is not UTF-8")
)

// ReadTranscript reads JSON Lines, one message a line, plain or packed by gzip,
// and gives the sessions in the order in which they first appear, each with its
// messages in the file's order. Empty lines are skipped, and so are fields that
// a message doesn't have. A message without an ID is named after its line, one
// without a session belongs to the session "transcript", and a time that can't
// be read is no time. Any other line that can't be read ends the reading with a
// *TranscriptError; a failing reader's error is wrapped.
func ReadTranscript(r io.Reader) ([]model.Conversation, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, _ := br.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("unpack the transcript: %w", err)
		}
		br = bufio.NewReaderSize(z, 64<<10)
	}
	size := 0
	var out []model.Conversation
	index := map[string]int{}
	seen := map[[2]string]bool{}
	for n, total := 1, 0; ; n++ {
		raw, err := readLine(br)
		if err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, ErrLineTooLong) {
				return nil, &TranscriptError{n, err}
			}
			return nil, fmt.Errorf("read transcript line %d: %w", n, err)
		}
		if size += len(raw); size > MaxFile {
			return nil, &TranscriptError{n, ErrFileTooLong}
		}
		if n == 1 {
			raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 {
			if total++; total > MaxMessages {
				return nil, &TranscriptError{n, ErrTooManyMessages}
			}
			m, bad := message(raw, n)
			if bad != nil {
				return nil, &TranscriptError{n, bad}
			}
			key := [2]string{m.Session, m.ID}
			if seen[key] {
				return nil, &TranscriptError{n, ErrSameID}
			}
			seen[key] = true
			k, ok := index[m.Session]
			if !ok {
				k = len(out)
				index[m.Session] = k
				out = append(out, model.Conversation{Session: model.Session{ID: m.Session, Kind: "chat", StartedAt: m.At}})
			}
			c := &out[k]
			if m.Seq == 0 {
				m.Seq = int64(len(c.Messages) + 1)
			}
			c.Messages = append(c.Messages, m)
			if m.At.After(c.Session.EndedAt) {
				c.Session.EndedAt = m.At
			}
		}
		if err != nil {
			return out, nil
		}
	}
}

// loose is a message whose time may be written in other ways.
type loose struct {
	model.Message
	At any `json:"at"`
}

func message(raw []byte, n int) (model.Message, error) {
	var l loose
	if !utf8.Valid(raw) {
		return l.Message, ErrNotUTF8
	}
	if raw[0] != '{' {
		return l.Message, ErrNotJSON
	}
	if err := json.Unmarshal(raw, &l); err != nil {
		return l.Message, fmt.Errorf("%w: %w", ErrNotJSON, err)
	}
	m := l.Message
	m.At = instant(l.At)
	m.From = model.Sender(strings.ToLower(string(m.From)))
	if m.From != model.FromExpert && m.From != model.FromClient {
		return m, ErrNoSender
	}
	if m.ID == "" {
		m.ID = fmt.Sprintf("line %d", n)
	}
	if m.Session == "" {
		m.Session = "transcript"
	}
	return m, nil
}

// instant reads a time in RFC 3339, without a zone (UTC is meant) or in seconds
// since 1970; the zero time stands for what is none of them.
func instant(v any) time.Time {
	switch v := v.(type) {
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04"} {
			if t, err := time.Parse(layout, v); err == nil {
				return t
			}
		}
	case float64:
		if v > 0 && v < 1e11 {
			return time.Unix(int64(v), 0).UTC()
		}
	}
	return time.Time{}
}

// readLine reads up to the next line break, without keeping more than MaxLine.
func readLine(br *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > MaxLine+1 {
			return nil, ErrLineTooLong
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err //nolint:wrapcheck // io.EOF must stay itself
		}
	}
}
