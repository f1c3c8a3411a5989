"""Given a system under load whose parts were killed in turn, over and over, what must still hold.

JIAZHENG_TEST_KILLS sets how many kills there are, JIAZHENG_TEST_SEED at which moments.
"""

import re
from collections import Counter, defaultdict
from itertools import groupby

import pytest

from domain.account import Account
from domain.worker import Worker
from tests.crash.aftermath import Aftermath
from tests.crash.conftest import KILLS
from tests.crash.stage import Stage
from workers.reactions import MESSAGES

pytestmark = pytest.mark.slow

LOST_CONNECTIONS = {
    "eventsourcing.persistence.OperationalError",
    "psycopg.OperationalError",
    "psycopg.errors.AdminShutdown",
    "psycopg.errors.CannotConnectNow",
    "psycopg.errors.CrashShutdown",
}

TOPIC_OF = {actor: kind.TOPIC for kind, actor in MESSAGES.items()}  # type: ignore[attr-defined] # every event has one


def test_everything_was_killed_in_the_middle_of_its_work(stage: Stage, aftermath: Aftermath) -> None:
    assert stage.kills.total() == KILLS
    assert set(stage.kills) == set(stage.names)
    assert len(aftermath.acknowledged) > 10 * KILLS


def test_no_process_ended_for_another_reason_than_a_kill_or_a_database_that_was_away(stage: Stage) -> None:
    said = "".join(path.read_text() for path in stage.folder.glob("*.log"))
    last_lines = re.findall(r"^Traceback .*\n(?:[ ].*\n|\n)*(\S+):", said, re.MULTILINE)
    assert set(last_lines) <= LOST_CONNECTIONS


def test_every_acknowledged_append_is_in_the_log_where_it_was_said_to_be(aftermath: Aftermath) -> None:
    appends = aftermath.appends()
    found = {c: {str(row.position) for row in appends[c]} for c in aftermath.acknowledged}
    assert found == aftermath.acknowledged


def test_no_append_is_there_twice(aftermath: Aftermath) -> None:
    # a command of the load makes at most one event of a kind happen to a stream
    happened = Counter((row.append_id, row.stream, row.topic) for row in aftermath.log)
    assert [what for what, times in happened.items() if times > 1] == []


def test_an_append_is_there_as_a_whole_or_not_at_all(aftermath: Aftermath) -> None:
    appends = aftermath.appends()
    assert {command: {len(appends[command])} for command in aftermath.sizes} == aftermath.sizes


def test_positions_have_no_gap_in_any_partition(aftermath: Aftermath) -> None:
    for _, rows in groupby(aftermath.log, key=lambda row: row.position.partition):
        numbers = [row.position.number for row in rows]
        assert numbers == list(range(1, len(numbers) + 1))


def test_versions_of_each_stream_are_consecutive_in_the_order_of_the_log(aftermath: Aftermath) -> None:
    versions = defaultdict(list)
    for row in aftermath.log:
        versions[row.stream].append(row.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


def test_every_read_model_equals_a_rebuild(aftermath: Aftermath) -> None:
    assert all(aftermath.views[table] for table in ("enterprises", "people", "employments", "trail"))
    assert aftermath.views == aftermath.rebuilt


def test_nothing_was_sent_for_an_event_that_is_not_there(aftermath: Aftermath) -> None:
    for actor, about in aftermath.messages:
        assert about in aftermath.positions_of(TOPIC_OF[actor])


def test_every_event_that_asks_for_a_message_led_to_one(aftermath: Aftermath) -> None:
    for actor, topic in TOPIC_OF.items():
        sent = {about for name, about in aftermath.messages if name == actor}
        assert aftermath.positions_of(topic) == sent


def test_every_confirmed_employment_led_to_one_sms(aftermath: Aftermath) -> None:
    assert Counter(aftermath.sms) == Counter(aftermath.positions_of(Worker.EmploymentConfirmed.TOPIC))


def test_everybody_else_has_a_key(aftermath: Aftermath) -> None:
    people = {row.stream for row in aftermath.log if row.topic == Account.Created.TOPIC}
    erased = {row.stream for row in aftermath.log if row.topic == Account.Erased.TOPIC}
    assert people - erased <= aftermath.keys


def test_nobody_who_cancelled_the_account_has_a_key(aftermath: Aftermath) -> None:
    erased = {row.stream for row in aftermath.log if row.topic == Account.Erased.TOPIC}
    assert erased
    assert erased.isdisjoint(aftermath.keys)
