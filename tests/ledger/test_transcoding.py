"""Stored events are read as the library reads them, only faster."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import JSONTranscoder
from hypothesis import given
from hypothesis import strategies as st

from ledger.credit_ledger import CreditLedger
from ledger.store.transcoding import LedgerTranscoder

INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants it bare
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.uuids() | INSTANTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
STATES = st.dictionaries(st.text(), VALUES)


def _registered(transcoder: JSONTranscoder) -> JSONTranscoder:
    CreditLedger.register_transcodings(object.__new__(CreditLedger), transcoder)
    return transcoder


OURS, THEIRS = _registered(LedgerTranscoder()), _registered(JSONTranscoder())


@given(STATES)
def test_what_was_written_is_read_as_the_library_reads_it(state: dict[str, Any]) -> None:
    stored = OURS.encode(state)
    assert stored == THEIRS.encode(state)
    assert OURS.decode(stored) == THEIRS.decode(stored) == state


def test_a_value_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError, match="decimal_roman"):
        OURS.decode(b'{"amount":{"_type_":"decimal_roman","_data_":"XIV"}}')


def test_ids_within_lists_are_read() -> None:
    ids = [UUID(int=1), UUID(int=2)]
    assert OURS.decode(THEIRS.encode({"ids": ids})) == {"ids": ids}
