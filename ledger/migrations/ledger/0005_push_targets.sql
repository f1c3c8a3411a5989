-- Where the phone of a session is reached by its platform's push service; the row is of no use once the session ended.
CREATE TABLE ops.push_targets (
    partition  smallint NOT NULL, -- of the person
    session_id uuid     NOT NULL,
    subject_id uuid     NOT NULL,
    platform   text     NOT NULL,
    sealed     text     NOT NULL, -- the token that the platform gave the app
    PRIMARY KEY (partition, session_id)
);
CREATE INDEX push_targets_subject ON ops.push_targets (partition, subject_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.push_targets TO jz_app;
