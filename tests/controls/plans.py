"""How Postgres would run the statements of a pool, if every way but an index were dear."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composable
from psycopg_pool import ConnectionPool

BY_INDEX = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
"""Small tables are read whole, whatever their indexes; so what is found here is what large ones meet."""

OURS = ("views", "views_next", "ops")
READS_AND_WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

FIRST = {"tracking_pkey": "follower", "trail_pkey": "concerned_id"}
"""The first column of a key that does not begin with the partition, since it is asked for in all of them."""

Node = dict[str, Any]


class Plans:
    """The plans of the statements that were run, each with its statement."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Node]] = []

    def indexes(self) -> set[str]:
        """The indexes that were used."""
        return {node["Index Name"] for _, plan in self.seen for node in _nodes(plan) if "Index Name" in node}

    def wide_reads(self) -> list[str]:
        """The statements that read a whole table of ours, or a key without its first column."""
        return [text for text, plan in self.seen if any(map(_is_wide, _nodes(plan)))]


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _is_wide(node: Node) -> bool:
    if node["Node Type"] == "Seq Scan":
        return node["Schema"] in OURS
    index = node.get("Index Name", "")
    is_key = index.endswith(("_pkey", "_key"))
    return is_key and FIRST.get(index, "partition") not in node.get("Index Cond", "")


@contextmanager
def planned(pool: ConnectionPool) -> Iterator[Plans]:
    """Explain each statement on the pool's connections before it runs."""
    plans, before = Plans(), pool.kwargs
    assert isinstance(before, dict)

    class Explained(Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> "Explained":
            text = query.as_string(self) if isinstance(query, Composable) else str(query)
            if text.lstrip().upper().startswith(READS_AND_WRITES):
                with Cursor(self.connection, row_factory=tuple_row) as cursor:
                    explain = SQL("EXPLAIN (FORMAT JSON, VERBOSE) {}").format(SQL(text))
                    (row,) = cursor.execute(explain, params).fetchall()
                plans.seen.append((text, row[0][0]["Plan"]))
            return super().execute(query, params, **options)

    pool.kwargs = {**before, "cursor_factory": Explained, "options": BY_INDEX}
    pool.drain()
    try:
        yield plans
    finally:
        pool.kwargs = before
        pool.drain()
