from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest

from domain.enterprise import Enterprise
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.aggregates import LIFTED, PRAISED
from tests.controls.moments import AINONG, cause, refused

ENTRY: Final = UUID(int=12)


def praised() -> Enterprise:
    made = aggregates.enterprise()
    made.add_entry(cause(), ENTRY, "award", PRAISED)
    return made


def test_an_enterprise_is_listed_under_the_stream_of_its_code() -> None:
    enterprise = aggregates.enterprise()
    assert (enterprise.id, enterprise.details) == (AINONG, aggregates.AINONG_LISTED)


def test_changed_data_revise_the_enterprise() -> None:
    # given a listed enterprise
    enterprise = aggregates.enterprise()
    # when the register says that it is suspended
    suspended = replace(aggregates.AINONG_LISTED, status="suspended")
    enterprise.revise(cause(), suspended)
    # then that holds
    assert enterprise.details == suspended
    assert isinstance(enterprise.pending_events[-1], Enterprise.Revised)


def test_the_same_data_again_change_nothing() -> None:
    enterprise = aggregates.enterprise()
    enterprise.revise(cause(), aggregates.AINONG_LISTED)
    assert len(enterprise.pending_events) == 1


def test_a_document_is_entered_once_of_each_kind() -> None:
    # given an award by a document
    enterprise = praised()
    # when the same document comes again, then it is refused, and as a listing it is another entry
    with refused(Reason.ENTRY_ALREADY_THERE):
        enterprise.add_entry(cause(), UUID(int=13), "award", replace(PRAISED, reason="又一次"))
    enterprise.add_entry(cause(), UUID(int=13), "red_list", PRAISED)
    assert len(enterprise.entries) == 2


def test_an_entry_is_lifted_once_and_stays_readable() -> None:
    enterprise = praised()
    enterprise.lift_entry(cause(), ENTRY, LIFTED)
    with refused(Reason.ENTRY_ALREADY_LIFTED):
        enterprise.lift_entry(cause(), ENTRY, LIFTED)
    assert (list(enterprise.entries), enterprise.lifted_entries) == ([ENTRY], [ENTRY])


def test_an_entry_of_nobody_is_not_lifted() -> None:
    with refused(Reason.ENTRY_UNKNOWN):
        aggregates.enterprise().lift_entry(cause(), ENTRY, LIFTED)


@pytest.mark.parametrize(
    ("status", "may_be"), [("operating", True), ("suspended", True), ("struck_off", False)]
)
def test_an_enterprise_that_was_struck_off_is_chosen_no_more(status: str, may_be: bool) -> None:
    enterprise = aggregates.enterprise()
    enterprise.revise(cause(), replace(aggregates.AINONG_LISTED, status=status))
    if may_be:
        enterprise.require_not_struck_off()
    else:
        with refused(Reason.ENTERPRISE_STRUCK_OFF):
            enterprise.require_not_struck_off()
