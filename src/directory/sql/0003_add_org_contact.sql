-- How an organisation is reached and where it stands: public facts of an institution. A position is in degrees (CGCS2000), both or neither.
CREATE TABLE org_contact (
  org_no BIGINT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  longitude DOUBLE PRECISION,
  latitude DOUBLE PRECISION
);
