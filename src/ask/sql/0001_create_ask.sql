-- A question of a person, for that person alone: kept half a year, or until its owner deletes it if it is saved. More than six digits in a row are
-- starred out (src/ask/log_text.h). `tree` is what was understood, as JSON; empty if nothing was. `code` is that of a refusal. A shared one is
-- opened by its id, under the rights of whoever opens it.
CREATE TABLE ask_history (
  id TEXT NOT NULL PRIMARY KEY,
  account_no BIGINT NOT NULL,
  account TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  question TEXT NOT NULL,
  code TEXT NOT NULL,
  tree TEXT NOT NULL,
  saved BIGINT NOT NULL,
  shared BIGINT NOT NULL,
  rating TEXT NOT NULL,
  rating_word TEXT NOT NULL
);
CREATE INDEX ask_history_of ON ask_history (account_no, id);
CREATE INDEX ask_history_by_age ON ask_history (asked_at);

-- Questions that found no answer, or one that was thought bad: how often, on which day last (since 1970-01-01); never by whom.
CREATE TABLE ask_failed (
  id TEXT NOT NULL PRIMARY KEY,
  question TEXT NOT NULL,
  code TEXT NOT NULL,
  n_refused BIGINT NOT NULL,
  n_down BIGINT NOT NULL,
  last_word TEXT NOT NULL,
  last_day BIGINT NOT NULL
);

-- The city's own words. Nothing is overwritten: the last row of a word with its meaning counts, one that is not `living` takes it away.
CREATE TABLE ask_synonym (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  word TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  code TEXT NOT NULL,
  living BIGINT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX ask_synonym_by_id ON ask_synonym (id, no);
