package main

import "testing"

func TestWhatRacesIsRaced(t *testing.T) {
	for pkg, want := range map[string]bool{
		"mensch/app": true, "mensch/app/sync": true, "mensch/app/photos": false, "mensch/store": true, "mensch/store/storetest": true,
		"mensch/views": true, "mensch/views/queue": true, "mensch/views/shots": false, "mensch/viewsother": false,
		"mensch/cmd/mensch-platform/platform": true, "mensch/cmd/menschctl": false,
	} {
		if isRacing(pkg) != want {
			t.Errorf("%s is raced: %v", pkg, !want)
		}
	}
}
