-- Whether what a key sends is held against the recipes that it declares.
ALTER TABLE xapi_key ADD COLUMN validate BOOLEAN NOT NULL DEFAULT FALSE;
