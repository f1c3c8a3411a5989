"""Nothing leaves the database for an event that a crash could still undo."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.event import Cause
from domain.worker import Worker
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.settings import Settings
from ledger.clock import system_clock
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from ledger.use_cases.employments import choose_enterprises
from projections.runner import catch_up
from tests.controls.people import cause, listed_enterprise, registered_worker
from tests.crash.stage import kill_server
from workers import reactions

VISIBLE = """
    INSERT INTO ledger.events SELECT partition, head + 1, %s, %s, %s, %s, %s
    FROM ledger.partitions WHERE partition = ledger.partition_of(%s) RETURNING partition, position
"""


@pytest.fixture
def own_ledger(own_settings: Settings) -> Iterator[CreditLedger]:
    made = CreditLedger(own_settings.ledger_environment(), own_settings.rules)
    yield made
    made.close()


@pytest.fixture
def chosen(own_ledger: CreditLedger) -> tuple[UUID, UUID]:
    """A worker and the enterprise that the worker chose; the reactions know of it."""
    worker = registered_worker(own_ledger, system_clock)
    enterprise = listed_enterprise(own_ledger, system_clock)
    choose_enterprises(own_ledger, cause(system_clock, "person"), worker.subject, [enterprise])
    catch_up([reactions.follower(own_ledger, lambda _actor, _about: None)])
    return worker.subject, enterprise


def _confirm_visibly(ledger: CreditLedger, owner_url: str, chosen: tuple[UUID, UUID]) -> Position:
    """What an append is for an instant: committed for everybody to see, and not yet on disk."""
    confirming = Cause(system_clock(), "staff:operator", uuid4())
    worker = ledger.load(Worker, Worker.stream_for(chosen[0]))
    worker.confirm_employment(confirming, chosen[1])
    (event,) = map(ledger.mapper.to_stored_event, worker.collect_events())
    row = (event.originator_id, event.originator_version, event.topic, event.state, confirming.command_id)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        place = connection.execute(VISIBLE, (*row, event.originator_id)).fetchone()
    assert place is not None
    return Position(*place)


def test_an_event_that_nobody_waited_for_is_lost_in_a_crash(
    own_ledger: CreditLedger, own_postgres: EmbeddedPostgres, folder: Path, chosen: tuple[UUID, UUID]
) -> None:
    # given an event that everybody can see
    place = _confirm_visibly(own_ledger, own_postgres.owner_url("ledger"), chosen)
    assert own_ledger.event_log.read_at([place])
    # when the server crashes
    kill_server(own_postgres, folder, with_backends=True)
    own_postgres.start()
    # then it is gone: without this, the next test would show nothing
    assert own_ledger.event_log.read_at([place]) == []


def test_what_was_sent_for_an_event_survives_a_crash_at_that_very_moment(
    own_ledger: CreditLedger, own_postgres: EmbeddedPostgres, folder: Path, chosen: tuple[UUID, UUID]
) -> None:
    # given an event that everybody can see and nobody waited for
    place = _confirm_visibly(own_ledger, own_postgres.owner_url("ledger"), chosen)
    sent: list[str] = []

    def send_and_crash(_actor: str, about: str) -> None:
        sent.append(about)
        kill_server(own_postgres, folder, with_backends=True)

    # when the server crashes while the message about it goes out
    with pytest.raises(psycopg.OperationalError):
        catch_up([reactions.follower(own_ledger, send_and_crash)])
    own_postgres.start()
    # then the event is there, and is reacted to again
    assert sent == [str(place)]
    assert own_ledger.event_log.read_at([place])
    catch_up([reactions.follower(own_ledger, lambda _actor, about: sent.append(about))])
    assert sent == [str(place)] * 2


def test_what_an_answer_tells_survives_a_crash_at_that_very_moment(
    own_ledger: CreditLedger, own_postgres: EmbeddedPostgres, folder: Path, chosen: tuple[UUID, UUID]
) -> None:
    # given an event that everybody can see, and an answer that was read from the log
    place = _confirm_visibly(own_ledger, own_postgres.owner_url("ledger"), chosen)
    assert own_ledger.event_log.read_at([place])
    own_ledger.event_log.settle()
    # when the server crashes
    kill_server(own_postgres, folder, with_backends=True)
    own_postgres.start()
    # then it is still there
    assert own_ledger.event_log.read_at([place])
