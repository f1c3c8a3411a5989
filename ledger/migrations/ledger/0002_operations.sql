-- What is kept beside the log and never replayed: sessions, SMS codes, sealed outbox rows, answers to repeated
-- requests, face templates, the positions of followers.

CREATE SCHEMA ops;

CREATE TABLE ops.sessions (
    session_id         uuid PRIMARY KEY,
    subject_id         uuid NOT NULL,
    role               text NOT NULL,
    enterprise_id      uuid,
    device             text NOT NULL,
    generation         integer NOT NULL DEFAULT 1, -- of the rotating refresh token
    started_at         timestamptz NOT NULL,
    access_expires_at  timestamptz NOT NULL,
    refresh_expires_at timestamptz NOT NULL,
    revoked_at         timestamptz
);
CREATE INDEX sessions_subject ON ops.sessions (subject_id);

CREATE TABLE ops.sms_codes (
    phone_digest bytea NOT NULL,
    sent_at      timestamptz NOT NULL,
    code_mac     bytea NOT NULL,
    expires_at   timestamptz NOT NULL,
    tries_left   integer NOT NULL,
    used         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (phone_digest, sent_at)
);

CREATE TABLE ops.sms_outbox (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedup_key  text UNIQUE, -- the log position that caused it, where one did
    sealed     text NOT NULL, -- phone and text
    queued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE ops.answers (
    actor        text NOT NULL,
    request_key  text NOT NULL,
    request_mac  bytea NOT NULL,
    command_id   uuid NOT NULL,
    locked_until timestamptz NOT NULL, -- a crashed attempt may be taken over after this
    status       integer, -- null while under way
    sealed       text,
    PRIMARY KEY (actor, request_key)
);

CREATE TABLE ops.face_templates (
    subject_id uuid PRIMARY KEY,
    model      text NOT NULL,
    kind       text NOT NULL,
    sealed     text NOT NULL
);

CREATE TABLE ops.staff_challenges (
    challenge_mac bytea PRIMARY KEY,
    expires_at    timestamptz NOT NULL
);

-- How far each follower (projection, reaction) has come in each partition.
CREATE TABLE ops.tracking (
    follower  text     NOT NULL,
    partition smallint NOT NULL,
    position  bigint   NOT NULL,
    PRIMARY KEY (follower, partition)
);

GRANT USAGE ON SCHEMA ops TO jz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ops TO jz_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ops TO jz_app;

CREATE SCHEMA views;
GRANT USAGE ON SCHEMA views TO jz_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA views GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO jz_app;
