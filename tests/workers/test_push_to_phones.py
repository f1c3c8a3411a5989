"""The parties' phones are woken through a gateway, with ids only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api.http.tokens import Sessions
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from ledger.use_cases.disclosures import decline, issue_certificate_code, request_disclosure
from ledger.vault.push_targets import PushTarget, store_target, targets_of
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.http_service import HttpService, http_service
from tests.controls.people import ACCEPTED, cause, complete_worker, registered_consumer
from tests.workers.conftest import Background
from workers.http_gateway import GatewayUnavailable
from workers.push import HttpPushGateway, PhoneWaker

TOKEN = "a-token-of-the-platform"


@dataclass(frozen=True)
class Prompt:
    """A worker who is signed in on a phone, and is prompted."""

    worker: UUID
    consumer: UUID
    id: UUID
    sessions: Sessions
    session: UUID
    position: Position


@pytest.fixture
def platform() -> Iterator[HttpService]:
    with http_service() as service:
        yield service


@pytest.fixture
def phones(ledger: CreditLedger, clock: MovableClock, platform: HttpService) -> Iterator[PhoneWaker]:
    gateway = HttpPushGateway(platform.url, "secret")
    yield PhoneWaker(ledger, clock, gateway)
    gateway.close()


def _signed_in(ledger: CreditLedger, clock: MovableClock, sessions: Sessions, subject: UUID) -> UUID:
    tokens = sessions.open(clock(), subject, "worker", "phone")
    session = sessions.authenticate(clock(), tokens.access_token).session_id
    store_target(ledger, subject, PushTarget(session, "huawei", TOKEN))
    return session


@pytest.fixture
def prompt(ledger: CreditLedger, clock: MovableClock) -> Prompt:
    worker, consumer = complete_worker(ledger, clock).subject, registered_consumer(ledger, clock).subject
    sessions = Sessions(ledger.pool, ledger.keyring.tokens, ledger.rules)
    session = _signed_in(ledger, clock, sessions, worker)
    code = issue_certificate_code(ledger, cause(clock, "person"), worker)
    scan, appended = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    return Prompt(worker, consumer, scan.id, sessions, session, appended.positions[0])


def test_a_scan_wakes_the_worker_s_phone_with_ids_only(
    phones: PhoneWaker, platform: HttpService, prompt: Prompt
) -> None:
    phones.wake_phone(str(prompt.position))
    what = {"what": "disclosure.requested", "about": str(prompt.id)}
    assert platform.received == [{"platform": "huawei", "token": TOKEN, **what}]
    assert platform.tokens == ["Bearer secret"]


def test_a_refusal_wakes_the_consumer_s_phone(
    ledger: CreditLedger, clock: MovableClock, phones: PhoneWaker, platform: HttpService, prompt: Prompt
) -> None:
    _signed_in(ledger, clock, prompt.sessions, prompt.consumer)
    declined = decline(ledger, cause(clock, "person"), prompt.worker, prompt.id)
    phones.wake_phone(str(declined.positions[0]))
    assert [wake["what"] for wake in platform.received] == ["disclosure.declined"]


def test_the_reactions_tell_the_actor_of_a_scan(
    background: Background, ledger: CreditLedger, clock: MovableClock, prompt: Prompt
) -> None:
    catch_up([background.reactions])
    assert b"wake_phone" in background.queued()
    assert TOKEN.encode() not in background.queued()
    assert targets_of(ledger, prompt.worker, clock())


def test_a_prompt_that_is_over_wakes_nobody(
    clock: MovableClock, phones: PhoneWaker, platform: HttpService, prompt: Prompt
) -> None:
    clock.advance(timedelta(seconds=120))
    phones.wake_phone(str(prompt.position))
    assert platform.received == []


def test_a_phone_that_signed_out_is_not_woken(
    clock: MovableClock, phones: PhoneWaker, platform: HttpService, prompt: Prompt
) -> None:
    prompt.sessions.revoke(clock(), prompt.session)
    phones.wake_phone(str(prompt.position))
    assert platform.received == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_the_platform_does_not_know_is_forgotten(
    ledger: CreditLedger,
    clock: MovableClock,
    phones: PhoneWaker,
    platform: HttpService,
    prompt: Prompt,
    status: int,
) -> None:
    platform.status = status
    phones.wake_phone(str(prompt.position))
    assert targets_of(ledger, prompt.worker, clock()) == []


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_gateway_out_of_order_leaves_the_message_to_the_queue(
    ledger: CreditLedger,
    clock: MovableClock,
    phones: PhoneWaker,
    platform: HttpService,
    prompt: Prompt,
    status: int,
) -> None:
    platform.status = status
    with pytest.raises(GatewayUnavailable, match=str(status)):
        phones.wake_phone(str(prompt.position))
    assert targets_of(ledger, prompt.worker, clock())


def test_a_cancelled_account_leaves_no_phone_behind(
    ledger: CreditLedger, clock: MovableClock, prompt: Prompt
) -> None:
    cancel_account(ledger, cause(clock, "person"), prompt.worker, ACCEPTED)
    with ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.push_targets").fetchall() == []


def test_the_token_is_sealed_and_another_one_replaces_it(
    ledger: CreditLedger, clock: MovableClock, prompt: Prompt
) -> None:
    store_target(ledger, prompt.worker, PushTarget(prompt.session, "huawei", "fresh-token"))
    assert [target.token for target in targets_of(ledger, prompt.worker, clock())] == ["fresh-token"]
    with ledger.pool.connection() as connection:
        rows = connection.execute("SELECT sealed FROM ops.push_targets").fetchall()
    assert len(rows) == 1
    assert "fresh-token" not in rows[0][0]


def test_nothing_is_kept_of_somebody_unknown(ledger: CreditLedger, clock: MovableClock) -> None:
    assert targets_of(ledger, uuid4(), clock()) == []
