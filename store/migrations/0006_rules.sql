-- The rules as they were put in force here, one row a version; the last is in
-- force. A store without any works by the rules that the program ships.
CREATE TABLE packs (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    version TEXT NOT NULL UNIQUE,
    digest  TEXT NOT NULL,
    body    BLOB NOT NULL,
    author  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    changes TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE TRIGGER packs_no_update BEFORE UPDATE ON packs BEGIN SELECT raise(ABORT, 'a version of the rules is never changed'); END;
CREATE TRIGGER packs_no_delete BEFORE DELETE ON packs BEGIN SELECT raise(ABORT, 'a version of the rules is never deleted'); END;

-- What turns a detector's scores into probabilities, by this site's verdicts.
CREATE TABLE calibrations (
    detector TEXT PRIMARY KEY,
    a        REAL NOT NULL,
    b        REAL NOT NULL,
    c        REAL NOT NULL,
    verdicts INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- suppressed: why a condition of the rules keeps the finding out of sight.
ALTER TABLE findings ADD COLUMN detector TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN suppressed TEXT NOT NULL DEFAULT '';
-- inherited: the verdict was given on another finding with the same evidence.
ALTER TABLE findings ADD COLUMN inherited INTEGER NOT NULL DEFAULT 0;
UPDATE findings SET detector = ifnull(json_extract(body, '$.detector'), '');
CREATE INDEX findings_detector ON findings (detector, verdict);
CREATE INDEX findings_judged ON findings (judged_at, id) WHERE verdict <> '';
