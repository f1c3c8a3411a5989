from datetime import datetime

import pytest

from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import INSTANT, MINUTE, NOON, RULES, cause, refused

CODE_ENDS = NOON + RULES.handover_code_ttl
SESSION_ENDS = NOON + RULES.handover_session_ttl


def test_a_code_opens_one_session_until_its_last_instant() -> None:
    handover = aggregates.handover()
    handover.redeem(cause(CODE_ENDS), RULES)
    assert handover.require_running(CODE_ENDS) == CODE_ENDS + RULES.handover_session_ttl
    with refused(Reason.HANDOVER_CODE_WRONG):
        handover.redeem(cause(CODE_ENDS), RULES)


def test_a_code_that_is_too_old_is_as_good_as_a_wrong_one() -> None:
    with refused(Reason.HANDOVER_CODE_WRONG):
        aggregates.handover().redeem(cause(CODE_ENDS + INSTANT), RULES)


@pytest.mark.parametrize("at", [SESSION_ENDS, SESSION_ENDS + MINUTE])
def test_the_session_ends_by_the_clock(at: datetime) -> None:
    handover = aggregates.redeemed_handover()
    handover.require_running(SESSION_ENDS - INSTANT)
    with refused(Reason.TOKEN_INVALID):
        handover.require_running(at)


def test_before_the_code_was_used_there_is_no_session() -> None:
    with refused(Reason.TOKEN_INVALID):
        aggregates.handover().require_running(NOON)


def test_an_ended_session_opens_nothing_and_ends_once() -> None:
    handover = aggregates.ended_handover()
    with refused(Reason.TOKEN_INVALID):
        handover.require_running(NOON)
    with refused(Reason.TOKEN_INVALID):
        handover.end(cause(), "signed_out")
