package app

import (
	"context"
	"io"
	"time"

	"mensch/app/model"
)

// Store is what the use cases need of the local store. store.Store satisfies
// it. Every method may be called from any goroutine; a method that writes is
// one transaction. Lists page by key: pass the last key seen, and the limit.
//
// Errors that a caller decides on: model.ErrNotFound where a named thing is not
// there; model.ErrStale where the thing changed meanwhile.
type Store interface {
	SyncStore
	DetectStore
	CaseStore
	DecisionStore
	BankStore
	JudgementStore
	SettingsStore
	AuditStore
	RulesStore
	HeadStore
	ReviewStore
	TeamStore
	StatisticsStore
	Close() error
}

// SyncStore is the store as the pull sees it.
type SyncStore interface {
	// SyncState is the zero value before the first page of a server.
	SyncState(ctx context.Context) (model.SyncState, error)
	// ApplyPage lands a page of changes and its cursor in one transaction:
	// only newer versions are taken, tombstones delete, and each change
	// leaves its detection work behind. A page whose From is not the stored
	// cursor gives ErrStale.
	ApplyPage(ctx context.Context, server, from string, page model.ChangePage) (model.PageResult, error)
	// BeginSweep forgets the cursor after a 410 and starts a new epoch; pages
	// applied from now on mark what they touch. EndSweep deletes what was not
	// marked, and says how many things went.
	BeginSweep(ctx context.Context, server string) error
	EndSweep(ctx context.Context) (deleted int, err error)
	// ResetServer forgets the cursor of another server, so that a store that
	// is pointed elsewhere starts with a sweep instead of mixing two feeds.
	ResetServer(ctx context.Context, server string) error

	// MissingPhotos are IDs that a profile names and no file holds.
	MissingPhotos(ctx context.Context, after string, limit int) ([]string, error)
	// SavePhoto keeps a photo's bytes under their SHA-256 (checked against
	// id), and queues its detection work. A reader of over 32 MiB is refused.
	SavePhoto(ctx context.Context, id, mediaType string, r io.Reader) error
	// FaultPhoto remembers why a photo could not be had or read.
	FaultPhoto(ctx context.Context, id, fault string) error
	OpenPhoto(ctx context.Context, id string) (io.ReadCloser, error)
	PhotoInfo(ctx context.Context, id string) (model.Photo, error)

	// The outbox. NextOutbox is the oldest entry that is queued or unknown
	// and whose time has come, or ErrNotFound. SettleOutbox moves an entry
	// and, when it is acked, lands the receipt as a synced decision, closes
	// the case's overlay and writes the audit row, all in one transaction.
	NextOutbox(ctx context.Context, now time.Time) (model.OutboxEntry, error)
	SettleOutbox(ctx context.Context, change model.OutboxChange) error
	// RecoverOutbox turns every entry left in sending by a dead process into
	// unknown, and says how many.
	RecoverOutbox(ctx context.Context, now time.Time) (int, error)
	Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error) // newest first; 0 starts
	OutboxEntry(ctx context.Context, decisionID string) (model.OutboxEntry, error)
	SaveLease(ctx context.Context, lease model.Lease) error
	DropLease(ctx context.Context, caseID string) error
}

// DetectStore is the store as the detectors' runner sees it.
type DetectStore interface {
	PendingWork(ctx context.Context, kind model.WorkKind, after string, limit int) ([]model.Work, error)
	// QueueAllWork queues everything again, after a change of rules.
	QueueAllWork(ctx context.Context) error
	// QueueOpenCases queues the ranking of the open cases that were opened
	// after an instant; the zero time takes all of them.
	QueueOpenCases(ctx context.Context, after time.Time) error
	// FinishWork takes done work off the queue and, in the same transaction,
	// replaces the findings of each scope. A finding whose ID was there
	// before keeps its verdict and its marks' verdicts. Each touched expert
	// gets case work.
	FinishWork(ctx context.Context, done []model.Work, scopes []model.ScopeFindings) error
	// RefreshCase groups an expert's open incidents and findings into the
	// open case (opening one, or the next round, if there is none), and
	// stores the priority that rank computes from the facts. It also takes
	// the case work off the queue.
	RefreshCase(ctx context.Context, expertID string, now time.Time, rank func(model.CaseFacts) model.Priority) error
	// RefreshCases does so for many experts in one transaction.
	RefreshCases(ctx context.Context, expertIDs []string, now time.Time, rank func(model.CaseFacts) model.Priority) error

	Conversation(ctx context.Context, sessionID string) (model.Conversation, error)
	Expert(ctx context.Context, id string) (model.Expert, error)
	Profile(ctx context.Context, expertID string) (model.Profile, error)
	// Experts pages all experts with their profiles by expert ID.
	Experts(ctx context.Context, after string, limit int) ([]model.ExpertProfile, error)
	RatingsOf(ctx context.Context, expertID string) ([]model.Rating, error)
	// Ratings pages all ratings by ID.
	Ratings(ctx context.Context, after string, limit int) ([]model.Rating, error)
	StatusEventsOf(ctx context.Context, expertID string) ([]model.StatusEvent, error)
	SessionsOf(ctx context.Context, expertID string, after string, limit int) ([]model.Session, error)
	// ConversationsOf gives every transcript of an expert, oldest first, one
	// call of each at a time.
	ConversationsOf(ctx context.Context, expertID string, each func(model.Conversation) error) error

	SaveHashes(ctx context.Context, hashes []model.PhotoHashes) error
	// Hashes pages all hashes by photo ID.
	Hashes(ctx context.Context, after string, limit int) ([]model.PhotoHashes, error)
	HashesOf(ctx context.Context, photoID string) (model.PhotoHashes, error)
	// QueueStaleHashes queues the photos whose hashes another method computed.
	QueueStaleHashes(ctx context.Context, method int) error
	// PhotoOwners says which profiles and bank items (enabled ones) show a photo.
	PhotoOwners(ctx context.Context, photoID string) ([]model.PhotoOwner, error)
	// PhotoLinks pages the findings about two photos by finding ID.
	PhotoLinks(ctx context.Context, after string, limit int) ([]model.PhotoLink, error)
}

// CaseStore is the store as the screens read it.
type CaseStore interface {
	QueueOutline(ctx context.Context, filter model.QueueFilter, pageSize int) (model.QueueOutline, error)
	QueuePage(ctx context.Context, filter model.QueueFilter, after model.QueueKey, limit int) ([]model.QueueRow, error)
	Clusters(ctx context.Context) ([]string, error)
	Counts(ctx context.Context) (model.Counts, error)
	Search(ctx context.Context, words string, after int64, limit int) ([]model.SearchHit, error)

	Case(ctx context.Context, id string) (model.Case, error)
	CaseFacts(ctx context.Context, caseID string) (model.CaseFacts, error)
	IncidentsOf(ctx context.Context, caseID string) ([]model.Incident, error)
	FindingsOf(ctx context.Context, caseID string) ([]model.Finding, error)
	Finding(ctx context.Context, id string) (model.Finding, error)
	FindingsOfSession(ctx context.Context, sessionID string) ([]model.Finding, error)
	StrikesOf(ctx context.Context, expertID string) ([]model.Strike, error)
	DecisionsOf(ctx context.Context, expertID string) ([]model.Receipt, error) // newest first, unsent ones with a zero ReceivedAt
	AppealsOf(ctx context.Context, expertID string) ([]model.Appeal, error)
	NotesOf(ctx context.Context, caseID string) ([]model.Note, error)
	// Messages pages a transcript by Seq.
	Messages(ctx context.Context, sessionID string, afterSeq int64, limit int) ([]model.Message, error)
	Message(ctx context.Context, id string) (model.Message, error)
	Session(ctx context.Context, id string) (model.Session, error)
	Incident(ctx context.Context, id string) (model.Incident, error)
	Rating(ctx context.Context, id string) (model.Rating, error)
	// JudgeFinding keeps a verdict on a whole finding (span < 0) or one of
	// its marks, with its audit row, and queues the case work.
	JudgeFinding(ctx context.Context, findingID string, span int, verdict model.Verdict, by string, at time.Time) error
}

// DecisionStore is the store as deciding sees it.
type DecisionStore interface {
	// Decide lands the decision in the outbox (queued until notBefore), its
	// local effect (the case's state, strikes) and its audit row in one
	// transaction. The case must still have the decision's CaseVersion and be
	// in the state from, else ErrStale.
	// Statements of reasons go with it, and wait until it stands. One whose case
	// becomes proposed is sent as a proposal, and takes effect only when the
	// platform says so.
	Decide(ctx context.Context, d model.Decision, from, to model.CaseState, notBefore time.Time, statements ...model.StatementEntry) error
	// DecideAgain drops a decision made here that lost, or that was refused,
	// and decides another in its place, in one transaction: ErrStale changes
	// neither.
	DecideAgain(ctx context.Context, drop model.OutboxChange, d model.Decision, to model.CaseState, notBefore time.Time, statements ...model.StatementEntry) error
	// Undo takes a decision back that has not begun to be sent: else ErrStale.
	Undo(ctx context.Context, decisionID string, to model.CaseState, by string, at time.Time) error
}

// BankStore keeps the banks.
type BankStore interface {
	Banks(ctx context.Context) ([]model.Bank, error)
	CreateBank(ctx context.Context, bank model.Bank) error
	BankItems(ctx context.Context, bankID, after string, limit int) ([]model.BankItem, error)
	// FindBankItems pages the items that pass a filter, by item ID.
	FindBankItems(ctx context.Context, filter model.BankItemFilter, after string, limit int) ([]model.BankItem, error)
	BankItem(ctx context.Context, id string) (model.BankItem, error)
	DescribeBankItem(ctx context.Context, id string, text model.BankItemText, by string, at time.Time) error
	AddBankItems(ctx context.Context, items []model.BankItem) error // an item that is there already (same bank and photo or hash) is left
	DisableBankItem(ctx context.Context, id string, disabled bool, by string, at time.Time) error
}

// SettingsStore keeps lasting settings: never a token.
type SettingsStore interface {
	Setting(ctx context.Context, key string) (string, error) // empty if not set
	SetSetting(ctx context.Context, key, value string) error
}

// AuditStore reads the audit log; rows are written only inside the
// transactions of what they record, and by AppendAudit for what has no other
// trace (sync started, settings changed).
type AuditStore interface {
	AppendAudit(ctx context.Context, at time.Time, actor, action, object, detail string) error
	AuditRows(ctx context.Context, afterSeq int64, limit int) ([]model.AuditRow, error)
	// AuditRowsAbout are the rows about any of the objects, such as case:<id>,
	// oldest first, at most limit.
	AuditRowsAbout(ctx context.Context, objects []string, limit int) ([]model.AuditRow, error)
	// CheckIntegrity runs SQLite's own checks (integrity and foreign keys).
	CheckIntegrity(ctx context.Context) error
}
