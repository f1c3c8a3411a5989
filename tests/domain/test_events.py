"""What holds for every event of the domain."""

import ast
import inspect
import re
import textwrap
from typing import Any

import pytest

from domain.event import LedgerAggregate
from domain.personal import personal_fields
from tests.controls.events import aggregate_classes, event_classes, examples, stories

ASSIGNED = {"EnterpriseDetails", "AnnouncementContent", "SignedLetter", "ShownDocument"}
CALLS_OF_ASSIGNMENTS = {"tuple", "append", "len", "authorized", "overtaken", "replaced", "revoked"} | ASSIGNED
"""What an event's `apply` may call; none can refuse."""

EVENTS = event_classes()


def test_every_topic_is_explicit_and_no_two_are_the_same() -> None:
    topics = [getattr(kind, "TOPIC", "") for kind in (*aggregate_classes(), *EVENTS)]
    assert [topic for topic in topics if not re.fullmatch(r"jz(\.[a-z_]+){1,2}", topic)] == []
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.TOPIC))
def test_an_event_has_no_time_of_its_own(kind: Any) -> None:
    with pytest.raises(TypeError, match="wall clock"):
        kind.create_timestamp()


@pytest.mark.parametrize("kind", aggregate_classes(), ids=lambda kind: str(kind.TOPIC))
def test_an_aggregate_has_no_id_of_its_own(kind: type[LedgerAggregate]) -> None:
    with pytest.raises(TypeError, match="uuid4"):
        kind.create_id()


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.TOPIC))
def test_an_event_names_its_cause(kind: Any) -> None:
    # given the named example of the event
    example = examples()[kind.TOPIC]
    # then it says when, by whom and by which command
    assert example.timestamp.tzinfo is not None
    assert re.match(r"(person|staff|provider|system):", example.actor)
    assert example.command_id


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.TOPIC))
def test_a_personal_field_names_a_person_that_the_event_knows(kind: Any) -> None:
    example = examples()[kind.TOPIC]
    assert all(getattr(example, subject) for subject in personal_fields(kind).values())


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.TOPIC))
def test_an_event_only_assigns(kind: Any) -> None:
    # given the source of its `apply`
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind.apply)))
    nodes = list(ast.walk(tree))
    # then it decides nothing, since a rule that tightens later must not break replay
    decisions = (ast.If, ast.IfExp, ast.Raise, ast.Assert, ast.While, ast.For, ast.Try, ast.Match)
    assert [node for node in nodes if isinstance(node, decisions)] == []
    if "apply" in vars(kind.__mro__[1]):  # the others inherit the library's, which does nothing
        assert {_called(node) for node in nodes if isinstance(node, ast.Call)} <= CALLS_OF_ASSIGNMENTS


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def test_an_event_is_replayed_where_its_guard_would_refuse() -> None:
    for story in stories():
        first, *rest = story.pending_events
        for event in rest:
            # given an aggregate on which nothing has happened yet, so that nearly every guard refuses
            fresh: Any = first.mutate(None)
            # then what was once allowed still happens
            event.apply(fresh)


def test_replay_gives_the_aggregate_that_the_commands_made() -> None:
    for story in stories():
        replayed: Any = None
        for event in story.pending_events:
            replayed = event.mutate(replayed)
        assert _state(replayed) == _state(story)


def _state(aggregate: LedgerAggregate) -> dict[str, object]:
    return {name: value for name, value in vars(aggregate).items() if name != "_pending_events"}
