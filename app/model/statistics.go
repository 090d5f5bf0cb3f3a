package model

import "time"

// Period is what statistics are counted over: from From until To, in spans.
type Period struct {
	From time.Time     `json:"from"`
	To   time.Time     `json:"to"`
	Span time.Duration `json:"-"` // of one point of a line
}

// Spans is how many spans the period has.
func (p Period) Spans() int {
	if p.Span <= 0 || !p.To.After(p.From) {
		return 0
	}
	return int((p.To.Sub(p.From) + p.Span - 1) / p.Span)
}

// Statistics are what the dashboards show.
type Statistics struct {
	Period    Period             `json:"period"`
	Flow      []FlowPoint        `json:"flow"`
	Ages      []AgeBand          `json:"ages"`
	Times     []TimePoint        `json:"times"`
	Overall   TimePoint          `json:"overall"` // time to decision over the whole period
	Steps     []StepCount        `json:"steps"`
	Reversals []ReversalPoint    `json:"reversals"`
	Detectors []DetectorVerdicts `json:"detectors"`
	Expiring  []ExpiryWeek       `json:"expiring"`
	Agreement []Agreement        `json:"agreement"`
}

// FlowPoint is what came in and went out within a span, and what was left at
// its end.
type FlowPoint struct {
	At      time.Time `json:"at"` // the span's beginning
	Opened  int       `json:"opened"`
	Decided int       `json:"decided"`
	Backlog int       `json:"backlog"`
}

// AgeBand is how many cases have waited so long now.
type AgeBand struct {
	Label string `json:"label"`
	Cases int    `json:"cases"`
}

// TimePoint is how long cases waited for their decision, in hours.
type TimePoint struct {
	At        time.Time `json:"at"`
	Decisions int       `json:"decisions"`
	Median    float64   `json:"median_hours"`
	P90       float64   `json:"p90_hours"`
}

// StepCount is how often a step was taken under a guideline; the step of a
// dismissal is "dismissed".
type StepCount struct {
	Guideline string `json:"guideline"`
	Step      Step   `json:"step"`
	Count     int    `json:"count"`
}

// StepDismissed stands for a dismissal among the steps.
const StepDismissed Step = "dismissed"

// ReversalPoint is how many decisions of a span were taken back since.
type ReversalPoint struct {
	At       time.Time `json:"at"`
	Decided  int       `json:"decided"`
	Reversed int       `json:"reversed"`
}

// DetectorVerdicts are the moderators' verdicts on a detector's findings, with
// the 95 % interval of its precision.
type DetectorVerdicts struct {
	Detector  string  `json:"detector"`
	Accepted  int     `json:"accepted"`
	Rejected  int     `json:"rejected"`
	Precision float64 `json:"precision"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
}

// ExpiryWeek is how many live strikes expire within a week.
type ExpiryWeek struct {
	At      time.Time `json:"at"`
	Strikes int       `json:"strikes"`
	Experts int       `json:"experts"`
}

// Agreement is how far second moderators, who did not see the first decision,
// came to the same one.
type Agreement struct {
	Guideline string  `json:"guideline"` // empty: all together
	Pairs     int     `json:"pairs"`
	Observed  float64 `json:"observed"` // share of equal ones
	Kappa     float64 `json:"kappa"`
	Low       float64 `json:"low"` // 95 % interval of kappa
	High      float64 `json:"high"`
	Defined   bool    `json:"defined"` // false: all said the same one thing, so that chance alone explains it
}

// ReviewPair is a decision with a second moderator's blind verdict on it.
type ReviewPair struct {
	DecisionID string    `json:"decision"`
	CaseID     string    `json:"case"`
	Guideline  string    `json:"guideline"`
	First      string    `json:"first"`  // dismissed, or the step
	Second     string    `json:"second"` // the same of the review
	Decider    string    `json:"decider"`
	Reviewer   string    `json:"reviewer"`
	At         time.Time `json:"at"` // of the review
}

// SampleItem is a decided case that may be given to a second moderator.
type SampleItem struct {
	DecisionID string
	CaseID     string
	Guideline  string
}
