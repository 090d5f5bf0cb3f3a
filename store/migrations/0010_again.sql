-- again: it was put in a case that was decided, as all of its evidence stood
-- there. The decision was about what stood there before.
ALTER TABLE findings ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
-- gone is 2 from here on where the case was decided when the detectors ceased to
-- see it: it stays in sight there. What ceased before, in an open case, does not.
UPDATE findings SET gone = 2 WHERE gone = 1 AND EXISTS (SELECT 1 FROM cases c WHERE c.id = findings.case_id AND c.state <> 'open');
