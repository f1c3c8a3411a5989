from dataclasses import replace

from domain.enterprise import Enterprise
from tests.controls import aggregates
from tests.controls.moments import AINONG, cause


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
