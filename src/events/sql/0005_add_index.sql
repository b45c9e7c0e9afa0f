-- What a statement is found by stands in its own row (`targets`: numbers of postings.h, eight bytes each, ascending, the lowest byte first) and, when it
-- is filed, in a segment. `actor`: its identifier, empty for a group. Both are NULL in what was stored before: that stands in xapi_posting, as what
-- is added to statements later does.
ALTER TABLE xapi_statement ADD COLUMN targets BYTEA;
ALTER TABLE xapi_statement ADD COLUMN actor TEXT;

-- The lists of the statements from first_no to last_no, which no other finished segment has. state: 0 is being written, 1 finished.
CREATE TABLE xapi_segment (
  no BIGINT NOT NULL PRIMARY KEY,
  state BIGINT NOT NULL,
  level BIGINT NOT NULL,
  first_no BIGINT NOT NULL,
  last_no BIGINT NOT NULL,
  n_blocks BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);

-- The blocks of a segment in the order of target and statement (block.h): no is the segment's, times 2^24, and the place in it. target, first_no: of the
-- first entry.
CREATE TABLE xapi_block (
  no BIGINT NOT NULL PRIMARY KEY,
  target BIGINT NOT NULL,
  first_no BIGINT NOT NULL,
  content BYTEA NOT NULL
);

-- epoch: changes with the finished segments, so that who keeps them in memory knows. n_forgets: changes when numbers leave a list.
ALTER TABLE xapi_about_mark ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE xapi_about_mark ADD COLUMN n_forgets BIGINT NOT NULL DEFAULT 0;
