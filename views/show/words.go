package show

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
)

// Ago says how long ago a time was, in the shortest words: "now", "4 min",
// "3 h", "2 d", "5 wk", "3 y". The zero time is a dash.
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return "–"
	}
	d := now.Sub(t)
	if d < 0 {
		return "in " + span(-d)
	}
	if d < time.Minute {
		return "now"
	}
	return span(d)
}

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 21*24*time.Hour:
		return fmt.Sprintf("%d d", int(d.Hours()/24))
	case d < 365*24*time.Hour:
		return fmt.Sprintf("%d wk", int(d.Hours()/24/7))
	}
	return fmt.Sprintf("%d y", int(d.Hours()/24/365))
}

// Date is a day: "4 Mar 2026". The zero time is a dash.
func Date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2 Jan 2006")
}

// DateTime is a day and time in UTC.
func DateTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2 Jan 2006 15:04")
}

// Clock is a time of day in UTC.
func Clock(t time.Time) string { return t.UTC().Format("15:04") }

// Number groups thousands: 12,345.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Count is a number with its noun in the right form: "1 case", "3 cases".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(int64(n)) + " " + many
}

// Percent is a share from 0 to 1 in per cent.
func Percent(share float64) string { return strconv.Itoa(int(share*100+0.5)) + " %" }

// CaseState says a case's state and its colour.
func CaseState(s model.CaseState) (string, fyne.ThemeColorName) {
	switch s {
	case model.CaseOpen:
		return "Open", look.Info
	case model.CaseWaiting:
		return "Sending", theme.ColorNameWarning
	case model.CaseProposed:
		return "Proposed", theme.ColorNameWarning
	case model.CaseConflict:
		return "Conflict", theme.ColorNameError
	case model.CaseDecided:
		return "Decided", theme.ColorNameSuccess
	case model.CaseAppealed:
		return "Appealed", theme.ColorNameError
	}
	return string(s), look.Muted
}

// Outbox says an outbox entry's state and its colour.
func Outbox(s model.OutboxState) (string, fyne.ThemeColorName) {
	switch s {
	case model.OutboxQueued:
		return "Waiting", theme.ColorNameWarning
	case model.OutboxSending:
		return "Sending", look.Info
	case model.OutboxAcked:
		return "Confirmed", theme.ColorNameSuccess
	case model.OutboxConflict:
		return "Conflict", theme.ColorNameError
	case model.OutboxRejected:
		return "Refused", theme.ColorNameError
	case model.OutboxUnknown:
		return "Unsure", theme.ColorNameWarning
	case model.OutboxUndone:
		return "Undone", look.Muted
	}
	return string(s), look.Muted
}

// Step says a sanction's step.
func Step(s model.Step) string {
	switch s {
	case model.StepNote:
		return "Note on record"
	case model.StepWarning:
		return "Warning"
	case model.StepFieldReset:
		return "Reset a profile field"
	case model.StepPhotoRemoval:
		return "Remove the photo"
	case model.StepRatingVoid:
		return "Void ratings"
	case model.StepSuspension:
		return "Suspension"
	case model.StepBan:
		return "Ban"
	}
	return string(s)
}

// StepLength is a step with how long it lasts.
func StepLength(s model.Step, days int) string {
	if s != model.StepSuspension {
		return Step(s)
	}
	if days == 0 {
		return "Suspension without end"
	}
	return "Suspension, " + Count(days, "day", "days")
}

// Verdict says a verdict and its colour.
func Verdict(v model.Verdict) (string, fyne.ThemeColorName) {
	switch v {
	case model.VerdictAccepted:
		return "Accepted", theme.ColorNameSuccess
	case model.VerdictRejected:
		return "Rejected", look.Muted
	}
	return "To judge", look.Info
}

// ExpertState says what the platform lets an expert do.
func ExpertState(s model.ExpertState) (string, fyne.ThemeColorName) {
	switch s {
	case model.ExpertActive:
		return "Active", look.Muted
	case model.ExpertSuspended:
		return "Suspended", theme.ColorNameWarning
	case model.ExpertBanned:
		return "Banned", theme.ColorNameError
	}
	return string(s), look.Muted
}

// Capital gives a text with its first letter large.
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
