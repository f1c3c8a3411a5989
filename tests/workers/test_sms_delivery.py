"""From the outbox to a gateway."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from jiazheng.bootstrap import build_outbox
from jiazheng.embedded.waiting import wait_until
from ledger.credit_ledger import CreditLedger
from ledger.vault.sms_outbox import SmsOutbox
from tests.conftest import MovableClock
from tests.controls.http_service import HttpService, http_service
from tests.controls.messages import FIVE_MINUTES, PHONE, TEXT, queue
from workers.http_gateway import GatewayUnavailable
from workers.messages import HttpSmsGateway, OutboxDelivery


@pytest.fixture
def operator() -> Iterator[HttpService]:
    with http_service() as service:
        yield service


@pytest.fixture
def gateway(operator: HttpService) -> Iterator[HttpSmsGateway]:
    made = HttpSmsGateway(operator.url, "token-1")
    yield made
    made.close()


@pytest.fixture
def outbox(ledger: CreditLedger) -> SmsOutbox:
    return build_outbox(ledger)


def test_a_delivered_message_is_deleted(
    ledger: CreditLedger,
    clock: MovableClock,
    outbox: SmsOutbox,
    operator: HttpService,
    gateway: HttpSmsGateway,
) -> None:
    # given a message
    queue(ledger, clock, outbox)
    # when it is delivered
    delivery = OutboxDelivery(outbox, clock, gateway)
    assert delivery.deliver_next()
    # then the operator has it, and the outbox does not
    assert operator.received == [{"phone": PHONE, "text": TEXT}]
    assert operator.tokens == ["Bearer token-1"]
    assert outbox.show(clock()) == []
    assert not delivery.deliver_next()


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_message_stays_while_the_gateway_does_not_take_it(
    ledger: CreditLedger,
    clock: MovableClock,
    outbox: SmsOutbox,
    operator: HttpService,
    gateway: HttpSmsGateway,
    status: int,
) -> None:
    # given an operator that is out of order
    queue(ledger, clock, outbox)
    operator.status = status
    # when a delivery is tried
    delivery = OutboxDelivery(outbox, clock, gateway)
    with pytest.raises(GatewayUnavailable):
        delivery.deliver_next()
    # then the message stays, and goes out later
    assert len(outbox.show(clock())) == 1
    operator.status = 202
    assert delivery.deliver_next()


def test_a_gateway_that_cannot_be_reached_is_unavailable() -> None:
    # given an address where nobody listens
    gateway = HttpSmsGateway("http://127.0.0.1:9/sms", None)
    # then the error names neither the phone nor the address
    with pytest.raises(GatewayUnavailable, match=r"^ConnectError$"):
        gateway.send(PHONE, TEXT)
    gateway.close()


def test_a_message_to_a_refused_phone_is_dropped(
    ledger: CreditLedger,
    clock: MovableClock,
    outbox: SmsOutbox,
    operator: HttpService,
    gateway: HttpSmsGateway,
) -> None:
    # given an operator that does not know the phone
    queue(ledger, clock, outbox)
    operator.status = 422
    # when a delivery is tried
    assert OutboxDelivery(outbox, clock, gateway).deliver_next()
    # then the message is gone
    assert outbox.show(clock()) == []


def test_an_expired_message_is_never_sent(
    ledger: CreditLedger,
    clock: MovableClock,
    outbox: SmsOutbox,
    operator: HttpService,
    gateway: HttpSmsGateway,
) -> None:
    # given a message whose time is over
    queue(ledger, clock, outbox)
    clock.advance(FIVE_MINUTES)
    # when a delivery is tried
    assert not OutboxDelivery(outbox, clock, gateway).deliver_next()
    # then it is deleted, and nobody has received it
    assert operator.received == []
    with ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.sms_outbox").fetchall() == []


def test_the_delivery_goes_on_after_a_failure(
    ledger: CreditLedger,
    clock: MovableClock,
    outbox: SmsOutbox,
    operator: HttpService,
    gateway: HttpSmsGateway,
) -> None:
    # given a delivery that runs while the operator is out of order
    queue(ledger, clock, outbox)
    operator.status = 503
    stop = Event()
    thread = Thread(target=OutboxDelivery(outbox, clock, gateway).run, args=(stop, 0.01))
    thread.start()
    assert operator.has_received.wait(60)
    # when the operator is back, then the message is delivered
    operator.status = 202
    assert wait_until(lambda: outbox.show(clock()) == [], 60)
    stop.set()
    thread.join()
