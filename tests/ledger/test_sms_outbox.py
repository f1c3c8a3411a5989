"""SMS that wait, sealed."""

import pytest
from cryptography.exceptions import InvalidTag

from jiazheng.bootstrap import build_outbox
from ledger.credit_ledger import CreditLedger
from ledger.vault.sms_outbox import SmsOutbox
from tests.conftest import MovableClock
from tests.controls.messages import queue


@pytest.fixture
def outbox(ledger: CreditLedger) -> SmsOutbox:
    return build_outbox(ledger)


def test_two_deliveries_never_take_the_same_message(
    ledger: CreditLedger, clock: MovableClock, outbox: SmsOutbox
) -> None:
    # given two messages
    queue(ledger, clock, outbox)
    queue(ledger, clock, outbox)
    # when three deliveries take one at the same time
    with outbox.take(clock()) as one, outbox.take(clock()) as two, outbox.take(clock()) as three:
        # then each has another one, and the third has none
        assert one is not None
        assert two is not None
        assert one.message_id < two.message_id
        assert three is None
    assert outbox.show(clock()) == []


def test_a_key_queues_once_while_its_message_waits(
    ledger: CreditLedger, clock: MovableClock, outbox: SmsOutbox
) -> None:
    # when two messages with one key are queued
    queued = [queue(ledger, clock, outbox, "1.7"), queue(ledger, clock, outbox, "1.7")]
    # then the second is not
    assert queued == [True, False]
    assert len(outbox.show(clock())) == 1


def test_the_outbox_is_sealed_together_with_its_expiry(
    ledger: CreditLedger, clock: MovableClock, outbox: SmsOutbox
) -> None:
    # given a message
    queue(ledger, clock, outbox)
    with ledger.pool.connection() as connection:
        row = connection.execute("SELECT t::text FROM ops.sms_outbox t").fetchone()
        # then its row tells neither phone nor code, and somebody who prolongs it spoils it
        assert row is not None
        assert "13800138000" not in row[0]
        assert "123456" not in row[0]
        connection.execute("UPDATE ops.sms_outbox SET expires_at = expires_at + interval '1 hour'")
    with pytest.raises(InvalidTag):
        outbox.show(clock())
