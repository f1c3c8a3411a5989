"""Python and the database must name the same partition, or what is written to one is missed in another."""

from uuid import UUID

from domain.streams import partition_of, partition_of_digest
from ledger.credit_ledger import CreditLedger

FIRST_TWO_BYTES = [bytes((17 * octet % 256, octet)) for octet in range(256)]


def test_of_an_id(ledger: CreditLedger) -> None:
    ids = [UUID(bytes=two + bytes(14)) for two in FIRST_TWO_BYTES]
    query = "SELECT array_agg(ledger.partition_of(id) ORDER BY nth)"
    with ledger.pool.connection() as connection:
        rows = connection.execute(query + " FROM unnest(%s::uuid[]) WITH ORDINALITY AS w (id, nth)", (ids,))
        assert rows.fetchone() == (list(map(partition_of, ids)),)


def test_of_a_digest(ledger: CreditLedger) -> None:
    digests = [two + bytes(30) for two in FIRST_TWO_BYTES]
    query = "SELECT array_agg(ledger.partition_of_digest(digest) ORDER BY nth)"
    with ledger.pool.connection() as connection:
        rows = connection.execute(
            query + " FROM unnest(%s::bytea[]) WITH ORDINALITY AS w (digest, nth)", (digests,)
        )
        assert rows.fetchone() == (list(map(partition_of_digest, digests)),)
