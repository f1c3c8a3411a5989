from dataclasses import replace
from datetime import datetime

import pytest

from domain.face import FaceChecks, challenge_ends_at
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.aggregates import ACCEPTED, FRESH, REJECTED
from tests.controls.moments import (
    DAY,
    HOUR,
    INSTANT,
    MIDNIGHT,
    MINUTE,
    NEW_YEAR,
    NOON,
    RULES,
    WANG,
    cause,
    refused,
)

FIVE = [NOON + nth * MINUTE for nth in range(RULES.face_attempts_per_hour)]


def test_an_attempt_is_recorded_with_its_evidence_passed_or_failed() -> None:
    # given a day of attempts
    checks = aggregates.face_checks()
    # when one fails
    checks.attempt(cause(), "identity", REJECTED, RULES)
    # then the event says what was found
    event = checks.pending_events[-1]
    assert isinstance(event, FaceChecks.Attempted)
    assert (event.purpose, event.verdict, event.score) == ("identity", "rejected", 0.72)
    assert checks.attempts == [NOON]


@pytest.mark.parametrize(
    ("verdict", "reason"), [("rejected", Reason.FACE_NOT_MATCHED), ("uncertain", Reason.FACE_UNCERTAIN)]
)
def test_only_an_accepted_face_opens_the_step(verdict: str, reason: Reason) -> None:
    assert ACCEPTED.refusal is None
    assert replace(REJECTED, verdict=verdict).refusal is reason


def test_only_a_living_face_opens_the_step() -> None:
    assert replace(ACCEPTED, liveness="failed").refusal is Reason.FACE_NOT_LIVE
    assert replace(REJECTED, liveness="failed").refusal is Reason.FACE_NOT_MATCHED


def test_a_challenge_is_for_one_attempt() -> None:
    # given an attempt, and somebody who was asked for the movements before it, and once more after it
    checks = aggregates.face_checks(NOON)
    before, after = (replace(ACCEPTED, challenged_at=NOON + step) for step in (-INSTANT, INSTANT))
    # then the frames for the first challenge are refused, and nothing is recorded
    with refused(Reason.FACE_CHALLENGE_EXPIRED):
        checks.attempt(cause(NOON + MINUTE), "check_in", before, RULES)
    assert checks.attempts == [NOON]
    # and those for the second are not
    checks.attempt(cause(NOON + MINUTE), "check_in", after, RULES)


def test_a_challenge_ends_with_its_day() -> None:
    # given a challenge of the minute before midnight in Shanghai
    asked_at = MIDNIGHT - MINUTE / 2
    late = replace(ACCEPTED, challenged_at=asked_at)
    # then it is answered before midnight, and later no more: another stream would not know of the attempt
    assert challenge_ends_at(asked_at, RULES) == MIDNIGHT
    aggregates.face_checks().attempt(cause(MIDNIGHT - INSTANT), "check_in", late, RULES)
    with refused(Reason.FACE_CHALLENGE_EXPIRED):
        aggregates.face_checks().attempt(cause(MIDNIGHT), "check_in", late, RULES)


def test_a_challenge_of_the_day_ends_after_a_minute() -> None:
    assert challenge_ends_at(NOON, RULES) == NOON + MINUTE


def test_the_attempts_of_an_hour_are_limited() -> None:
    # given a person who used all attempts
    checks = aggregates.face_checks(*FIVE)
    before = len(checks.pending_events)
    # then there is none left within the hour, and nothing is recorded
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        checks.attempt(cause(NOON + HOUR - INSTANT), "check_in", ACCEPTED, RULES)
    assert len(checks.pending_events) == before


def test_an_attempt_counts_for_an_hour_to_the_microsecond() -> None:
    checks = aggregates.face_checks(*FIVE)
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS, again_at=NOON + HOUR):
        checks.require_attempt_left(NOON + HOUR - INSTANT, FRESH, RULES)
    checks.require_attempt_left(NOON + HOUR, FRESH, RULES)


@pytest.mark.parametrize("midnight", [MIDNIGHT, NEW_YEAR])
def test_the_attempts_before_midnight_still_count_after_it(midnight: datetime) -> None:
    # given five attempts just before midnight in Shanghai, which is no midnight in UTC
    late = [midnight - nth * MINUTE for nth in range(1, 6)]
    yesterday = aggregates.face_checks(*late, since=midnight - HOUR)
    # when the day after begins
    today = FaceChecks.begin_day(cause(midnight), WANG, yesterday)
    # then it is a stream of its own, and the attempts are used up there too
    assert today.id != yesterday.id
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        today.attempt(cause(midnight), "check_in", ACCEPTED, RULES)
    today.attempt(cause(midnight + HOUR), "check_in", ACCEPTED, RULES)


def test_older_attempts_are_not_carried_over_midnight() -> None:
    yesterday = aggregates.face_checks(MIDNIGHT - 2 * HOUR, MIDNIGHT - MINUTE, since=MIDNIGHT - 3 * HOUR)
    today = FaceChecks.begin_day(cause(MIDNIGHT), WANG, yesterday)
    assert today.attempts == [MIDNIGHT - MINUTE]


@pytest.mark.parametrize("midnight", [MIDNIGHT, NEW_YEAR])
def test_a_day_is_a_day_in_shanghai(midnight: datetime) -> None:
    last, first = midnight - INSTANT, midnight
    assert FaceChecks.stream_for(WANG, last) != FaceChecks.stream_for(WANG, first)
    assert FaceChecks.stream_for(WANG, first) == FaceChecks.stream_for(WANG, first + DAY - INSTANT)
