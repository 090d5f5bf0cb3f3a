package app

import (
	"context"
	"time"

	"mensch/app/model"
)

// RulesStore keeps the versions of the rules, what their conditions say, and
// the calibration of scores.
type RulesStore interface {
	// ActivePack is the version in force, or model.ErrNotFound where the store
	// works by the rules that the program ships.
	ActivePack(ctx context.Context) (model.PackVersion, error)
	Pack(ctx context.Context, seq int64) (model.PackVersion, error)
	// Packs pages the versions newest first, without bodies; before 0 starts.
	Packs(ctx context.Context, before int64, limit int) ([]model.PackVersion, error)
	// SavePacks puts versions in force in one transaction with the work that
	// the change asks for and the audit rows; ErrStale if another version than
	// after (its seq, 0: none) is in force.
	SavePacks(ctx context.Context, after int64, versions []model.PackVersion, work []model.WorkFor) error
	// WorkIDs pages what such work would be for.
	WorkIDs(ctx context.Context, w model.WorkFor, after string, limit int) ([]string, error)

	// WeighingFacts are what conditions are asked of, by expert; those without
	// a finding are left out, unless all are wanted. KeepWeighing keeps the answer; scope names the
	// findings that conditions made of an expert.
	WeighingFacts(ctx context.Context, expertIDs []string, all bool, now time.Time) ([]model.CaseFacts, error)
	KeepWeighing(ctx context.Context, list []model.Weighing, scope func(expertID string) string) error
	JudgedOf(ctx context.Context, expertID string) ([]model.Finding, error)
	FindingsOfScope(ctx context.Context, scope string) ([]model.Finding, error)

	JudgedFindings(ctx context.Context, after model.JudgedFinding, limit int) ([]model.JudgedFinding, error)
	Calibrations(ctx context.Context) ([]model.Calibration, error)
	SaveCalibrations(ctx context.Context, list []model.Calibration, by string, at time.Time) error
	DetectorCounts(ctx context.Context) ([]model.DetectorCount, error)
}
