-- PDQ, which exchanges of known images speak: the hash of the photo and of its
-- turned and mirrored selves, 32 bytes each, and its quality.
ALTER TABLE hashes ADD COLUMN pdq BLOB;
ALTER TABLE hashes ADD COLUMN quality INTEGER NOT NULL DEFAULT 0;
-- Which hashes another version computed.
CREATE INDEX hashes_method ON hashes (method);
