"""A ledger in which everything happened that a read model shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import Connection

from domain.access_log import Look
from domain.event import Cause, LedgerAggregate
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.accounts import become_worker
from ledger.use_cases.announcements import (
    publish_announcement,
    revise_announcement,
    withdraw_announcement,
)
from ledger.use_cases.attendances import check_in, leave
from ledger.use_cases.disclosures import (
    approve,
    decline,
    issue_certificate_code,
    request_disclosure,
    view,
)
from ledger.use_cases.employments import choose_enterprises, end_employment
from ledger.use_cases.enterprises import add_entry, entry_of_command, lift_entry, list_enterprises
from ledger.use_cases.handovers import open_handover
from ledger.use_cases.regulation import record_daily_looks, record_look
from ledger.use_cases.staff import propose_role
from ledger.use_cases.verification import verify_identity
from projections.catalogue import followers
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.aggregates import (
    AINONG_LISTED,
    CHECK_IN_NOTICE,
    CORRECTION,
    LIFTED,
    NEW_KEY,
    PRAISED,
    corrected_record,
    credit_record,
)
from tests.controls.aggregates import provider as example_provider
from tests.controls.moments import AINONG, DAY, FIRST_ADMINISTRATOR, PERIOD, SECOND_ADMINISTRATOR, WANG
from tests.controls.people import (
    ACCEPTED,
    TEMPLATE,
    CompleteWorker,
    Registered,
    cause,
    complete_worker,
    listed_enterprise,
    registered_consumer,
)

TRAIL_LOOK = Look("regulator", "trail", "§12")
LIST_LOOK = Look("operator", "employments", "从业关系管理", AINONG)


@pytest.fixture
def connection(ledger: CreditLedger) -> Iterator[Connection]:
    with ledger.pool.connection() as connection:
        yield connection


NEW_NAME = "王敏"
"""On the newer card of the worker who left."""


@dataclass(frozen=True)
class Story:
    """Who took part in it."""

    worker: CompleteWorker
    former: CompleteWorker
    gone: CompleteWorker
    consumer: Registered
    later: Registered
    disclosure: UUID
    declined: UUID


@pytest.fixture
def story(ledger: CreditLedger, clock: MovableClock) -> Story:
    """A month of three workers and a consumer; nothing is projected yet."""
    people = [complete_worker(ledger, clock) for _ in range(3)]
    worker, former, gone = people
    consumer, later = registered_consumer(ledger, clock), registered_consumer(ledger, clock)
    list_enterprises(ledger, cause(clock, "staff:editor"), [AINONG_LISTED])
    praise = cause(clock, "staff:editor")
    add_entry(ledger, praise, AINONG, "red_list", PRAISED)
    lift_entry(ledger, cause(clock, "staff:editor"), AINONG, entry_of_command(praise.command_id), LIFTED)
    seen, refused = (_scan(ledger, clock, worker, consumer) for _ in range(2))
    approve(ledger, cause(clock, "person"), worker.subject, seen[0], seen[1], ["tax"], ACCEPTED)
    view(ledger, cause(clock, "person"), consumer.subject, seen[0])
    decline(ledger, cause(clock, "person"), worker.subject, refused[0])
    _submitted(ledger, clock)
    _announced(ledger, clock)
    _provider(ledger, clock)
    propose_role(ledger, cause(clock, FIRST_ADMINISTRATOR), "operator", worker.enterprise)
    open_handover(ledger, cause(clock, "person"), worker.subject)
    record_look(ledger, cause(clock, "staff:regulator"), worker.subject, TRAIL_LOOK)
    record_daily_looks(ledger, cause(clock, "staff:operator"), [worker.subject], LIST_LOOK)
    record_look(ledger, cause(clock, "staff:regulator"), gone.subject, TRAIL_LOOK)
    become_worker(ledger, cause(clock, "person"), later.subject)
    choose_enterprises(ledger, cause(clock, "person"), worker.subject, [former.enterprise])
    end_employment(ledger, cause(clock, "person"), former.subject, former.enterprise, "worker")
    newer_card = replace(former.person.card(), name=NEW_NAME)
    verify_identity(ledger, cause(clock, "person"), former.subject, newer_card, ACCEPTED, TEMPLATE)
    clock.advance(20 * DAY)
    check_in(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    clock.advance(PERIOD - 20 * DAY + timedelta(hours=1))
    leave(ledger, cause(clock, "system:sweep"), former.subject)
    cancel_account(ledger, cause(clock, "person"), gone.subject, ACCEPTED)
    record_look(ledger, cause(clock, "staff:regulator"), gone.subject, TRAIL_LOOK)
    listed_enterprise(ledger, clock)
    return Story(worker, former, gone, consumer, later, seen[0], refused[0])


def _scan(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker, consumer: Registered
) -> tuple[UUID, str]:
    code = issue_certificate_code(ledger, cause(clock, "person"), worker.subject)
    asked, _ = request_disclosure(ledger, cause(clock, "person"), consumer.subject, code, ["tax", "health"])
    return asked.id, asked.digits


def _submitted(ledger: CreditLedger, clock: MovableClock) -> None:
    """A record of the fixed example worker, and its correction: what they say does not matter here."""
    ledger.keys.create(WANG)
    record: LedgerAggregate = credit_record(CORRECTION)
    corrected: LedgerAggregate = corrected_record()
    ledger.commit(cause(clock, "provider"), record, corrected)


def _provider(ledger: CreditLedger, clock: MovableClock) -> None:
    """A provider whose keys overlap, with types that wait for a second administrator."""
    provider = example_provider()
    provider.add_key(cause(clock, FIRST_ADMINISTRATOR), "2027", NEW_KEY)
    provider.confirm_key(cause(clock, SECOND_ADMINISTRATOR), "2027")
    provider.retire_key(cause(clock, FIRST_ADMINISTRATOR), "2026")
    provider.propose_record_types(cause(clock, FIRST_ADMINISTRATOR), ["tax", "insurance"])
    ledger.commit(cause(clock, "staff"), provider)


def _announced(ledger: CreditLedger, clock: MovableClock) -> None:
    """A notice that stays, one that is revised, one that is withdrawn."""

    def editing() -> Cause:
        return cause(clock, "staff:editor")

    publish_announcement(ledger, editing(), CHECK_IN_NOTICE)
    revised, _ = publish_announcement(ledger, editing(), CHECK_IN_NOTICE)
    revise_announcement(ledger, editing(), revised, replace(CHECK_IN_NOTICE, title="签到须知"), 1)
    withdrawn, _ = publish_announcement(ledger, editing(), CHECK_IN_NOTICE)
    withdraw_announcement(ledger, editing(), withdrawn)


@pytest.fixture
def projected(ledger: CreditLedger, story: Story) -> Story:
    """The story, with every read model up to date."""
    catch_up(followers(ledger))
    return story
