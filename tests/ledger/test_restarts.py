"""What an append does while the server restarts: it waits, is written once, and never fails in silence."""

from collections.abc import Sequence
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg import Connection

from domain.streams import PARTITIONS
from ledger.credit_ledger import CreditLedger
from ledger.store.append import AlreadyAppended, Outcome, Save, append
from ledger.store.positions import Position
from ledger.store.recorder import LedgerRecorder
from ledger.store.sender import PATIENCE, FateUnknown, Patience, Sender
from tests.controls.races import CONNECTIONS, at_full_width, race
from tests.controls.stored_events import stored, stream_in

ONE, TWO = stream_in(1), stream_in(2)
APPEND_ID = UUID(int=1)


def _end_all_connections(owner_url: str) -> int:
    """As a restart of the server would; waits until they are gone, and says how many there were."""
    query = """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        return len(connection.execute(query).fetchall())


def test_after_a_restart_nobody_is_given_a_connection_that_is_gone(
    ledger: CreditLedger, owner_url: str
) -> None:
    # given a ledger whose connections, which nobody uses, were all closed by the server
    recorder = at_full_width(ledger).event_log
    assert _end_all_connections(owner_url) >= CONNECTIONS
    # when it is read and appended to
    stored_before = recorder.select_events(ONE)
    ids = recorder.insert_events([stored(ONE)])
    # then neither fails
    assert stored_before == []
    assert ids == [Position(1, 1).notification_id]


class _Lossy:
    """Appends, but the first answers are lost with their connection."""

    def __init__(self, losses: int) -> None:
        self.left = losses

    def __call__(self, connection: Connection, saves: Sequence[Save]) -> Sequence[Outcome]:
        outcomes = append(connection, saves)
        if self.left:
            self.left -= 1
            connection.close()
            raise psycopg.OperationalError
        return outcomes


def _lossy(ledger: CreditLedger, losses: int, patience: Patience = PATIENCE) -> LedgerRecorder:
    return LedgerRecorder(ledger.pool, send=Sender(ledger.pool, patience, _Lossy(losses)))


def test_an_append_whose_answer_is_lost_is_written_once_and_told_in_its_order(ledger: CreditLedger) -> None:
    # given a connection that is lost three times, each time after the commit
    recorder = _lossy(ledger, losses=3)
    # when a batch over several partitions is appended
    ids = recorder.insert_events([stored(TWO), stored(ONE), stored(TWO, 2)])
    # then it is told as if nothing had happened, event by event, and is there once
    assert [str(Position.from_id(number)) for number in ids] == ["2.1", "1.1", "2.2"]
    assert recorder.heads() == dict.fromkeys(range(PARTITIONS), 0) | {1: 1, 2: 2}


def test_a_retry_of_an_earlier_run_stays_one_when_its_answer_is_lost(ledger: CreditLedger) -> None:
    # given an append that an earlier run committed
    first = ledger.event_log.insert_events([stored(ONE), stored(ONE, 2)], append_id=APPEND_ID)
    # when a retry, which finds less to do, loses its first answer
    with pytest.raises(AlreadyAppended) as done:
        _lossy(ledger, losses=1).insert_events([stored(ONE, 3)], append_id=APPEND_ID)
    # then it is told where the events of the earlier run lie
    assert done.value.notification_ids == first


class _Time:
    """Passes only by pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_an_append_of_unknown_fate_says_so_and_is_found_out_by_its_id(ledger: CreditLedger) -> None:
    # given a connection that is lost again and again
    time = _Time()
    patience = Patience(5.0, 0.5, 2.0, lambda: time.now, time.pause)
    batch = [stored(ONE), stored(TWO)]
    # when the time of an append is over
    with pytest.raises(FateUnknown, match=str(APPEND_ID)) as unknown:
        _lossy(ledger, losses=99, patience=patience).insert_events(batch, append_id=APPEND_ID)
    # then it has waited longer each time, up to a bound, and says which append to try again
    assert time.pauses == [0.5, 1.0, 2.0]
    assert unknown.value.append_id == APPEND_ID
    # and that finds it committed
    with pytest.raises(AlreadyAppended) as done:
        ledger.event_log.insert_events(batch, append_id=APPEND_ID)
    assert done.value.notification_ids == ledger.event_log.find_append(APPEND_ID)
    assert ledger.event_log.heads()[1] == 1


def test_each_save_of_a_lost_batch_is_told_its_own_id(ledger: CreditLedger) -> None:
    # given a server that is gone for good
    time = _Time()
    recorder = _lossy(ledger, 99, Patience(1.0, 0.5, 2.0, lambda: time.now, time.pause))

    # when several threads append
    def attempt(number: int) -> UUID:
        with pytest.raises(FateUnknown) as unknown:
            recorder.insert_events([stored(stream_in(number))], append_id=UUID(int=number))
        return unknown.value.append_id

    told = race(*[lambda n=n: attempt(n) for n in range(8)])
    # then each knows which append to repeat
    assert told == [UUID(int=number) for number in range(8)]


def test_what_the_server_refuses_is_not_tried_again(ledger: CreditLedger) -> None:
    # given a server that cancels the append
    time, tries = _Time(), []

    def cancelled(connection: Connection, saves: Sequence[Save]) -> Sequence[Outcome]:
        tries.append(len(saves))
        connection.execute("SET statement_timeout = 1")
        connection.execute("SELECT pg_sleep(60)")
        return []

    sender = Sender(ledger.pool, Patience(5.0, 0.5, 2.0, lambda: time.now, time.pause), cancelled)
    # when something is appended
    with pytest.raises(OperationalError, match="statement timeout"):
        LedgerRecorder(ledger.pool, send=sender).insert_events([stored(ONE)])
    # then that was the only try
    assert tries == [1]
    assert time.pauses == []
