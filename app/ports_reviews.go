package app

import (
	"context"
	"io"
	"time"

	"mensch/app/model"
)

// ReviewStore is the store as second looks see it: proposals and their
// answers, appeals with their files, statements of reasons, and the histories
// of the cases.
type ReviewStore interface {
	// Decision gives a decision wherever it stands, also one that is proposed.
	Decision(ctx context.Context, id string) (model.Receipt, error)

	// Approvals pages the proposals, newest first, by the ID of the last seen.
	Approvals(ctx context.Context, filter model.ApprovalFilter, after string, limit int) ([]model.Approval, error)
	Approval(ctx context.Context, id string) (model.Approval, error)
	// KeepOwnView keeps what somebody would have decided before they saw the
	// proposal, with its audit row; the first one stands.
	KeepOwnView(ctx context.Context, approvalID, who, view string, caseVersion int64, at time.Time) error
	OwnView(ctx context.Context, approvalID, who string) (string, error)

	// AddAnswer queues an answer with its audit row; ErrStale while another one
	// of here is on its way. UndoAnswer takes one back that has not begun to
	// be sent, else ErrStale. AnswerTo is the last one to a proposal.
	AddAnswer(ctx context.Context, a model.ApprovalAnswer, notBefore time.Time) error
	UndoAnswer(ctx context.Context, id, by string, at time.Time) error
	AnswerTo(ctx context.Context, approvalID string) (model.AnswerEntry, error)
	NextAnswer(ctx context.Context, now time.Time) (model.AnswerEntry, error)
	SettleAnswer(ctx context.Context, change model.AnswerChange) error

	// Appeals pages the appeals, oldest first, by the ID of the last seen.
	Appeals(ctx context.Context, open bool, after string, limit int) ([]model.Appeal, error)
	Appeal(ctx context.Context, id string) (model.Appeal, error)
	MissingFiles(ctx context.Context, after string, limit int) ([]string, error)
	SaveFile(ctx context.Context, id string, r io.Reader) error
	FaultFile(ctx context.Context, id, fault string) error
	FileFault(ctx context.Context, id string) (string, error) // why a file is not here; empty if it is
	OpenFile(ctx context.Context, id string) (io.ReadCloser, error)

	// Statements pages the statements of reasons, newest first, 0 starts.
	Statements(ctx context.Context, state model.StatementState, afterSeq int64, limit int) ([]model.StatementEntry, error)
	DueStatements(ctx context.Context, now time.Time, limit int) ([]model.StatementEntry, error)
	SettleStatements(ctx context.Context, puids []string, to model.StatementState, lastError string, notBefore, at time.Time) error

	// CaseEvents is a case's history, oldest first; EachHistory gives all.
	CaseEvents(ctx context.Context, caseID string) ([]model.CaseEvent, error)
	EachHistory(ctx context.Context, do func(caseID string, state model.CaseState, history []model.CaseEvent) error) error
	// EachLife gives where every decision, proposal and appeal stands and what
	// happened to it; EachRecord every expert's decisions in force and strikes.
	EachLife(ctx context.Context, do func(model.Life) error) error
	EachRecord(ctx context.Context, do func(model.ExpertRecord) error) error
}
