-- Acts that close periods of a flow's cases and open them again, the last of a (flow, period, level) being what holds. from_at: from when nobody of the level
-- changes such a case; note, the reason, is sealed.
CREATE TABLE flow_lock (
  flow TEXT NOT NULL,
  period TEXT NOT NULL,
  level TEXT NOT NULL,
  n BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  from_at BIGINT NOT NULL,
  account TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  at BIGINT NOT NULL,
  note BYTEA NOT NULL,
  PRIMARY KEY (flow, period, level, n)
);
