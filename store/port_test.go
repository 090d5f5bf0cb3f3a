package store_test

import (
	"mensch/app"
	"mensch/store"
)

var _ app.Store = (*store.Store)(nil)
