package platform

import (
	"encoding/base64"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestCursorComesBackAsItWent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cursor{Seq: rapid.Int64Min(0).Draw(t, "seq"), Base: rapid.Int64Min(0).Draw(t, "base")}
		secret, server := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"), rapid.String().Draw(t, "server")
		s := c.seal(secret, server)
		if s != c.seal(secret, server) {
			t.Fatal("one place has two cursors")
		}
		back, err := openCursor(secret, server, s)
		if err != nil || back != c {
			t.Fatalf("%+v came back as %+v, %v", c, back, err)
		}
		if _, err := openCursor(secret, server+"x", s); !errors.Is(err, errForeignCursor) {
			t.Fatalf("another server took it: %v", err)
		}
		if _, err := openCursor(append([]byte{1}, secret...), server, s); !errors.Is(err, errForeignCursor) {
			t.Fatalf("another secret took it: %v", err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := openCursor(secret, server, base64.RawURLEncoding.EncodeToString(raw)); !errors.Is(err, errForeignCursor) {
			t.Fatalf("a changed cursor was taken: %v", err)
		}
	})
}

func FuzzOpenCursor(f *testing.F) {
	secret := make([]byte, 32)
	good := cursor{Seq: 7, Base: 9}.seal(secret, "server")
	for _, seed := range []string{"", good, good[1:], good + "A", good + "=", "\x00", "ÿÿÿÿ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := openCursor(secret, "server", s)
		if err == nil && c.seal(secret, "server") != s {
			t.Errorf("%q was taken as %+v, whose cursor is another", s, c)
		}
		if err != nil && c != (cursor{}) {
			t.Errorf("%q was refused with %+v", s, c)
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	for _, seed := range []string{`"1"`, `W/"1"`, `""`, `"`, `"-1"`, `"99999999999999999999"`, "*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := parseVersion(s); err == nil && n < 0 {
			t.Errorf("%q is version %d", s, n)
		}
	})
}
