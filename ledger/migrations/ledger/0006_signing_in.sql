-- How people sign in: passcodes, known devices, what a list of sessions tells.

CREATE TABLE ops.passcodes (
    partition  smallint NOT NULL, -- of the person
    subject_id uuid     NOT NULL,
    sealed     text     NOT NULL, -- the Argon2id hash
    PRIMARY KEY (partition, subject_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.passcodes TO jz_app;

-- Devices on which somebody signed in before; a row goes when it expires or is revoked.
CREATE TABLE ops.known_devices (
    partition     smallint    NOT NULL, -- of the person
    device_id     uuid        NOT NULL,
    subject_id    uuid        NOT NULL,
    token_mac     bytea       NOT NULL,
    name          text        NOT NULL, -- as the app sent it
    registered_at timestamptz NOT NULL,
    last_used_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (partition, device_id)
);
CREATE INDEX known_devices_subject ON ops.known_devices (partition, subject_id, device_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.known_devices TO jz_app;

ALTER TABLE ops.sessions
    ADD COLUMN device_id    uuid,         -- the known device of a person; staff have passkeys
    ADD COLUMN last_used_at timestamptz;  -- when its tokens were last refreshed
