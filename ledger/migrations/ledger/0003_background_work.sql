-- What the scheduler and the reactions keep.

-- When a deadline has to be looked at again. A row moves only when it fires, so that a check-in updates no index.
CREATE TABLE ops.wakeups (
    kind       text NOT NULL, -- attendance (the id is the worker's) or disclosure
    id         uuid NOT NULL,
    subject_id uuid NOT NULL,
    wake_at    timestamptz NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX wakeups_due ON ops.wakeups (wake_at);

-- Which event an actor has answered, for what must not be done twice when the queue delivers twice.
CREATE TABLE ops.reactions_done (
    partition smallint NOT NULL,
    position  bigint   NOT NULL,
    actor     text     NOT NULL,
    PRIMARY KEY (partition, position, actor)
);

-- Whose phone it is, where that person has an account: an erasure empties the outbox, too.
ALTER TABLE ops.sms_outbox ADD COLUMN subject_id uuid;
CREATE INDEX sms_outbox_subject ON ops.sms_outbox (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX sms_outbox_expiry ON ops.sms_outbox (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON ops.wakeups, ops.reactions_done TO jz_app;
