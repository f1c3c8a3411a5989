-- Until when a repeated message could still send an SMS: its actor sends nothing later, so the row may go.
-- Rows of before get what is longer than any SMS is of use.

ALTER TABLE ops.reactions_done ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '31 days';
ALTER TABLE ops.reactions_done ALTER COLUMN expires_at DROP DEFAULT;
CREATE INDEX reactions_done_expiry ON ops.reactions_done (expires_at);
