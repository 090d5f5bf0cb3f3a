-- What the dashboards count of decisions, out of their JSON once and not at
-- each look. The triggers keep it in step whatever way a decision comes.
CREATE TABLE decision_facts (
    decision_id TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    moderator   TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    guideline   TEXT NOT NULL, -- of the first sanction, else of the first evidence
    step        TEXT NOT NULL, -- of the first sanction
    reverses    TEXT NOT NULL,
    decided_at  INTEGER NOT NULL,
    standing    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_facts_at ON decision_facts (decided_at, standing, outcome, case_id, decision_id);
CREATE INDEX decision_facts_case ON decision_facts (case_id, decided_at, standing, outcome);
CREATE INDEX decision_facts_reverses ON decision_facts (reverses) WHERE reverses <> '';

CREATE TABLE decision_steps (
    decision_id TEXT NOT NULL,
    n           INTEGER NOT NULL,
    guideline   TEXT NOT NULL,
    step        TEXT NOT NULL,
    PRIMARY KEY (decision_id, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER decision_facts_insert AFTER INSERT ON decisions BEGIN
    DELETE FROM decision_facts WHERE decision_id = new.id;
    INSERT INTO decision_facts
    SELECT new.id, new.case_id, ifnull(json_extract(new.body, '$.moderator'), ''), new.outcome,
        ifnull(ifnull(json_extract(new.body, '$.sanctions[0].guideline'), json_extract(new.body, '$.evidence[0].guideline')), ''),
        ifnull(json_extract(new.body, '$.sanctions[0].step'), ''), new.reverses, new.decided_at, new.standing;
    DELETE FROM decision_steps WHERE decision_id = new.id;
    INSERT INTO decision_steps
    SELECT new.id, s.key, ifnull(json_extract(s.value, '$.guideline'), ''), ifnull(json_extract(s.value, '$.step'), '')
    FROM json_each(new.body, '$.sanctions') s;
END;
CREATE TRIGGER decision_facts_body AFTER UPDATE OF body, outcome, reverses, decided_at, case_id ON decisions BEGIN
    DELETE FROM decision_facts WHERE decision_id = new.id;
    INSERT INTO decision_facts
    SELECT new.id, new.case_id, ifnull(json_extract(new.body, '$.moderator'), ''), new.outcome,
        ifnull(ifnull(json_extract(new.body, '$.sanctions[0].guideline'), json_extract(new.body, '$.evidence[0].guideline')), ''),
        ifnull(json_extract(new.body, '$.sanctions[0].step'), ''), new.reverses, new.decided_at, new.standing;
    DELETE FROM decision_steps WHERE decision_id = new.id;
    INSERT INTO decision_steps
    SELECT new.id, s.key, ifnull(json_extract(s.value, '$.guideline'), ''), ifnull(json_extract(s.value, '$.step'), '')
    FROM json_each(new.body, '$.sanctions') s;
END;
CREATE TRIGGER decision_facts_standing AFTER UPDATE OF standing ON decisions BEGIN
    UPDATE decision_facts SET standing = new.standing WHERE decision_id = new.id;
END;
CREATE TRIGGER decision_facts_delete AFTER DELETE ON decisions BEGIN
    DELETE FROM decision_facts WHERE decision_id = old.id;
    DELETE FROM decision_steps WHERE decision_id = old.id;
END;

INSERT INTO decision_facts
SELECT id, case_id, ifnull(json_extract(body, '$.moderator'), ''), outcome,
    ifnull(ifnull(json_extract(body, '$.sanctions[0].guideline'), json_extract(body, '$.evidence[0].guideline')), ''),
    ifnull(json_extract(body, '$.sanctions[0].step'), ''), reverses, decided_at, standing
FROM decisions;
INSERT INTO decision_steps
SELECT d.id, s.key, ifnull(json_extract(s.value, '$.guideline'), ''), ifnull(json_extract(s.value, '$.step'), '')
FROM decisions d, json_each(d.body, '$.sanctions') s;

CREATE INDEX strikes_expire ON strikes (expires);
