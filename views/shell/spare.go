package shell

import (
	"context"
	"fmt"
	"time"

	"mensch/app"
	"mensch/app/transcripts"
	"mensch/views/show"
)

// exposed is a desk that counts, for the person alone, what they looked at.
type exposed interface {
	Expose(ctx context.Context, kind string) (app.Exposure, error)
	Exposure(ctx context.Context) (app.Exposure, error)
}

// reminderPause is how far apart two suggestions of a break are.
const reminderPause = 15 * time.Minute

// spare wears the person's choices of how they are spared.
func (s *Shell) spare(before app.Settings) {
	now := s.settings
	var veil func(string) string
	if now.VeilWords {
		veil = transcripts.Veil
	}
	show.Spare(now.GreyPhotos, veil)
	if before.GreyPhotos != now.GreyPhotos || before.VeilWords != now.VeilWords {
		s.rethemed()
		if r, ok := s.Current().(Refresher); ok {
			r.Refresh()
		}
	}
}

func (s *Shell) toggleVeil() {
	v := s.settings
	v.VeilWords = !v.VeilWords
	s.SaveSettings(v)
}

// expose counts a hard thing that was looked at.
func (s *Shell) expose(kind string) {
	if d, ok := s.opts.Desk.(exposed); ok {
		Act(s, func(ctx context.Context) (app.Exposure, error) { return d.Expose(ctx, kind) }, s.suggest)
	}
}

// sight is a photo in a case.
type sight struct{ caseID, photoID string }

// sightPause is for how long a photo of a case is not counted again.
const sightPause = 24 * time.Hour

// Sighted counts photos that a screen shows of a case, none of them blurred: each
// once a day, however often they come into sight and on whichever screen. One that
// was blurred and is wanted counts by itself, when it is uncovered.
func (s *Shell) Sighted(caseID string, photoIDs ...string) {
	now := s.Now()
	for _, id := range photoIDs {
		k := sight{caseID, id}
		if id == "" || now.Sub(s.sights[k]) < sightPause {
			continue
		}
		if s.sights == nil || len(s.sights) >= mostSights {
			s.sights = map[sight]time.Time{}
		}
		s.sights[k] = now
		s.expose("photo")
	}
}

// mostSights is how many photos are kept in mind: more than anybody sees in a day.
const mostSights = 20_000

// Rest looks whether a break is due; a screen calls it when it showed
// something hard that the desk counted by itself.
func (s *Shell) Rest() {
	if d, ok := s.opts.Desk.(exposed); ok {
		Act(s, d.Exposure, s.suggest)
	}
}

// suggest says that a break is due, now and then and without standing in the
// way. That the count could not be read is nothing to bother anybody with.
func (s *Shell) suggest(e app.Exposure, err error) {
	now := s.Now()
	if err != nil || !e.Over() || now.Sub(s.reminded) < reminderPause {
		return
	}
	s.reminded = now
	s.Tell(fmt.Sprintf("%d hard things within an hour. A break now is well spent; the queue waits. (Counted for you alone, on this machine.)", e.Seen))
}
