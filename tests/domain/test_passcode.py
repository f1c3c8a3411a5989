from domain.account import Account
from domain.passcode import PasscodeTries
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import DAY, INSTANT, MIDNIGHT, MINUTE, NOON, RULES, WANG, cause, refused

PAUSE_ENDS = NOON + RULES.passcode_pause


def test_setting_a_passcode_is_an_event_without_it() -> None:
    account = aggregates.account_with_passcode()
    assert account.has_passcode
    assert isinstance(account.pending_events[-1], Account.PasscodeSet)
    assert account.pending_events[-1].subject_id == WANG


def test_a_cancelled_account_takes_no_passcode() -> None:
    with refused(Reason.ACCOUNT_CANCELLED):
        aggregates.cancelled_account().set_passcode(cause())


def test_a_try_is_recorded_right_or_wrong() -> None:
    # given a day of tries
    tries = aggregates.passcode_tries()
    # when one is wrong, and then one is right
    tries.attempt(cause(), "sign_in", RULES, is_right=False)
    tries.attempt(cause(), "check_in", RULES, is_right=True)
    # then each event says what for and what came of it
    told = [(e.purpose, e.verdict) for e in tries.pending_events if isinstance(e, PasscodeTries.Tried)]
    assert told == [("sign_in", "rejected"), ("check_in", "accepted")]


def test_after_so_many_wrong_ones_even_the_right_one_waits() -> None:
    # given as many wrong tries as there may be
    tries = aggregates.passcode_tries(wrong=RULES.passcode_tries)
    # then none is taken until the pause is over, and nothing is recorded
    before = len(tries.pending_events)
    with refused(Reason.PASSCODE_LOCKED, again_at=PAUSE_ENDS):
        tries.attempt(cause(PAUSE_ENDS - INSTANT), "sign_in", RULES, is_right=True)
    assert len(tries.pending_events) == before
    tries.attempt(cause(PAUSE_ENDS), "sign_in", RULES, is_right=True)


def test_after_the_pause_the_count_begins_anew() -> None:
    tries = aggregates.passcode_tries(wrong=RULES.passcode_tries)
    for _ in range(RULES.passcode_tries - 1):
        tries.attempt(cause(PAUSE_ENDS), "sign_in", RULES, is_right=False)
    tries.require_unlocked(PAUSE_ENDS)


def test_a_right_one_ends_the_count() -> None:
    tries = aggregates.passcode_tries(wrong=RULES.passcode_tries - 1)
    tries.attempt(cause(), "sign_in", RULES, is_right=True)
    tries.attempt(cause(), "sign_in", RULES, is_right=False)
    tries.require_unlocked(NOON)


def test_midnight_ends_neither_the_count_nor_the_pause() -> None:
    # given one wrong try left a minute before midnight, and somebody who has none left
    before = MIDNIGHT - MINUTE
    one_left = aggregates.passcode_tries(wrong=RULES.passcode_tries - 1, since=before)
    none_left = aggregates.passcode_tries(wrong=RULES.passcode_tries, since=before)
    # when the day ends
    tomorrow = PasscodeTries.begin_day(cause(MIDNIGHT), WANG, one_left)
    paused = PasscodeTries.begin_day(cause(MIDNIGHT), WANG, none_left)
    # then both are where they were
    tomorrow.attempt(cause(MIDNIGHT), "sign_in", RULES, is_right=False)
    with refused(Reason.PASSCODE_LOCKED):
        tomorrow.require_unlocked(MIDNIGHT)
    with refused(Reason.PASSCODE_LOCKED):
        paused.require_unlocked(MIDNIGHT)


def test_each_day_has_a_stream_of_its_own_with_the_person() -> None:
    today, tomorrow = (PasscodeTries.stream_for(WANG, at) for at in (NOON, NOON + DAY))
    assert today != tomorrow
    assert today.bytes[:2] == WANG.bytes[:2]
