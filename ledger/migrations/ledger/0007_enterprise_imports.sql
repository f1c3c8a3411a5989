-- Imports of the enterprise list that are under way or done. None of it is personal.

CREATE TABLE ops.enterprise_imports (
    import_id    uuid PRIMARY KEY,
    actor        text NOT NULL, -- who asked for it, and is named in what it appends
    requested_at timestamptz NOT NULL,
    file_sha256  text NOT NULL,
    encoding     text NOT NULL,
    columns      text[] NOT NULL, -- of the file, in its order
    lines        bigint NOT NULL, -- of the file, its header included
    -- What follows moves together, with the rejections and codes of the same lines.
    read_bytes   bigint NOT NULL,
    read_lines   bigint NOT NULL,
    accepted     bigint NOT NULL DEFAULT 0,
    changed      bigint NOT NULL DEFAULT 0, -- of the accepted: those that appended an event
    rejected     bigint NOT NULL DEFAULT 0,
    finished_at  timestamptz
);
CREATE INDEX enterprise_imports_unfinished ON ops.enterprise_imports (file_sha256) WHERE finished_at IS NULL;

CREATE TABLE ops.enterprise_import_rejections (
    import_id uuid   NOT NULL,
    line      bigint NOT NULL,
    "column"  text   NOT NULL, -- empty: the line as a whole
    reason    text   NOT NULL,
    PRIMARY KEY (import_id, line)
);

-- The codes that an import has taken over, until it is finished: each stands once in a file.
CREATE TABLE ops.enterprise_import_codes (
    import_id uuid NOT NULL,
    uscc      text NOT NULL,
    PRIMARY KEY (import_id, uscc)
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON ops.enterprise_imports, ops.enterprise_import_rejections, ops.enterprise_import_codes TO jz_app;
