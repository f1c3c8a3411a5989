from domain.access_log import Look
from domain.failed_lookups import FailedLookups
from tests.controls import aggregates
from tests.controls.moments import NOON, PERIOD, ZHAO, cause


def test_a_failed_look_up_says_who_tried_and_why_and_not_whom_they_looked_for() -> None:
    # given a month's log of a member of staff
    log = aggregates.failed_lookups()
    # when they find nobody
    log.find_nobody(cause(actor="staff:zhao"), Look("regulator", "trail", "§12"), "id_number")
    # then that is on record
    tried = log.pending_events[-1]
    assert isinstance(tried, FailedLookups.NobodyFound)
    assert (tried.actor, tried.staff_id, tried.role) == ("staff:zhao", ZHAO, "regulator")
    assert (tried.what, tried.basis, tried.named_by) == ("trail", "§12", "id_number")
    assert log.count == 1


def test_each_month_is_a_stream_of_its_own() -> None:
    march, april = cause(NOON), cause(NOON + PERIOD)
    assert FailedLookups.stream_for(ZHAO, march) != FailedLookups.stream_for(ZHAO, april)
    assert FailedLookups.begin_month(april, ZHAO).id == FailedLookups.stream_for(ZHAO, april)
