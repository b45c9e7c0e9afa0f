-- Answers to requests that create and came with an Idempotency-Key, for a day. What is kept of the key is a hash; `answer` is sealed with a key made of
-- it, so only who sends it again can read what was answered. `status` is null while the request is under way. Instants are UTC microseconds.
CREATE TABLE api_answer (
  account_no BIGINT NOT NULL,
  key_hash BYTEA NOT NULL,
  request_hash BYTEA NOT NULL,
  at BIGINT NOT NULL,
  status BIGINT,
  answer BYTEA,
  PRIMARY KEY (account_no, key_hash)
);
CREATE INDEX api_answer_by_time ON api_answer (at);
