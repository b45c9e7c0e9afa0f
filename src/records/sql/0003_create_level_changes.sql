-- Fields that are graded anew: proposals and what became of them. Levels are 1..5; instants are UTC microseconds. `applied_no` orders those that took
-- effect: the last one of a field holds, for as long as its pack declares the level that it was decided over.
CREATE TABLE records_level_change (
  no BIGINT NOT NULL PRIMARY KEY,
  dataset TEXT NOT NULL,
  field TEXT NOT NULL,
  old_level BIGINT NOT NULL,
  new_level BIGINT NOT NULL,
  declared_level BIGINT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  account TEXT NOT NULL,
  person_no BIGINT NOT NULL,
  by_security BIGINT NOT NULL,
  at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT,
  note TEXT NOT NULL,
  applied_no BIGINT
);
CREATE INDEX records_level_change_by_state ON records_level_change (state, no);
INSERT INTO records_counter (name, value) VALUES ('level', 0);
