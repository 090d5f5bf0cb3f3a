package contacts

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPlainAddresses holds what is read of an address at little cost against
// xurls.
func TestPlainAddresses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]string{"http", "https", "ftp", "foo", "hxxp"}).Draw(t, "scheme") + rapid.SampledFrom([]string{"://", ":/", ":"}).Draw(t, "signs") +
			rapid.StringMatching(`[a-e.0-3/:?=&%~_-]{0,16}[a-c1/.,!)(*@:-]?`).Draw(t, "rest")
		want := 0
		if m := strictURL().FindStringIndex(s); m != nil && m[0] == 0 {
			want = m[1]
		}
		if got := urlLength(s); got != want {
			t.Fatalf("%d bytes of %q are an address, xurls says %d", got, s, want)
		}
	})
}
