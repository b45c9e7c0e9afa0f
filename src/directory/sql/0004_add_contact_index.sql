-- Whose mail address it is, without the address: a blind index over the SHA-1 of its mailto: form. NULL where there is none, or not yet.
ALTER TABLE person_contact ADD COLUMN email_index BYTEA;
CREATE INDEX person_contact_email ON person_contact (email_index);
