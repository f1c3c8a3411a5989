-- Which disclosures are open, so that their consumers hear at once when the letter ends.

CREATE TABLE ops.open_disclosures (
    partition      smallint    NOT NULL, -- of the worker
    disclosure_id  uuid        NOT NULL,
    worker_id      uuid        NOT NULL,
    readable_until timestamptz NOT NULL,
    PRIMARY KEY (partition, disclosure_id)
);
CREATE INDEX open_disclosures_worker ON ops.open_disclosures (partition, worker_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.open_disclosures TO jz_app;
