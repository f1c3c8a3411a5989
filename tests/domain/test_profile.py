"""A worker's pages: each has a version of its own, and no save undoes another unseen."""

import json
from datetime import datetime

import pytest

from domain.personal import personal_fields
from domain.profile import Profile
from domain.rejections import Reason
from tests.controls.aggregates import profile
from tests.controls.moments import DAY, MIDNIGHT, NOON, RULES, WANG, cause, refused
from tests.controls.profiles import BASIC, EXAMPLES, SERVICES


def test_a_save_says_openly_how_much_is_filled_in_and_seals_what() -> None:
    # given a profile whose one page lacks a needed field
    made = Profile.open(cause(), WANG)
    made.save_page(cause(), "basic", {name: BASIC[name] for name in BASIC if name != "address"}, 0, RULES)
    saved = made.pending_events[-1]
    # then the event counts, and its content alone is personal
    assert isinstance(saved, Profile.PageSaved)
    assert (saved.page, saved.page_version, saved.filled, saved.asked) == ("basic", 1, 5, 6)
    assert personal_fields(Profile.PageSaved) == {"content": "subject_id"}


def test_each_page_counts_its_own_versions() -> None:
    made = profile()
    made.save_page(cause(), "basic", BASIC, 0, RULES)
    made.save_page(cause(), "services", SERVICES | {"years_of_experience": 8}, 1, RULES)
    assert made.versions == {"services": 2, "basic": 1}


@pytest.mark.parametrize("expected", [0, 2])
def test_a_save_of_another_version_is_refused(expected: int) -> None:
    made = profile()
    with refused(Reason.VERSION_STALE):
        made.save_page(cause(), "services", SERVICES | {"years_of_experience": 8}, expected, RULES)


@pytest.mark.parametrize("expected", [0, 1])
def test_the_same_content_again_changes_nothing_whatever_version_was_seen(expected: int) -> None:
    # given a page that was saved
    made = profile()
    before = len(made.pending_events)
    # when the same content comes again, spelled differently
    again = dict(reversed(SERVICES.items())) | {"putonghua_level": None}
    made.save_page(cause(), "services", again, expected, RULES)
    # then nothing happened
    assert len(made.pending_events) == before


def saves(made: Profile, times: int, at: datetime) -> None:
    """Save a page with something new in it each time."""
    for _ in range(times):
        years = made.versions["services"] % 70
        content = SERVICES | {"years_of_experience": years}
        made.save_page(cause(at), "services", content, made.versions["services"], RULES)


def test_a_day_has_a_limit_of_saves_and_the_next_one_its_own() -> None:
    # given a profile that was saved as often as a day allows, all pages together
    made = profile()
    saves(made, RULES.profile_saves_per_day - 1, NOON)
    with refused(Reason.PROFILE_TOO_MANY_SAVES, again_at=MIDNIGHT + DAY):
        made.save_page(cause(), "basic", BASIC, 0, RULES)
    # when the day is over in Shanghai, then it goes on
    saves(made, 1, MIDNIGHT + DAY)
    assert made.versions["services"] == RULES.profile_saves_per_day + 1


def test_what_changes_nothing_is_no_save() -> None:
    made = profile()
    saves(made, RULES.profile_saves_per_day - 1, NOON)
    made.save_page(cause(), "services", json.loads(str(made.contents["services"])), 0, RULES)


def test_a_refused_page_changes_nothing() -> None:
    made = profile()
    with refused(Reason.CODE_UNKNOWN):
        made.save_page(cause(), "services", SERVICES | {"schooling": "99"}, 1, RULES)
    assert made.versions == {"services": 1}


@pytest.mark.parametrize("page", EXAMPLES)
def test_what_is_kept_of_a_page_is_what_was_sent(page: str) -> None:
    made = Profile.open(cause(), WANG)
    made.save_page(cause(), page, EXAMPLES[page], 0, RULES)
    assert json.loads(str(made.contents[page])) == EXAMPLES[page]
