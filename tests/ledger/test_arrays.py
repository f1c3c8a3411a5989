"""What travels as an array arrives as it was, of every type and at its bounds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.credit_ledger import CreditLedger
from ledger.store.arrays import (
    TYPES,
    Bigints,
    Booleans,
    Byteas,
    Days,
    Instants,
    Integers,
    Smallints,
    Texts,
    TypedList,
    Uuids,
)

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
VALUES: dict[type[TypedList], st.SearchStrategy[Any]] = {
    Smallints: st.integers(-(2**15), 2**15 - 1),
    Integers: st.integers(-(2**31), 2**31 - 1),
    Bigints: st.integers(-(2**63), 2**63 - 1),
    Booleans: st.booleans(),
    Texts: st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    Byteas: st.binary(),
    Uuids: st.uuids(),
    Instants: INSTANTS,
    Days: st.dates(date(1, 1, 1), date(9999, 12, 31)),
}


def test_every_type_is_tried() -> None:
    assert set(VALUES) == set(TYPES)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: str(kind.__name__))
def test_an_array_arrives_as_it_was(ledger: CreditLedger, kind: type[TypedList]) -> None:
    with ledger.pool.connection() as connection:

        @settings(max_examples=50, deadline=None)
        @given(st.lists(st.none() | VALUES[kind]))
        def arrives(values: list[Any]) -> None:
            row = connection.execute("SELECT %s", (kind(values),), binary=True).fetchone()
            assert row == (values,)

        arrives()


def test_a_value_out_of_range_is_an_error(ledger: CreditLedger) -> None:
    with ledger.pool.connection() as connection, pytest.raises(Exception, match="format requires"):
        connection.execute("SELECT %s", (Smallints([2**15]),))
