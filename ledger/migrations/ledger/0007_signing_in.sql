-- How people sign in: passcodes.

CREATE TABLE ops.passcodes (
    partition  smallint NOT NULL, -- of the person
    subject_id uuid     NOT NULL,
    sealed     text     NOT NULL, -- the Argon2id hash
    PRIMARY KEY (partition, subject_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.passcodes TO jz_app;
