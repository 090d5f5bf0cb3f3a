-- A sealed case file carries the rows about its case; the log is long.
CREATE INDEX audit_object ON audit (object, seq);
