-- The level at which a file was handed in stands with it: its kind may leave the pack. sha256 is from here on a keyed hash; the plain one is sealed with the
-- name.
ALTER TABLE flow_file ADD COLUMN level BIGINT NOT NULL DEFAULT 3;
CREATE INDEX flow_file_by_account ON flow_file (account);
