-- Delegations during absence and panels of reviewers. Instants are UTC microseconds.
-- In whose name a step was made; empty: the maker's own.
ALTER TABLE flow_step ADD COLUMN for_account TEXT NOT NULL DEFAULT '';

-- Cases that rest stand behind those without a deadline, which had the last place.
UPDATE flow_desk SET due_at = 9223372036854775806 WHERE due_at = 9223372036854775807;

-- Who acts for whom, from one moment until another. `flows` is a JSON list of ids; an empty one means all.
CREATE TABLE flow_delegation (
  id TEXT NOT NULL PRIMARY KEY,
  from_account TEXT NOT NULL,
  from_no BIGINT NOT NULL,
  to_account TEXT NOT NULL,
  flows TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT NOT NULL
);
CREATE INDEX flow_delegation_by_from ON flow_delegation (from_account, given_at);
CREATE INDEX flow_delegation_by_to ON flow_delegation (to_account, given_at);
CREATE INDEX flow_delegation_by_end ON flow_delegation (until_at) WHERE ended_at IS NULL;

-- The seats of a case's panel. A case may come into a state more than once: entered_at tells its rounds apart. `stage`: asked, in (the sheet is),
-- declined, replaced. `sheet` is the points by item as JSON; `score` is 0..100.
CREATE TABLE flow_seat (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  flow TEXT NOT NULL,
  state TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  account TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  stage TEXT NOT NULL,
  sheet TEXT NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  note TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX flow_seat_once ON flow_seat (case_id, entered_at, account);
CREATE INDEX flow_seat_by_account ON flow_seat (account, stage, asked_at);
CREATE INDEX flow_seat_by_round ON flow_seat (flow, state, stage);
