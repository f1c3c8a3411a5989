-- Where a read model is built anew beside the live one, and where the one it replaced is kept for a way back.

CREATE SCHEMA IF NOT EXISTS views_next;
CREATE SCHEMA IF NOT EXISTS views_old;
GRANT USAGE ON SCHEMA views_next, views_old TO jz_app;

-- As in views: a table keeps its rights when it moves to another schema.
ALTER DEFAULT PRIVILEGES IN SCHEMA views_next GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO jz_app;
