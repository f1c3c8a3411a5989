"""What was stored once must be read for ever, and what is stored today is known to the letter."""

import json
from pathlib import Path

import pytest
from eventsourcing.utils import TopicError

from tests.controls.events import event_classes, examples
from tests.golden.__main__ import write_missing
from tests.golden.stored import EVENTS, file_of, read_event, stored_text

CLASSES = {str(kind.TOPIC): kind for kind in event_classes()}
FILES = sorted(EVENTS.glob("*.json"))


@pytest.mark.parametrize("topic", CLASSES)
def test_every_event_has_a_golden_file(topic: str) -> None:
    assert file_of(CLASSES[topic]).exists(), "run `python -m tests.golden`"


@pytest.mark.parametrize("topic", CLASSES)
def test_today_s_code_writes_exactly_the_golden_file(topic: str) -> None:
    event = examples()[topic]
    assert stored_text(event) == file_of(type(event)).read_text()


@pytest.mark.parametrize("topic", CLASSES)
def test_a_golden_file_reads_back_into_an_equal_event(topic: str) -> None:
    event = read_event(file_of(CLASSES[topic]).read_text())
    assert event == examples()[topic]
    assert vars(event) == vars(examples()[topic])


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_a_golden_file_of_any_version_is_of_an_event_that_still_exists(file: Path) -> None:
    # given a file of this or an older version of an event
    text = file.read_text()
    topic, _, version = file.stem.rpartition(".v")
    assert json.loads(text)["topic"] == topic
    # then today's class reads it, upcasting where it must
    assert type(read_event(text)) is CLASSES.get(topic)
    assert int(version) <= getattr(CLASSES[topic], "class_version", 1)


def test_a_file_whose_topic_is_gone_does_not_read_back() -> None:
    gone = FILES[0].read_text().replace('"topic": "jz.', '"topic": "jz.gone.')
    with pytest.raises(TopicError):
        read_event(gone)


def test_the_command_never_replaces_a_golden_file(tmp_path: Path) -> None:
    # given a folder in which one file is there already, with another content
    kept = tmp_path / file_of(CLASSES[min(CLASSES)]).name
    kept.write_text("kept")
    # when the command runs twice
    written = write_missing(tmp_path)
    # then it wrote the others once, and left that one alone
    assert len(written) == len(CLASSES) - 1
    assert write_missing(tmp_path) == []
    assert kept.read_text() == "kept"
