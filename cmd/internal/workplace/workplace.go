// Package workplace makes a desk out of a folder, for every program that has
// one: the store, the default rule pack, the platform that the store belongs
// to, and its token from the system's keyring.
package workplace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/sync"
	"mensch/assets"
	"mensch/store"
)

// Config says which desk to open.
type Config struct {
	Dir    string // the store's folder; made if it is not there
	Server string // base address of the platform; empty: the one that the store remembers
	Token  string // empty: the one in the keyring
	// Moderator names who decides while the platform has not said it.
	Moderator string
	// Remember keeps Server in the store and Token in the keyring.
	Remember bool
	// Offline opens no platform and asks no keyring.
	Offline bool
}

// Folder is where the user's own store lies, by the custom of the system.
func Folder() string { return filepath.Join(xdg.DataHome, "mensch") }

// Configured reports whether a folder holds a store already.
func Configured(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "mensch.db"))
	return err == nil && info.Mode().IsRegular()
}

// Pack is the rule pack that Mensch ships.
func Pack() (*guidelines.Pack, error) {
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		return nil, fmt.Errorf("reading the rule pack: %w", err)
	}
	return pack, nil
}

// Open opens the desk of a folder. Without a server or a token it works
// offline; the desk can be connected later by Connect.
func Open(ctx context.Context, c Config) (desk *app.Desk, err error) {
	pack, err := Pack()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.Dir, store.Options{Seal: audit.Seal, Way: cases.Trace, Live: cases.LiveOn, Now: time.Now})
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", c.Dir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	server := c.Server
	if server == "" {
		if server, err = db.Setting(ctx, app.SettingServer); err != nil {
			return nil, fmt.Errorf("reading which platform the store belongs to: %w", err)
		}
	}
	options := app.Options{Store: db, Pack: pack, Models: assets.Models(), Moderator: c.Moderator, Server: server, Keys: Keys{Dir: c.Dir}}
	if server != "" && !c.Offline {
		token := c.Token
		if token == "" {
			// A keyring that is locked or missing leaves the desk offline, which it says.
			token, _ = Token(server)
		}
		if token != "" {
			platform, err := sync.NewHTTP(server, token, sync.HTTPOptions{})
			if err != nil {
				return nil, err
			}
			options.Platform, options.Server = platform, platform.Server()
		}
	}
	if c.Remember {
		if err := remember(ctx, db, options.Server, c.Token); err != nil {
			return nil, err
		}
	}
	return app.NewDesk(ctx, options)
}

func remember(ctx context.Context, db *store.Store, server, token string) error {
	if err := db.SetSetting(ctx, app.SettingServer, server); err != nil {
		return fmt.Errorf("keeping the platform's address: %w", err)
	}
	if token == "" {
		return nil
	}
	return SaveToken(server, token)
}
