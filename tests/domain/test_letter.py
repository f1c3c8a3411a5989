from hashlib import sha256

import pytest

from domain.letter import LETTERS, SCOPES, Letter, LetterDamaged, Letters
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.letters import FIRST_TEXT, NEW_TEXT, NEW_TEXT_COUNTS, NEW_TEXT_FROM, WITH_NEW_TEXT
from tests.controls.moments import INSTANT, NOON, PERIOD, refused

SIGNED_TEXTS = {"2026-01": "20633e85", "2026-12": "c83cc0b3"}
"""How the hash of each version begins: signatures name it, so a text that was in force never changes."""

FILE = f"""
version = "2031-01"
in_force_from = 2031-01-01T00:00:00+08:00
supersedes_at = 2031-07-01T00:00:00+08:00
text_sha256 = "{sha256("授权书".encode()).hexdigest()}"
scopes = ["basic"]
text = "授权书"
"""


def test_the_hash_is_that_of_the_text_in_utf8() -> None:
    assert FIRST_TEXT.text_sha256 == sha256(FIRST_TEXT.text.encode()).hexdigest()


def test_a_version_that_was_in_force_keeps_its_text() -> None:
    assert {letter.version: letter.text_sha256[:8] for letter in LETTERS.versions} == SIGNED_TEXTS


def test_a_letter_covers_scopes_that_a_disclosure_can_show() -> None:
    assert all(set(letter.scopes) <= set(SCOPES) for letter in LETTERS.versions)


def test_versions_sort_by_age_and_let_people_sign_before_they_supersede() -> None:
    versions = LETTERS.versions
    assert list(versions) == sorted(versions, key=lambda letter: letter.in_force_from)
    assert all(one.supersedes_at is None or one.supersedes_at > one.in_force_from for one in versions)


def test_the_published_text_asks_for_a_new_signature_once_everybody_had_three_check_ins_to_sign_it() -> None:
    # given the text that does not say any more that only a face authorizes
    first, second = LETTERS.versions
    assert ("刷脸" in first.text, "刷脸" in second.text) == (True, False)
    assert all(way in second.text for way in ("人脸识别", "居民身份证", "核验员"))
    # then it is the one to sign from its day on, and letters of the first one end three months later
    assert LETTERS.current(second.in_force_from - INSTANT) is first
    assert LETTERS.current(second.in_force_from) is second
    assert LETTERS.valid_until(first.version) == second.supersedes_at
    assert second.supersedes_at is not None
    assert second.supersedes_at - second.in_force_from >= 3 * PERIOD


def test_a_file_says_from_when_a_text_is_signed_and_from_when_older_ones_end() -> None:
    letter = Letter.parse(FILE)
    assert (letter.version, letter.scopes, letter.text) == ("2031-01", ("basic",), "授权书")
    assert letter.in_force_from.isoformat() == "2030-12-31T16:00:00+00:00"
    assert letter.supersedes_at is not None


def test_a_file_whose_text_was_changed_is_not_read() -> None:
    with pytest.raises(LetterDamaged):
        Letter.parse(FILE.replace('text = "授权书"', 'text = "授权书!"'))


def test_the_text_to_sign_is_the_newest_whose_day_has_come() -> None:
    assert WITH_NEW_TEXT.current(NEW_TEXT_FROM - INSTANT) is FIRST_TEXT
    assert WITH_NEW_TEXT.current(NEW_TEXT_FROM) is NEW_TEXT
    # before all of them there is still something to show
    assert WITH_NEW_TEXT.current(FIRST_TEXT.in_force_from - INSTANT) is FIRST_TEXT


def test_an_older_letter_counts_until_the_new_text_says_otherwise() -> None:
    letter = aggregates.letter_in_force()
    WITH_NEW_TEXT.require_not_outdated(letter, NEW_TEXT_COUNTS - INSTANT)
    with refused(Reason.LETTER_OUTDATED):
        WITH_NEW_TEXT.require_not_outdated(letter, NEW_TEXT_COUNTS)
    assert not WITH_NEW_TEXT.is_outdated(NEW_TEXT.version, NEW_TEXT_COUNTS)


def test_a_new_text_may_leave_older_letters_as_they_are() -> None:
    patient = Letters.of([FIRST_TEXT, Letter("2027-01", ("basic",), "新的授权书", NOON)])
    assert patient.valid_until(FIRST_TEXT.version) is None


def test_every_version_is_found_and_no_other() -> None:
    assert WITH_NEW_TEXT.find("2026-01") is FIRST_TEXT
    with refused(Reason.LETTER_UNKNOWN):
        WITH_NEW_TEXT.find("1999-01")
