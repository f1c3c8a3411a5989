from datetime import UTC, datetime

from domain.access_log import AccessLog, Look
from tests.controls import aggregates
from tests.controls.moments import AINONG, DAY, INSTANT, MINUTE, NOON, RULES, WANG, cause
from tests.golden.stored import EVENTS, read_event

APRIL = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # in Shanghai


def test_every_look_is_an_event_that_says_who_what_and_why() -> None:
    # given a month's log
    log = aggregates.access_log()
    # when a regulator looks twice
    for _ in range(2):
        log.look(cause(actor="staff:regulator"), Look("regulator", "trail", "§12"), RULES)
    # then both looks stand there
    look = log.pending_events[-1]
    assert isinstance(look, AccessLog.Looked)
    assert (look.actor, look.role, look.what, look.basis) == ("staff:regulator", "regulator", "trail", "§12")
    assert log.looks == 2


def test_a_month_is_a_month_in_shanghai() -> None:
    march, april = cause(APRIL - INSTANT), cause(APRIL)
    assert AccessLog.stream_for(WANG, march) != AccessLog.stream_for(WANG, april)
    assert AccessLog.begin_month(april, WANG).id == AccessLog.stream_for(WANG, april)


def test_a_list_that_is_seen_all_day_is_one_look_a_day_and_person() -> None:
    # given a log of March, in which two operators see the worker in a list again and again
    log = AccessLog.begin_month(cause(NOON), WANG)
    for operator in ("staff:one", "staff:two"):
        for at in (NOON, NOON + MINUTE, NOON + DAY, NOON + DAY + MINUTE):
            look = Look("operator", "employments", "从业关系管理", AINONG)
            log.look_once_a_day(cause(at, operator), look, RULES)
    # then each has one look a day
    looks = [event for event in log.pending_events if isinstance(event, AccessLog.Looked)]
    assert [(look.actor, look.timestamp) for look in looks] == [
        (operator, at) for operator in ("staff:one", "staff:two") for at in (NOON, NOON + DAY)
    ]


def test_a_look_shows_at_once_or_when_the_delay_of_the_law_is_over() -> None:
    # given a look, and one that the law delays
    log = aggregates.access_log()
    for is_delayed in (False, True):
        look = Look("regulator", "trail", "§12", is_delayed=is_delayed)
        log.look(cause(NOON, "staff:regulator"), look, RULES)
    # then each has the instant from which the person sees it
    looks = [event for event in log.pending_events if isinstance(event, AccessLog.Looked)]
    assert [look.shown_at for look in looks] == [NOON, NOON + 90 * DAY]


def test_a_look_that_was_stored_before_there_was_a_delay_shows_at_once() -> None:
    old = read_event((EVENTS / "jz.access_log.looked.v1.json").read_text())
    assert isinstance(old, AccessLog.Looked)
    assert (old.shown_at, old.enterprise_id) == (old.timestamp, None)
