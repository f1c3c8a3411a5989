-- One key a person, wrapped by an epoch key that lies outside Postgres. Deleting the row is the erasure.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jz_app') THEN
        CREATE ROLE jz_app NOLOGIN;
    END IF;
END $$;

CREATE SCHEMA keys;
CREATE TABLE keys.subject_keys (
    subject_id uuid NOT NULL,
    version    smallint NOT NULL,
    epoch      integer NOT NULL,
    wrapped    bytea NOT NULL,
    PRIMARY KEY (subject_id, version)
);
GRANT USAGE ON SCHEMA keys TO jz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON keys.subject_keys TO jz_app;
