package platform

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// errForeignCursor says that this server never gave the cursor out.
var errForeignCursor = errors.New("the cursor is not of this server")

// cursor is a reader's place in the feed. Base is the feed's end when the
// reader began at the beginning: an object that was deleted before Base was
// never shown to that reader, so it can do without those tombstones. A place is
// behind compaction only when a tombstone above both numbers may be gone;
// without Base, a reader that starts after a compaction would be sent back to
// the beginning for ever.
type cursor struct {
	Seq  int64
	Base int64
}

// lost says whether the reader may have missed a tombstone.
func (c cursor) lost(floor int64) bool { return floor > max(c.Seq, c.Base) }

const (
	cursorVersion = 1
	cursorMAC     = 16
	cursorBytes   = 1 + 8 + 8 + cursorMAC
)

// seal makes the opaque form: the numbers with a MAC that binds them to this
// server, so that another server's cursor, or a made-up one, is told apart.
func (c cursor) seal(secret []byte, server string) string {
	b := make([]byte, 0, cursorBytes)
	b = append(b, cursorVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(c.Base))
	b = append(b, sign(secret, server, b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// openCursor reads the opaque form; the only error is errForeignCursor.
func openCursor(secret []byte, server, s string) (cursor, error) {
	if len(s) != base64.RawURLEncoding.EncodedLen(cursorBytes) {
		return cursor{}, errForeignCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != cursorBytes || b[0] != cursorVersion {
		return cursor{}, errForeignCursor
	}
	body, mac := b[:cursorBytes-cursorMAC], b[cursorBytes-cursorMAC:]
	if !hmac.Equal(mac, sign(secret, server, body)) {
		return cursor{}, errForeignCursor
	}
	c := cursor{Seq: int64(binary.BigEndian.Uint64(b[1:])), Base: int64(binary.BigEndian.Uint64(b[9:]))}
	if c.Seq < 0 || c.Base < 0 {
		return cursor{}, errForeignCursor
	}
	return c, nil
}

func sign(secret []byte, server string, body []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("mensch cursor\x00" + server + "\x00"))
	h.Write(body)
	return h.Sum(nil)[:cursorMAC]
}
