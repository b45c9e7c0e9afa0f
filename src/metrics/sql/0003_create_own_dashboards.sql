-- Dashboards that the city wrote itself, as the text of a pack. Nothing is overwritten: the last row of an id counts, an empty text takes it away.
CREATE TABLE own_dashboard (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  text TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (id, version)
);
-- Who is told of a dashboard's figures, how often and at which hour. The next time moves in the transaction that tells: nothing is told twice.
CREATE TABLE subscription (
  no BIGINT NOT NULL PRIMARY KEY,
  account_no BIGINT NOT NULL,
  account TEXT NOT NULL,
  acting_role TEXT NOT NULL,
  acting_org_no BIGINT NOT NULL,
  dashboard TEXT NOT NULL,
  every TEXT NOT NULL,
  hour BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  told_at BIGINT,
  UNIQUE (account_no, dashboard, every)
);
CREATE INDEX subscription_due ON subscription (due_at, no);
