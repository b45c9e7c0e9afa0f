-- Cases of flows. Instants are UTC microseconds; org_no and person_no are internal numbers, copied from the case's row for the scope of readers.
-- `content` is the row by field, sealed fields sealed; the dataset's row in the warehouse follows it. seq grows with every change.
CREATE TABLE flow_case (
  id TEXT NOT NULL PRIMARY KEY,
  flow TEXT NOT NULL,
  case_key TEXT NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  seq BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  person_no BIGINT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  sent_at BIGINT,
  entered_at BIGINT NOT NULL,
  due_at BIGINT,
  timer_at BIGINT,
  reminded BIGINT NOT NULL,
  escalated BIGINT NOT NULL,
  closed_at BIGINT,
  in_dataset BIGINT NOT NULL,
  mover_role TEXT NOT NULL,
  moved_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
CREATE UNIQUE INDEX flow_case_by_key ON flow_case (flow, case_key);
CREATE INDEX flow_case_by_timer ON flow_case (timer_at) WHERE timer_at IS NOT NULL;
CREATE INDEX flow_case_by_opener ON flow_case (opened_by, opened_at, id);
CREATE INDEX flow_case_open ON flow_case (flow, id) WHERE closed_at IS NULL;

-- What happened to a case. n counts the steps of one change: a move, and the automatic ones behind it. spent is the time in from_state.
CREATE TABLE flow_step (
  case_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  move TEXT NOT NULL,
  label_zh TEXT NOT NULL,
  label_en TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  account TEXT NOT NULL,
  role TEXT NOT NULL,
  role_zh TEXT NOT NULL,
  role_en TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  note TEXT NOT NULL,
  spent BIGINT NOT NULL,
  PRIMARY KEY (case_id, seq, n)
);

-- With whom an open case waits: "o:<organisation>:<role>", "p:<person>:<role>", "w:<ward>:<role>", "r::<role>"; due_at is far away where there is no
-- deadline, so that the first page of a desk is the beginning of this key.
CREATE TABLE flow_desk (
  desk TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (desk, due_at, case_id)
);
CREATE INDEX flow_desk_by_case ON flow_desk (case_id);

-- The pack's text by which cases were moved: they may go on by it when a state is gone from the present one.
CREATE TABLE flow_definition (
  flow TEXT NOT NULL,
  definition TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (flow, definition)
);

CREATE TABLE flow_counter (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
