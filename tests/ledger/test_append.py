"""What one call of the procedure does with several saves, and how an append is found again."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from jiazheng.settings import Settings
from ledger.store.append import Outcome, Save, append, find_append
from ledger.store.claims import NO_CHANGES, ClaimChanges
from ledger.store.positions import Position
from ledger.store.recorder import DISTANT_PAST
from tests.controls.moments import LI, WANG
from tests.controls.stored_events import claim_on, stored, stream_in

ONE, TWO, THREE, FOUR = stream_in(1), stream_in(2), stream_in(1, 2), stream_in(1, 3)
_numbers = count(1)

OLD_ROW = """
    INSERT INTO ledger.events
    VALUES (1, %(number)s, %(stream)s, %(number)s, 'jz.test.happened', '{}', %(append_id)s)"""


@pytest.fixture
def connection(settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.database_url, autocommit=True) as connected:
        yield connected


def _save(*events: StoredEvent, claims: ClaimChanges = NO_CHANGES, **erased: UUID) -> Save:
    append_id = UUID(int=next(_numbers))
    subjects = [erased["subject"]] if "subject" in erased else []
    return Save(events, append_id, DISTANT_PAST, claims, subjects, erased.get("erase"))


def _places(outcome: Outcome) -> list[str]:
    return [str(Position.from_id(number)) for number in outcome.ids]


def _ids_in_rows(connection: psycopg.Connection, partition: int) -> list[UUID | None]:
    query = "SELECT append_id FROM ledger.events WHERE partition = %s ORDER BY position"
    return [append_id for (append_id,) in connection.execute(query, (partition,))]


def test_each_refused_save_has_its_own_reason_and_the_others_are_written(
    connection: psycopg.Connection,
) -> None:
    # given a stream that moved on, a claim that is held, an erased person, and a save that was committed
    taken = ClaimChanges((claim_on("13800138001", WANG),))
    committed = _save(stored(ONE), stored(TWO), claims=taken)
    append(connection, [committed, _save(stored(FOUR), erase=LI)])
    # when they come together with others
    batch = [
        _save(stored(THREE)),
        _save(stored(ONE)),
        _save(stored(stream_in(3)), claims=ClaimChanges((claim_on("13800138001", LI),))),
        _save(stored(stream_in(4)), subject=LI),
        committed,
        _save(stored(TWO, 2), stored(THREE, 2)),
    ]
    outcomes = append(connection, batch)
    # then each is told its own, and no number is lost
    told = [(o.verdict, o.detail, _places(o)) for o in outcomes]
    assert told == [
        (None, None, ["1.3"]),
        ("stream", str(ONE), []),
        ("claim", "phone", []),
        ("erased", str(LI), []),
        ("again", None, ["1.1", "2.1"]),
        (None, None, ["2.2", "1.4"]),
    ]


def test_of_several_reasons_that_it_was_committed_before_comes_first(connection: psycopg.Connection) -> None:
    save = _save(stored(ONE), claims=ClaimChanges((claim_on("13800138001", WANG),)), subject=LI)
    append(connection, [save])
    append(connection, [_save(stored(TWO), erase=LI)])
    assert [outcome.verdict for outcome in append(connection, [save])] == ["again"]


def test_a_refused_save_takes_no_claim_and_erases_nobody(connection: psycopg.Connection) -> None:
    append(connection, [_save(stored(ONE))])
    changes = ClaimChanges((claim_on("13800138001", WANG),))
    append(connection, [_save(stored(ONE), claims=changes, erase=LI)])
    rows = connection.execute("SELECT 1 FROM ledger.claims UNION ALL SELECT 2 FROM ledger.erased_subjects")
    assert rows.fetchall() == []


def test_a_conflict_anywhere_in_a_run_of_a_stream_is_seen(connection: psycopg.Connection) -> None:
    append(connection, [_save(stored(ONE, 3))])
    [outcome] = append(connection, [_save(*[stored(ONE, version) for version in range(1, 6)])])
    assert (outcome.verdict, outcome.detail) == ("stream", str(ONE))


def test_an_append_has_its_id_where_it_begins_and_ends_where_the_next_begins(
    connection: psycopg.Connection,
) -> None:
    # given appends of several events in one partition and another, two of them in one call
    first = _save(stored(ONE), stored(TWO), stored(ONE, 2), stored(THREE))
    second = _save(stored(FOUR), stored(FOUR, 2))
    last = _save(stored(ONE, 3), stored(ONE, 4))
    outcomes = append(connection, [first, second]) + append(connection, [last])
    # then the id is in the first row in each partition
    assert _ids_in_rows(connection, 1) == [
        first.append_id,
        None,
        None,
        second.append_id,
        None,
        last.append_id,
        None,
    ]
    assert _ids_in_rows(connection, 2) == [first.append_id]
    # and each is found as a whole
    for save, outcome in zip([first, second, last], outcomes, strict=True):
        assert find_append(connection, save.append_id) == sorted(outcome.ids)
    assert find_append(connection, UUID(int=next(_numbers))) is None


def test_an_append_from_before_with_its_id_in_every_row_is_found_the_same(
    connection: psycopg.Connection, owner_url: str
) -> None:
    # given rows as they were written before, between others
    append(connection, [_save(stored(ONE), stored(ONE, 2))])
    old = UUID(int=next(_numbers))
    with psycopg.connect(owner_url) as owner:
        for number in (3, 4):
            owner.execute(OLD_ROW, {"number": number, "stream": ONE, "append_id": old})
    again = _save(stored(ONE, 5), stored(ONE, 6))
    [outcome] = append(connection, [again])
    # then neither takes those of the other
    assert [str(Position.from_id(number)) for number in find_append(connection, old) or []] == ["1.3", "1.4"]
    assert _places(outcome) == ["1.5", "1.6"]
