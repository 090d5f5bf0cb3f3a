package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"mensch/app/model"
)

// SettingServer is the key under which a store remembers the base address of
// its platform.
const SettingServer = "server"

// Keys of the settings in the store.
const (
	settingModerator = "moderator"
	settingRoles     = "roles"
	settingDesk      = "desk"
	settingFilter    = "queue-filter"
)

// DefaultSettings are what a new store starts with.
func DefaultSettings() Settings {
	return Settings{BlurPhotos: true, UndoSeconds: 60, Theme: "system", SyncMinutes: 5, TextScale: 1, Language: "en", Exposures: 40}
}

// Settings are the moderator's lasting choices.
func (d *Desk) Settings(ctx context.Context) (Settings, error) {
	s := DefaultSettings()
	text, err := d.store.Setting(ctx, settingDesk)
	if err != nil {
		return s, fmt.Errorf("reading the settings: %w", err)
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return DefaultSettings(), fmt.Errorf("reading the settings: %w", err)
		}
	}
	_, s.Server = d.link()
	s.Moderator = d.Moderator()
	s.Organisation = wellness(d.pack())
	own := struct{ Wellness *overrides }{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &own); err != nil {
			return DefaultSettings(), fmt.Errorf("reading the settings: %w", err)
		}
	}
	switch {
	case own.Wellness != nil:
		s = withWellness(s, own.Wellness.over(s.Organisation))
	case text != "": // kept before there was an organisation's default
		blur := s.BlurPhotos
		s = withWellness(s, s.Organisation)
		s.BlurPhotos = blur
	default:
		s = withWellness(s, s.Organisation)
	}
	return s, nil
}

// SaveSettings keeps the choices; the server and the moderator's name come
// from the connection and are not kept by it.
func (d *Desk) SaveSettings(ctx context.Context, s Settings) error {
	if err := checkSettings(s); err != nil {
		return err
	}
	kept := struct {
		Settings
		Wellness overrides
	}{s, overridesOf(wellnessOf(s), wellness(d.pack()))}
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("writing the settings: %w", err)
	}
	if err := d.store.SetSetting(ctx, settingDesk, string(text)); err != nil {
		return fmt.Errorf("keeping the settings: %w", err)
	}
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "settings", "desk", string(text)); err != nil {
		return fmt.Errorf("noting the settings in the audit log: %w", err)
	}
	d.changed()
	return nil
}

func checkSettings(s Settings) error {
	var why []error
	if s.UndoSeconds < 0 || s.UndoSeconds > 600 {
		why = append(why, errors.New("the undo time must lie between 0 and 600 seconds"))
	}
	if s.SyncMinutes < 0 || s.SyncMinutes > 24*60 {
		why = append(why, errors.New("the time between syncs must lie between 0 (by hand) and 1440 minutes"))
	}
	if s.TextScale < 0.75 || s.TextScale > 2 {
		why = append(why, errors.New("the size of text must lie between 0.75 and 2"))
	}
	if s.Exposures < 0 || s.Exposures > 1000 {
		why = append(why, errors.New("the budget of an hour must lie between 0 (none) and 1000"))
	}
	switch s.Theme {
	case "system", "light", "dark":
	default:
		why = append(why, fmt.Errorf("there is no theme %q", s.Theme))
	}
	if len(why) > 0 {
		return &Refusal{Why: "The settings were not kept: " + errors.Join(why...).Error() + "."}
	}
	return nil
}

// QueueFilter is the filter that the queue was left with.
func (d *Desk) QueueFilter(ctx context.Context) (model.QueueFilter, error) {
	var filter model.QueueFilter
	text, err := d.store.Setting(ctx, settingFilter)
	if err != nil || text == "" {
		return filter, err
	}
	if err := json.Unmarshal([]byte(text), &filter); err != nil {
		return model.QueueFilter{}, fmt.Errorf("reading the queue's filter: %w", err)
	}
	return filter, nil
}

// SaveQueueFilter keeps the queue's filter for the next start.
func (d *Desk) SaveQueueFilter(ctx context.Context, filter model.QueueFilter) error {
	text, err := json.Marshal(filter)
	if err != nil {
		return fmt.Errorf("writing the queue's filter: %w", err)
	}
	return d.store.SetSetting(ctx, settingFilter, string(text))
}

// Languages are those that messages can be written in.
func (d *Desk) Languages() []string { return d.pack().Languages() }

// Server is the base address of the platform behind the desk; empty: none.
func (d *Desk) Server() string {
	_, server := d.link()
	return server
}

// Remember keeps the address of the desk's platform for the next start.
func (d *Desk) Remember(ctx context.Context, server string) error {
	if err := d.store.SetSetting(ctx, SettingServer, server); err != nil {
		return fmt.Errorf("keeping the platform's address: %w", err)
	}
	return nil
}
