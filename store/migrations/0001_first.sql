-- The nouns of Mensch. Times are microseconds since 1970, UTC; the zero time
-- of Go is -62135596800000000. Lists and nested nouns are JSON.
--
-- What the platform sends may come in any order and more than once, a message
-- before its session: so the synced tables name each other without foreign keys.
-- version is the platform's, epoch the mark-and-sweep that last saw the row.

CREATE TABLE sync (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    server      TEXT NOT NULL,
    cursor      TEXT NOT NULL,
    synced_at   INTEGER NOT NULL,
    sweeping    INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    reset_epoch INTEGER NOT NULL -- versions of rows of an older epoch are another server's: they don't count
) STRICT;
INSERT INTO sync VALUES (1, '', '', -62135596800000000, 0, 0, 0);

CREATE TABLE tombstones (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    epoch   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE bad_changes (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    data    TEXT NOT NULL,
    fault   TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- stamp grows with each queueing, so that work which is queued again while a
-- detector reads is not taken off by that detector's end.
CREATE TABLE work (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    stamp INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE experts (
    docid       INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    version     INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    cluster     TEXT NOT NULL,
    screen_name TEXT NOT NULL,
    state       TEXT NOT NULL,
    languages   TEXT NOT NULL,
    timezone    TEXT NOT NULL,
    joined_at   INTEGER NOT NULL,
    signals     TEXT NOT NULL
) STRICT;
CREATE INDEX experts_cluster ON experts (cluster);

CREATE TABLE profiles (
    docid       INTEGER PRIMARY KEY,
    expert_id   TEXT NOT NULL UNIQUE,
    version     INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    name        TEXT NOT NULL,
    headline    TEXT NOT NULL,
    bio         TEXT NOT NULL,
    gender      TEXT NOT NULL,
    birth_year  INTEGER NOT NULL,
    degrees     TEXT NOT NULL,
    credentials TEXT NOT NULL,
    photo_id    TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_photo ON profiles (photo_id) WHERE photo_id <> '';

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    expert_id  TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    cluster    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expert ON sessions (expert_id, id);
CREATE INDEX sessions_expert_time ON sessions (expert_id, started_at, id);

CREATE TABLE messages (
    docid      INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    sender     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    text       TEXT NOT NULL
) STRICT;
CREATE INDEX messages_session ON messages (session_id, seq, id);

CREATE TABLE ratings (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    expert_id  TEXT NOT NULL,
    session_id TEXT NOT NULL,
    rater_id   TEXT NOT NULL,
    stars      INTEGER NOT NULL,
    comment    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    device     TEXT NOT NULL,
    network    TEXT NOT NULL,
    payout     TEXT NOT NULL,
    address    TEXT NOT NULL,
    void       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ratings_expert ON ratings (expert_id, at, id);

CREATE TABLE status_events (
    id        TEXT PRIMARY KEY,
    version   INTEGER NOT NULL,
    epoch     INTEGER NOT NULL,
    expert_id TEXT NOT NULL,
    status    TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX status_events_expert ON status_events (expert_id, at, id);

-- in_case is the case that the incident is counted in: the platform's, or, for
-- one that the platform has put in none, the expert's open case.
CREATE TABLE incidents (
    id          TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    expert_id   TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    in_case     TEXT NOT NULL,
    reporter    TEXT NOT NULL,
    reporter_id TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    guideline   TEXT NOT NULL,
    text        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    closed      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_case ON incidents (in_case, at, id);
CREATE INDEX incidents_expert ON incidents (expert_id, in_case);

CREATE TABLE appeals (
    id          TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    case_id     TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    expert_id   TEXT NOT NULL,
    text        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    decided_by  TEXT NOT NULL,
    decided_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX appeals_expert ON appeals (expert_id, at, id);
CREATE INDEX appeals_case ON appeals (case_id);

-- platform_state and version are the platform's word, overlay is what a
-- decision made here says until the platform has answered it; state is what
-- counts. quiet: nothing open is in the case. The columns from score on are
-- what the queue filters and sorts by. state, shown and urgency follow from the
-- others by the triggers below: SQLite does not take an index with generated
-- columns for a covering one. What a row of the queue shows of its expert stands
-- here too, kept in step by triggers: a page then reads one table.
CREATE TABLE cases (
    id             TEXT PRIMARY KEY,
    version        INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    expert_id      TEXT NOT NULL,
    round          INTEGER NOT NULL,
    platform_state TEXT NOT NULL,
    overlay        TEXT NOT NULL DEFAULT '',
    state          TEXT NOT NULL DEFAULT 'open',
    last_decision  TEXT NOT NULL DEFAULT '', -- the newest one made here, not undone
    opened_at      INTEGER NOT NULL,
    lease_holder   TEXT NOT NULL DEFAULT '',
    lease_token    INTEGER NOT NULL DEFAULT 0,
    lease_expires  INTEGER NOT NULL DEFAULT 0,
    lease_ours     INTEGER NOT NULL DEFAULT 0, -- answered to us, not read in the feed
    quiet          INTEGER NOT NULL DEFAULT 1,
    shown          INTEGER NOT NULL DEFAULT 0,
    score          INTEGER NOT NULL DEFAULT 0,
    reasons        TEXT NOT NULL DEFAULT '[]',
    urgency        INTEGER NOT NULL DEFAULT 0,
    cluster        TEXT NOT NULL DEFAULT '', -- this and the next two are the expert's and the profile's
    screen_name    TEXT NOT NULL DEFAULT '',
    photo_id       TEXT NOT NULL DEFAULT '',
    guidelines     TEXT NOT NULL DEFAULT '[]',
    guideline_bits INTEGER NOT NULL DEFAULT 0,
    reporter_bits  INTEGER NOT NULL DEFAULT 0,
    incidents      INTEGER NOT NULL DEFAULT 0,
    findings       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cases_insert AFTER INSERT ON cases BEGIN
    UPDATE cases SET
        state = iif(overlay = '', platform_state, overlay),
        shown = (quiet = 0 OR overlay <> '' OR platform_state <> 'open'),
        urgency = (100 - score) * 1099511627776 + max(0, min(opened_at / 1000000, 1099511627775)),
        cluster = ifnull((SELECT cluster FROM experts WHERE id = new.expert_id), ''),
        screen_name = ifnull((SELECT screen_name FROM experts WHERE id = new.expert_id), ''),
        photo_id = ifnull((SELECT photo_id FROM profiles WHERE expert_id = new.expert_id), '')
    WHERE id = new.id;
END;
CREATE TRIGGER cases_update AFTER UPDATE OF overlay, platform_state, quiet, score, opened_at ON cases BEGIN
    UPDATE cases SET
        state = iif(overlay = '', platform_state, overlay),
        shown = (quiet = 0 OR overlay <> '' OR platform_state <> 'open'),
        urgency = (100 - score) * 1099511627776 + max(0, min(opened_at / 1000000, 1099511627775))
    WHERE id = new.id;
END;
CREATE TRIGGER cases_moved AFTER UPDATE OF expert_id ON cases WHEN new.expert_id <> old.expert_id BEGIN
    UPDATE cases SET
        cluster = ifnull((SELECT cluster FROM experts WHERE id = new.expert_id), ''),
        screen_name = ifnull((SELECT screen_name FROM experts WHERE id = new.expert_id), ''),
        photo_id = ifnull((SELECT photo_id FROM profiles WHERE expert_id = new.expert_id), '')
    WHERE id = new.id;
END;
CREATE TRIGGER cases_expert_insert AFTER INSERT ON experts BEGIN
    UPDATE cases SET cluster = new.cluster, screen_name = new.screen_name WHERE expert_id = new.id;
END;
CREATE TRIGGER cases_expert_update AFTER UPDATE OF cluster, screen_name ON experts BEGIN
    UPDATE cases SET cluster = new.cluster, screen_name = new.screen_name WHERE expert_id = new.id;
END;
CREATE TRIGGER cases_expert_delete AFTER DELETE ON experts BEGIN
    UPDATE cases SET cluster = '', screen_name = '' WHERE expert_id = old.id;
END;
CREATE TRIGGER cases_profile_insert AFTER INSERT ON profiles BEGIN
    UPDATE cases SET photo_id = new.photo_id WHERE expert_id = new.expert_id;
END;
CREATE TRIGGER cases_profile_update AFTER UPDATE OF photo_id ON profiles BEGIN
    UPDATE cases SET photo_id = new.photo_id WHERE expert_id = new.expert_id;
END;
CREATE TRIGGER cases_profile_delete AFTER DELETE ON profiles BEGIN
    UPDATE cases SET photo_id = '' WHERE expert_id = old.expert_id;
END;
CREATE INDEX cases_expert ON cases (expert_id, round);
CREATE INDEX cases_lease ON cases (lease_holder) WHERE lease_holder <> '';
-- The queue reads nothing but these while it counts and filters.
CREATE INDEX queue_urgency ON cases (shown, urgency, id, state, cluster, score, guideline_bits, reporter_bits, expert_id, lease_holder, lease_expires);
CREATE INDEX queue_state_urgency ON cases (shown, state, urgency, id, cluster, score, guideline_bits, reporter_bits, expert_id, lease_holder, lease_expires);
CREATE INDEX queue_opened ON cases (shown, opened_at, id, state, cluster, score, guideline_bits, reporter_bits, expert_id, lease_holder, lease_expires);
CREATE INDEX queue_state_opened ON cases (shown, state, opened_at, id, cluster, score, guideline_bits, reporter_bits, expert_id, lease_holder, lease_expires);

-- Which bit of guideline_bits a guideline has; those that find all bits taken
-- share the last one.
CREATE TABLE guideline_bits (
    guideline TEXT PRIMARY KEY,
    bit       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- gone: the detector no longer sees it, and it is kept for its verdict or for
-- the decided case that it stood in.
CREATE TABLE findings (
    id         TEXT PRIMARY KEY,
    expert_id  TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    scope      TEXT NOT NULL,
    session_id TEXT NOT NULL,
    guideline  TEXT NOT NULL,
    score      REAL NOT NULL,
    advisory   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    body       TEXT NOT NULL,
    verdict    TEXT NOT NULL DEFAULT '',
    by_marks   INTEGER NOT NULL DEFAULT 1, -- the verdict follows from those on the marks
    judged_by  TEXT NOT NULL DEFAULT '',
    judged_at  INTEGER NOT NULL DEFAULT -62135596800000000,
    gone       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX findings_scope ON findings (scope);
CREATE INDEX findings_expert ON findings (expert_id, case_id);
CREATE INDEX findings_case ON findings (case_id);
CREATE INDEX findings_session ON findings (session_id) WHERE session_id <> '';

CREATE TABLE mark_verdicts (
    finding_id TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    span       INTEGER NOT NULL,
    verdict    TEXT NOT NULL,
    judged_by  TEXT NOT NULL,
    judged_at  INTEGER NOT NULL,
    PRIMARY KEY (finding_id, span)
) STRICT, WITHOUT ROWID;

-- standing: pending (on its way to the platform), confirmed, conflict, or void
-- (undone or refused). Strikes count while it is pending or confirmed.
CREATE TABLE decisions (
    id           TEXT PRIMARY KEY,
    version      INTEGER NOT NULL, -- in the feed; 0 until it came that way
    epoch        INTEGER NOT NULL,
    case_id      TEXT NOT NULL,
    expert_id    TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    reverses     TEXT NOT NULL,
    decided_at   INTEGER NOT NULL,
    body         TEXT NOT NULL,
    standing     TEXT NOT NULL,
    case_version INTEGER NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_expert ON decisions (expert_id, decided_at, id);
CREATE INDEX decisions_case ON decisions (case_id);
CREATE INDEX decisions_reverses ON decisions (reverses) WHERE reverses <> '';

CREATE TABLE strikes (
    decision_id TEXT NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
    sanction_id TEXT NOT NULL,
    expert_id   TEXT NOT NULL,
    guideline   TEXT NOT NULL,
    count       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    reversed    INTEGER NOT NULL, -- the sanction itself says so
    PRIMARY KEY (decision_id, sanction_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX strikes_expert ON strikes (expert_id);

CREATE TABLE outbox (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    decision_id TEXT NOT NULL UNIQUE REFERENCES decisions (id),
    case_id     TEXT NOT NULL,
    state       TEXT NOT NULL,
    back        TEXT NOT NULL, -- the case's state before the decision
    not_before  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    last_error  TEXT NOT NULL,
    theirs      TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (state, seq);
CREATE INDEX outbox_case ON outbox (case_id);

CREATE TABLE notes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL,
    author  TEXT NOT NULL,
    text    TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_case ON notes (case_id, at, seq);

-- A row without bytes is a photo that could not be had.
CREATE TABLE photos (
    id         TEXT PRIMARY KEY,
    bytes      INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    fault      TEXT NOT NULL,
    faulted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hashes (
    docid    INTEGER PRIMARY KEY,
    photo_id TEXT NOT NULL UNIQUE,
    method   INTEGER NOT NULL,
    width    INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    phash    INTEGER NOT NULL, -- the 64 bits, as a signed number
    dhash    INTEGER NOT NULL,
    class    TEXT NOT NULL,
    views    BLOB
) STRICT;

CREATE TABLE banks (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_items (
    id       TEXT PRIMARY KEY,
    bank_id  TEXT NOT NULL REFERENCES banks (id),
    photo_id TEXT NOT NULL,
    name     TEXT NOT NULL,
    source   TEXT NOT NULL,
    licence  TEXT NOT NULL,
    note     TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bank_items_bank ON bank_items (bank_id, id);
CREATE INDEX bank_items_photo ON bank_items (photo_id) WHERE photo_id <> '';

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev   TEXT NOT NULL,
    hash   TEXT NOT NULL
) STRICT;
-- No code of this program changes a row of the log; this keeps it so.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;

-- Full text. The words stand in the tables above once; these hold the index
-- alone, and the triggers keep them in step within the same transaction.
CREATE VIRTUAL TABLE messages_text USING fts4(content="messages", tokenize=unicode61, matchinfo=fts3, text);
CREATE TRIGGER messages_text_insert AFTER INSERT ON messages BEGIN
    INSERT INTO messages_text (docid, text) VALUES (new.docid, new.text);
END;
CREATE TRIGGER messages_text_before_update BEFORE UPDATE OF text ON messages BEGIN
    DELETE FROM messages_text WHERE docid = old.docid;
END;
CREATE TRIGGER messages_text_update AFTER UPDATE OF text ON messages BEGIN
    INSERT INTO messages_text (docid, text) VALUES (new.docid, new.text);
END;
CREATE TRIGGER messages_text_delete BEFORE DELETE ON messages BEGIN
    DELETE FROM messages_text WHERE docid = old.docid;
END;

CREATE VIRTUAL TABLE profiles_text USING fts4(content="profiles", tokenize=unicode61, matchinfo=fts3, name, headline, bio, degrees, credentials);
CREATE TRIGGER profiles_text_insert AFTER INSERT ON profiles BEGIN
    INSERT INTO profiles_text (docid, name, headline, bio, degrees, credentials)
    VALUES (new.docid, new.name, new.headline, new.bio, new.degrees, new.credentials);
END;
CREATE TRIGGER profiles_text_before_update BEFORE UPDATE ON profiles BEGIN
    DELETE FROM profiles_text WHERE docid = old.docid;
END;
CREATE TRIGGER profiles_text_update AFTER UPDATE ON profiles BEGIN
    INSERT INTO profiles_text (docid, name, headline, bio, degrees, credentials)
    VALUES (new.docid, new.name, new.headline, new.bio, new.degrees, new.credentials);
END;
CREATE TRIGGER profiles_text_delete BEFORE DELETE ON profiles BEGIN
    DELETE FROM profiles_text WHERE docid = old.docid;
END;

CREATE VIRTUAL TABLE experts_text USING fts4(content="experts", tokenize=unicode61, matchinfo=fts3, screen_name);
CREATE TRIGGER experts_text_insert AFTER INSERT ON experts BEGIN
    INSERT INTO experts_text (docid, screen_name) VALUES (new.docid, new.screen_name);
END;
CREATE TRIGGER experts_text_before_update BEFORE UPDATE OF screen_name ON experts BEGIN
    DELETE FROM experts_text WHERE docid = old.docid;
END;
CREATE TRIGGER experts_text_update AFTER UPDATE OF screen_name ON experts BEGIN
    INSERT INTO experts_text (docid, screen_name) VALUES (new.docid, new.screen_name);
END;
CREATE TRIGGER experts_text_delete BEFORE DELETE ON experts BEGIN
    DELETE FROM experts_text WHERE docid = old.docid;
END;
