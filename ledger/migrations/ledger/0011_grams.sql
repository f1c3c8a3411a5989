-- What is found by its parts is found by its grams: the read models index them and keep the text alone, so that
-- their rows stay narrow. A table of a read model that kept them has another shape now: it is dropped, `migrate`
-- creates it anew, and it is filled from the log like every other.

-- Every run of up to so many characters, some of them more than once; GIN keeps each once.
CREATE FUNCTION ledger.grams(given text, longest integer) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    characters text[] := string_to_array(given, NULL);
    runs text[] := characters;
    found text[] := characters;
    longer text[];
BEGIN
    FOR size IN 2 .. longest LOOP
        longer := '{}';
        FOR start IN 1 .. cardinality(characters) - size + 1 LOOP
            longer := longer || (runs[start] || characters[start + size - 1]);
        END LOOP;
        runs := longer;
        found := found || runs;
    END LOOP;
    RETURN found;
END $$;
GRANT EXECUTE ON FUNCTION ledger.grams TO jz_app;

DO $$ DECLARE former regclass; BEGIN
    FOR former IN SELECT format('%I.%I', schemaname, tablename)::regclass FROM pg_tables
        WHERE schemaname IN ('views', 'views_next', 'views_old') AND tablename IN ('enterprises', 'news')
    LOOP EXECUTE format('DROP TABLE %s', former); END LOOP;
END $$;
DELETE FROM ops.tracking WHERE follower ~ '^(enterprise_directory|news)(_next|_old)?$';
