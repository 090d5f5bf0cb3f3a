package model

import "time"

// PackVersion is one version of the rules as it was put in force here.
type PackVersion struct {
	Seq     int64
	Version string
	Digest  string // SHA-256 of Body, in hex
	Body    []byte // the pack's file; empty in lists
	Author  string
	Reason  string
	Changes []string // in sentences
	At      time.Time
}

// WorkFor queues detection work of one kind: for everything, or only for what
// the named detectors found something in.
type WorkFor struct {
	Kind      WorkKind
	Detectors []string // nil: for everything
}

// Weighing is what the rules' conditions made of an expert's open case.
type Weighing struct {
	ExpertID   string
	Suppressed map[string]string // finding ID -> why; all others come back to sight
	Found      []Finding         // of conditions; they replace those before
}

// JudgedFinding is a verdict with the score that it was given on.
type JudgedFinding struct {
	FindingID string
	Detector  string
	Guideline string
	Score     float64 // as the detector gave it
	Verdict   Verdict
	At        time.Time
}

// Calibration maps a detector's scores to probabilities:
// logit p = A ln s - B ln(1-s) + C.
type Calibration struct {
	Detector string
	A, B, C  float64
	Verdicts int
	Accepted int
	At       time.Time
}

// DetectorCount is how many findings of a detector are in the store.
type DetectorCount struct {
	Detector string
	Findings int // in sight
	Accepted int
	Rejected int
}
