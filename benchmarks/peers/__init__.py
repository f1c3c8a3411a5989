"""Event stores of others that the append benchmark also measures, each fetched once and pinned by hash."""
