package transcripts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"mensch/app/model"
)

// Caps on a transcript file.
const (
	MaxLine     = 1 << 20   // bytes in one line
	MaxMessages = 1_000_000 // messages in one file
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
	ErrNoID            = errors.New(`has no "id" or no "session"`)
	ErrSameID          = errors.New(`repeats an "id" of its session`)
	ErrNotUTF8         = errors.New("is not UTF-8")
)

// ReadTranscript reads JSON Lines, one message a line, and gives the sessions in
// the order in which they first appear, each with its messages in the file's
// order. Empty lines are skipped. A line that can't be read ends the reading
// with a *TranscriptError; a failing reader's error is wrapped.
func ReadTranscript(r io.Reader) ([]model.Conversation, error) {
	br := bufio.NewReaderSize(r, 64<<10)
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
		if n == 1 {
			raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 {
			if total++; total > MaxMessages {
				return nil, &TranscriptError{n, ErrTooManyMessages}
			}
			m, bad := message(raw)
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

func message(raw []byte) (model.Message, error) {
	var m model.Message
	if !utf8.Valid(raw) {
		return m, ErrNotUTF8
	}
	if raw[0] != '{' {
		return m, ErrNotJSON
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("%w: %w", ErrNotJSON, err)
	}
	if m.From != model.FromExpert && m.From != model.FromClient {
		return m, ErrNoSender
	}
	if m.ID == "" || m.Session == "" {
		return m, ErrNoID
	}
	return m, nil
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
