-- Places of quotas. A key is what cases have in common that share the places, sealed fields by their blind index. Counters stand beside the places, so
-- that a change asks for one row, however many wait. line_no counts who came, line_rank is the flow's own order before it.
CREATE TABLE flow_quota (
  flow TEXT NOT NULL,
  quota TEXT NOT NULL,
  place_key TEXT NOT NULL,
  n_held BIGINT NOT NULL,
  n_waiting BIGINT NOT NULL,
  n_came BIGINT NOT NULL,
  PRIMARY KEY (flow, quota, place_key)
);
CREATE INDEX flow_quota_waiting ON flow_quota (flow, quota, place_key) WHERE n_waiting > 0;

CREATE TABLE flow_place (
  case_id TEXT NOT NULL,
  quota TEXT NOT NULL,
  flow TEXT NOT NULL,
  place_key TEXT NOT NULL,
  waits BIGINT NOT NULL,
  line_rank BIGINT NOT NULL,
  line_no BIGINT NOT NULL,
  PRIMARY KEY (case_id, quota)
);
CREATE INDEX flow_place_line ON flow_place (flow, quota, place_key, line_rank, line_no) WHERE waits = 1;
