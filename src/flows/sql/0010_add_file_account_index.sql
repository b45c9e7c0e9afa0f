-- What an account has handed in is summed at each upload: from the index alone, past the contents of everybody's files.
CREATE INDEX flow_file_by_account ON flow_file (account, case_id, n_bytes);
