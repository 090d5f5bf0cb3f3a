-- What moderators do with cases besides deciding them. The events are never
-- changed; handling and skips are what they come to, one row for each case that
-- has any, and are written anew whenever an event lands. place is the event's
-- place at the platform, 0 until it was taken there. state: taken, queued,
-- refused or local.
CREATE TABLE team_events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    expert_id  TEXT NOT NULL,
    author     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    ref        TEXT NOT NULL,
    body       TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX team_events_case ON team_events (case_id, place, seq);
CREATE INDEX team_events_expert ON team_events (expert_id, kind);
CREATE INDEX team_events_kind ON team_events (kind, ref, seq);
CREATE INDEX team_events_unsent ON team_events (seq) WHERE state = 'queued';

CREATE TABLE handling (
    case_id    TEXT PRIMARY KEY,
    hold_by    TEXT NOT NULL,
    hold_until INTEGER NOT NULL,
    handed_to  TEXT NOT NULL,
    help       INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX handling_hold ON handling (hold_until) WHERE hold_by <> '';
CREATE INDEX handling_handed ON handling (handed_to) WHERE handed_to <> '';
CREATE INDEX handling_help ON handling (help) WHERE help = 1;

CREATE TABLE skips (
    who     TEXT NOT NULL,
    case_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (who, case_id)
) STRICT, WITHOUT ROWID;

-- Notes were kept on one machine only; those that are there go to the platform
-- like new ones.
INSERT INTO team_events (id, version, epoch, place, kind, case_id, expert_id, author, at, ref, body, state)
SELECT n.id, 0, 0, 0, 'note', n.case_id, c.expert_id, n.author, n.at, '',
    json_object('id', n.id, 'kind', 'note', 'case_id', n.case_id, 'expert_id', c.expert_id, 'by', n.author,
        'at', strftime('%Y-%m-%dT%H:%M:%SZ', n.at / 1000000, 'unixepoch'), 'text', n.text),
    'queued'
FROM notes n JOIN cases c ON c.id = n.case_id ORDER BY n.seq;
DROP TABLE notes;

-- The moderator's own views of the queue, by the key that opens them.
CREATE TABLE saved_views (
    slot   INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    filter TEXT NOT NULL
) STRICT;

-- What one person looked at, for their own sake. It stays on this machine: it
-- is read by no sync, no export and no log.
CREATE TABLE exposure (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    kind TEXT NOT NULL
) STRICT;
CREATE INDEX exposure_at ON exposure (at);
