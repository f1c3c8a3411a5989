"""The list of erasures, which no restore of a database touches."""

from pathlib import Path

import pytest

from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from ledger.sealing.erasures import ErasureList, ErasureListMissing
from tests.controls.moments import LI, WANG


def test_without_the_list_the_start_is_refused(settings: Settings) -> None:
    # given a system whose list is gone
    settings.erasures_file.unlink()
    # then it does not start, and does not begin a new list by itself
    with pytest.raises(ErasureListMissing, match="bring it back"):
        build_ledger(settings)
    assert not settings.erasures_file.exists()


def test_a_listed_person_is_seen_by_every_process(tmp_path: Path) -> None:
    # given two processes that have both read the list
    first = ErasureList.create(tmp_path / "erasures")
    second = ErasureList(tmp_path / "erasures")
    assert WANG not in second
    # when one adds a person
    first.add(WANG)
    # then the other sees it
    assert WANG in second
    assert LI not in second


def test_a_person_is_listed_once(tmp_path: Path) -> None:
    erasures = ErasureList.create(tmp_path / "erasures")
    erasures.add(WANG)
    erasures.add(WANG)
    assert (tmp_path / "erasures").read_text() == f"{WANG}\n"


def test_creating_a_list_keeps_the_one_that_is_there(tmp_path: Path) -> None:
    ErasureList.create(tmp_path / "erasures").add(WANG)
    assert WANG in ErasureList.create(tmp_path / "erasures")


def test_a_line_that_is_still_being_written_is_read_once_it_is_whole(tmp_path: Path) -> None:
    # given a line of which only half is there yet
    path = tmp_path / "erasures"
    erasures = ErasureList.create(path)
    erasures.add(WANG)
    half, rest = f"{LI}\n"[:20], f"{LI}\n"[20:]
    with path.open("a") as file:
        file.write(half)
    assert erasures.subjects() == {WANG}
    # when the rest follows
    with path.open("a") as file:
        file.write(rest)
    # then the person is on the list
    assert erasures.subjects() == {WANG, LI}


def test_a_line_torn_by_a_crash_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    # given a list whose last line was torn when the machine went down
    path = tmp_path / "erasures"
    ErasureList.create(path).add(WANG)
    with path.open("a") as file:
        file.write(str(LI)[:20])
    # when the next person is added by the process that starts again
    restarted = ErasureList(path)
    restarted.add(LI)
    # then everybody can be told
    assert ErasureList(path).subjects() == {WANG, LI}


def test_a_line_that_is_no_subject_is_an_error_not_skipped(tmp_path: Path) -> None:
    path = tmp_path / "erasures"
    ErasureList.create(path)
    path.write_text("x" * 36 + "\n")
    with pytest.raises(ValueError, match="UUID"):
        ErasureList(path).subjects()
