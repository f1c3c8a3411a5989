"""After a benchmark that appends: figures of a log with holes would count for nothing."""

from benchmarks.server import Server

GAPS = """
    SELECT p.partition FROM ledger.partitions p LEFT JOIN ledger.events e USING (partition)
    GROUP BY p.partition, p.head HAVING count(e) <> p.head OR max(e.position) <> p.head
"""


def check_positions(server: Server) -> None:
    """Fail unless the positions of every partition are free of gaps."""
    with server.connect() as connection:
        gaps = connection.execute(GAPS).fetchall()
    if gaps:
        msg = f"the positions of partitions {gaps} have gaps: the figures count for nothing"
        raise AssertionError(msg)
