package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mensch/app/guidelines"
)

// Wellness is how the program spares whoever looks at hard things all day.
type Wellness struct {
	Blur      bool // photos, until they are wanted
	Grey      bool // photos without colours
	Mute      bool // no passing notices; errors still show
	Veil      bool // oaths and insults behind dots, until the pointer is on them
	Exposures int  // hard things within an hour before a break is suggested; 0: never
}

// wellness is the organisation's default, from the rule pack.
func wellness(p *guidelines.Pack) Wellness {
	w := Wellness{Blur: true, Exposures: 40}
	if p.Wellness != nil {
		w = Wellness{Blur: p.Wellness.Blur, Grey: p.Wellness.Grey, Mute: p.Wellness.Mute, Veil: p.Wellness.Veil, Exposures: p.Wellness.ExposuresPerHour}
	}
	return w
}

// wellnessOf and withWellness move the choices between their two forms.
func wellnessOf(s Settings) Wellness {
	return Wellness{Blur: s.BlurPhotos, Grey: s.GreyPhotos, Mute: s.Mute, Veil: s.VeilWords, Exposures: s.Exposures}
}

func withWellness(s Settings, w Wellness) Settings {
	s.BlurPhotos, s.GreyPhotos, s.Mute, s.VeilWords, s.Exposures = w.Blur, w.Grey, w.Mute, w.Veil, w.Exposures
	return s
}

// overrides are the choices that a person made against the organisation's
// default: only these are kept, so that a new default reaches everybody else.
type overrides struct {
	Blur, Grey, Mute, Veil *bool
	Exposures              *int
}

func overridesOf(mine, organisation Wellness) overrides {
	var o overrides
	differs := func(to **bool, mine, organisation bool) {
		if mine != organisation {
			*to = &mine
		}
	}
	differs(&o.Blur, mine.Blur, organisation.Blur)
	differs(&o.Grey, mine.Grey, organisation.Grey)
	differs(&o.Mute, mine.Mute, organisation.Mute)
	differs(&o.Veil, mine.Veil, organisation.Veil)
	if mine.Exposures != organisation.Exposures {
		o.Exposures = &mine.Exposures
	}
	return o
}

func (o overrides) over(w Wellness) Wellness {
	set := func(to *bool, from *bool) {
		if from != nil {
			*to = *from
		}
	}
	set(&w.Blur, o.Blur)
	set(&w.Grey, o.Grey)
	set(&w.Mute, o.Mute)
	set(&w.Veil, o.Veil)
	if o.Exposures != nil {
		w.Exposures = *o.Exposures
	}
	return w
}

// Exposure is what a person looked at within the last hour. It is counted on
// this machine, for them alone, and leaves it by no way: no sync, no export, no
// log reads it.
type Exposure struct {
	Seen   int
	Budget int // 0: no limit
}

// Over reports whether a break is due.
func (e Exposure) Over() bool { return e.Budget > 0 && e.Seen >= e.Budget }

// Expose counts a hard thing that was just looked at (a photo that was blurred,
// a severe transcript) and tells how many the last hour had.
func (d *Desk) Expose(ctx context.Context, kind string) (Exposure, error) {
	if err := d.store.NoteExposure(ctx, d.now().UTC(), kind); err != nil {
		return Exposure{}, fmt.Errorf("counting what was seen: %w", err)
	}
	return d.Exposure(ctx)
}

// Exposure tells what the last hour had.
func (d *Desk) Exposure(ctx context.Context) (Exposure, error) {
	settings, err := d.Settings(ctx)
	if err != nil {
		return Exposure{}, err
	}
	n, err := d.store.Exposures(ctx, d.now().UTC().Add(-time.Hour))
	if err != nil {
		return Exposure{}, fmt.Errorf("counting what was seen: %w", err)
	}
	return Exposure{Seen: n, Budget: settings.Exposures}, nil
}

// severe is the severity from which on a transcript counts as hard.
const severe = 4

// exposeTranscript counts a transcript with severe marks, once a day for each
// session: reading on in it, or its coming anew with a sync, is not another.
func (d *Desk) exposeTranscript(ctx context.Context, view TranscriptView) {
	hard := slices.ContainsFunc(view.Marks, func(m Mark) bool {
		g, ok := d.pack().Guideline(m.Guideline)
		return m.Label == "threat" || ok && g.Severity >= severe
	})
	if !hard {
		return
	}
	d.mu.Lock()
	last, now := d.read[view.Session.ID], d.now()
	fresh := now.Sub(last) > 24*time.Hour
	if fresh {
		if d.read == nil {
			d.read = map[string]time.Time{}
		}
		d.read[view.Session.ID] = now
	}
	d.mu.Unlock()
	if fresh {
		// Not to have counted is no reason not to show the transcript.
		_ = d.store.NoteExposure(ctx, now.UTC(), "transcript")
	}
}
