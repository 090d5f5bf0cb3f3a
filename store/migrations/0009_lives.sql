-- What happened to each decision, proposal and appeal: a log that only grows.
-- The standing, the answer and the outcome in their tables are what these fold
-- to; logged is the word up to which they were written.
CREATE TABLE life_events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    noun       TEXT NOT NULL, -- decision, approval or appeal
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX life_events_of ON life_events (noun, id, seq);
CREATE TRIGGER life_events_no_update BEFORE UPDATE ON life_events BEGIN SELECT raise(ABORT, 'what happened is never changed'); END;
CREATE TRIGGER life_events_no_delete BEFORE DELETE ON life_events BEGIN SELECT raise(ABORT, 'what happened is never deleted'); END;

ALTER TABLE decisions ADD COLUMN logged TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN logged TEXT NOT NULL DEFAULT '';
ALTER TABLE appeals ADD COLUMN logged TEXT NOT NULL DEFAULT '';
CREATE INDEX decisions_unlogged ON decisions (id) WHERE standing <> logged;
CREATE INDEX approvals_unlogged ON approvals (id) WHERE answer <> logged;
CREATE INDEX appeals_unlogged ON appeals (id) WHERE outcome <> logged;

-- The histories of what is there begin with where it stands.
INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'decision', id, 'propose', 'draft', 'proposed', decided_at FROM decisions WHERE standing = 'proposed';
INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'decision', id, 'confirm', 'draft', 'confirmed', decided_at FROM decisions WHERE standing IN ('pending', 'conflict', 'confirmed');
INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'decision', id, 'stand', 'confirmed', 'standing', decided_at FROM decisions WHERE standing = 'confirmed';
INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'decision', d.id, 'reverse', 'standing', 'reversed', r.decided_at FROM decisions d JOIN decisions r ON r.reverses = d.id AND r.standing = 'confirmed'
WHERE d.standing = 'confirmed' GROUP BY d.id;
UPDATE decisions SET logged = standing;

INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'approval', id, CASE answer WHEN 'yes' THEN 'agree' WHEN 'no' THEN 'decline' WHEN 'expired' THEN 'expire' ELSE 'withdraw' END, 'open', answer, asked_at
FROM approvals WHERE answer <> '';
UPDATE approvals SET logged = answer;

INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'appeal', id, 'take', 'open', 'taken', at FROM appeals WHERE outcome <> '';
INSERT INTO life_events (noun, id, kind, from_state, to_state, at)
SELECT 'appeal', id, CASE outcome WHEN 'upheld' THEN 'uphold' WHEN 'changed' THEN 'change' ELSE 'overturn' END, 'taken', outcome, decided_at
FROM appeals WHERE outcome <> '';
UPDATE appeals SET logged = outcome;

-- A decision that takes another one back moves that one as well.
CREATE TRIGGER decisions_reversal_came AFTER INSERT ON decisions WHEN new.reverses <> '' BEGIN
    UPDATE decisions SET logged = '' WHERE id = new.reverses;
END;
CREATE TRIGGER decisions_reversal_moved AFTER UPDATE OF standing, reverses ON decisions WHEN new.reverses <> '' OR old.reverses <> '' BEGIN
    UPDATE decisions SET logged = '' WHERE id IN (new.reverses, old.reverses);
END;
CREATE TRIGGER decisions_reversal_gone AFTER DELETE ON decisions WHEN old.reverses <> '' BEGIN
    UPDATE decisions SET logged = '' WHERE id = old.reverses;
END;

-- A proposal of a colleague that came to nothing left work for nobody.
DELETE FROM work WHERE id = '';
