-- What moderators said of matches. The last one that is not undone stands. The
-- finding may go; the words stay, to be held against the scores.
CREATE TABLE match_judgements (
    seq        INTEGER PRIMARY KEY,
    finding_id TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    word       TEXT NOT NULL,
    before     TEXT NOT NULL, -- the finding's verdict
    kind       TEXT NOT NULL,
    class      TEXT NOT NULL,
    score      REAL NOT NULL,
    distance   INTEGER NOT NULL,
    bank_id    TEXT NOT NULL,
    item_id    TEXT NOT NULL, -- that this word added or enabled
    said_by    TEXT NOT NULL,
    said_at    INTEGER NOT NULL,
    undone     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX match_judgements_finding ON match_judgements (finding_id, seq);
