package app

import (
	"context"
	"fmt"
	"time"
)

const (
	settingAged    = "cases.aged"     // when open cases were last ranked because time had passed
	settingAgedAll = "cases.aged_all" // when those past their aim were, too

	agingPause    = time.Hour
	agingPauseAll = 24 * time.Hour
)

// ageCases queues open cases to be ranked anew, because a case gains points with
// each hour until its aim: those that are still short of it every hour, and the
// others, whose words say for how long they have been overdue, every day.
func (d *Desk) ageCases(ctx context.Context) error {
	now := d.now().UTC()
	due := func(setting string, pause time.Duration) (bool, error) {
		text, err := d.store.Setting(ctx, setting)
		if err != nil {
			return false, fmt.Errorf("reading when cases were last ranked: %w", err)
		}
		last, err := time.Parse(time.RFC3339, text)
		if err == nil && now.Sub(last) < pause && !last.After(now) {
			return false, nil
		}
		if err := d.store.SetSetting(ctx, setting, now.Format(time.RFC3339)); err != nil {
			return false, fmt.Errorf("noting when cases were ranked: %w", err)
		}
		return text != "", nil // the first time, all are fresh
	}
	all, err := due(settingAgedAll, agingPauseAll)
	if err != nil {
		return err
	}
	young, err := due(settingAged, agingPause)
	if err != nil || !all && !young {
		return err
	}
	var since time.Time
	if !all {
		longest := 0
		for _, h := range d.pack().Priority.SLAHours {
			longest = max(longest, h)
		}
		since = now.Add(-time.Duration(longest)*time.Hour - agingPause)
	}
	if err := d.store.QueueOpenCases(ctx, since); err != nil {
		return fmt.Errorf("queueing open cases to be ranked anew: %w", err)
	}
	return nil
}
