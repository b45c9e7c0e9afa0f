-- Orders to remove what is stored. kind: 0 all that is known of one person, 1 statements by age. state: 0 statements go, 1 rows of event datasets go, 2 attachments
-- that nobody uses any more go, 3 done. subject: a SHA-256 of the person's id, so that who holds the id can show that it was done; person_no: only
-- while it is under way. step, after_no: how far it is; until_no: the last statement that is concerned. before_at, key_name, verb: which go by age.
CREATE TABLE xapi_removal (
  no BIGINT NOT NULL PRIMARY KEY,
  kind BIGINT NOT NULL,
  state BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  subject TEXT NOT NULL,
  person_no BIGINT,
  before_at BIGINT,
  key_name TEXT NOT NULL,
  verb TEXT NOT NULL,
  keep_figures BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  done_at BIGINT,
  step BIGINT NOT NULL,
  after_no BIGINT NOT NULL,
  until_no BIGINT NOT NULL,
  n_expected BIGINT NOT NULL,
  n_statements BIGINT NOT NULL,
  n_redacted BIGINT NOT NULL,
  n_documents BIGINT NOT NULL,
  n_attachments BIGINT NOT NULL,
  n_actors BIGINT NOT NULL,
  n_accounts BIGINT NOT NULL,
  n_registrations BIGINT NOT NULL,
  n_rows BIGINT NOT NULL
);
CREATE INDEX xapi_removal_by_state ON xapi_removal (state, no);

-- While an order is under way: as whom the keys of an organisation speak of the person; statements that are gone and whose rows are not; attachments
-- that were theirs.
CREATE TABLE xapi_removal_agent (
  removal_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  ifi TEXT NOT NULL,
  PRIMARY KEY (removal_no, org_no, ifi)
);
CREATE TABLE xapi_removal_statement (
  removal_no BIGINT NOT NULL,
  statement_no BIGINT NOT NULL,
  PRIMARY KEY (removal_no, statement_no)
);
CREATE TABLE xapi_removal_content (
  removal_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  sha2 TEXT NOT NULL,
  PRIMARY KEY (removal_no, org_no, sha2)
);

-- A hash of the agent: a document's owner tells it only to who knows the activity too. 0 in what was stored before.
ALTER TABLE xapi_document ADD COLUMN agent BIGINT NOT NULL DEFAULT 0;
CREATE INDEX xapi_document_by_agent ON xapi_document (agent);
