"""The library's own suites for recorders, on one partition: across several there is no single order."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.credit_ledger import CreditLedger


def _in_partition_0() -> UUID:
    """In partition 0 the library's number of an event is the number in the partition."""
    return UUID(bytes=bytes(2) + uuid4().bytes[2:])


class TestApplicationRecorder(ApplicationRecorderTestCase[Any]):
    @pytest.fixture(autouse=True)
    def _take(self, ledger: CreditLedger) -> None:
        self.recorder = ledger.event_log

    def new_originator_id(self) -> UUID:
        return _in_partition_0()

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder


class TestNonInterleaving(NonInterleavingNotificationIDsBaseCase):
    @pytest.fixture(autouse=True)
    def _take(self, ledger: CreditLedger) -> None:
        self.recorder = ledger.event_log

    def new_originator_id(self) -> UUID:
        return _in_partition_0()

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder


def test_a_subscription_is_refused_since_it_has_no_order_to_offer(ledger: CreditLedger) -> None:
    with pytest.raises(NotImplementedError, match="per partition"):
        ledger.event_log.subscribe()


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase  # else pytest would run them bare
