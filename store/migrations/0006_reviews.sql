-- Second looks: proposals and their answers, appeals with files, statements of
-- reasons, and the history of each case.

-- kind: decide, or propose for what waits for a second person first. The
-- standing of a decision has one more value: proposed.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'decide';
ALTER TABLE appeals ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE appeals ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
CREATE INDEX appeals_open ON appeals (at, id) WHERE outcome = '';

CREATE TABLE approvals (
    id        TEXT PRIMARY KEY, -- the decision's
    version   INTEGER NOT NULL,
    epoch     INTEGER NOT NULL,
    case_id   TEXT NOT NULL,
    expert_id TEXT NOT NULL,
    proposer  TEXT NOT NULL,
    answer    TEXT NOT NULL,
    asked_at  INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX approvals_asked ON approvals (asked_at, id);
CREATE INDEX approvals_case ON approvals (case_id, asked_at);
CREATE INDEX approvals_open ON approvals (expires) WHERE answer = '';

-- What somebody here would have decided, kept before they saw the proposal.
CREATE TABLE own_views (
    approval_id  TEXT NOT NULL,
    who          TEXT NOT NULL,
    view         TEXT NOT NULL,
    case_version INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (approval_id, who)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    approval_id TEXT NOT NULL,
    body        TEXT NOT NULL,
    state       TEXT NOT NULL, -- as in outbox; there is no conflict
    not_before  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_error  TEXT NOT NULL DEFAULT '',
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_due ON answers (state, seq);
CREATE INDEX answers_approval ON answers (approval_id, seq);

-- A row without bytes is a file that could not be had.
CREATE TABLE attachments (
    id         TEXT PRIMARY KEY,
    bytes      INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    fault      TEXT NOT NULL,
    faulted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- state: held (its decision does not stand yet), queued, sent, refused, dropped.
CREATE TABLE statements (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    puid        TEXT NOT NULL UNIQUE, -- the sanction's ID
    decision_id TEXT NOT NULL,
    body        TEXT NOT NULL,
    state       TEXT NOT NULL,
    not_before  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_error  TEXT NOT NULL DEFAULT '',
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX statements_due ON statements (state, seq);
CREATE INDEX statements_decision ON statements (decision_id);

-- What happened to each case. The state in cases is what these fold to; logged
-- is the state up to which they were written.
CREATE TABLE case_events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX case_events_case ON case_events (case_id, seq);
CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events BEGIN SELECT raise(ABORT, 'the history of a case is never changed'); END;
CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events BEGIN SELECT raise(ABORT, 'the history of a case is never changed'); END;
ALTER TABLE cases ADD COLUMN logged TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_unlogged ON cases (id) WHERE state <> logged;

-- The history of the cases that are there begins with where they stand.
INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at)
SELECT id, 'confirm', 'open', 'waiting', last_decision, opened_at FROM cases WHERE state IN ('waiting', 'conflict');
INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at)
SELECT id, CASE state WHEN 'decided' THEN 'stands' WHEN 'appealed' THEN 'appealed' WHEN 'proposed' THEN 'propose' ELSE 'collide' END,
    iif(state = 'conflict', 'waiting', 'open'), state, last_decision, opened_at
FROM cases WHERE state IN ('decided', 'appealed', 'proposed', 'conflict');
UPDATE cases SET logged = state;
