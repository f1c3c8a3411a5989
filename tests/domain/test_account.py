from domain.account import Account
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import WANG, cause, refused


def test_registering_opens_an_account_under_the_subject_id() -> None:
    account = aggregates.account()
    assert account.id == WANG
    assert (account.role, account.name, account.phone) == ("worker", "王芳", "+8613800138000")
    assert not account.is_erased


def test_cancelling_erases_the_account_for_good() -> None:
    # given an account
    account = aggregates.account()
    # when its owner cancels it
    account.cancel(cause())
    # then it is erased, and nobody can cancel it again
    assert account.is_erased
    assert isinstance(account.pending_events[-1], Account.Erased)
    with refused(Reason.ACCOUNT_CANCELLED):
        account.cancel(cause())


def test_another_phone_replaces_the_first_one() -> None:
    account = aggregates.account_with_another_phone()
    assert account.phone == "+8613800138009"
    assert isinstance(account.pending_events[-1], Account.PhoneChanged)
    assert account.pending_events[-1].proof == "old_phone"


def test_the_same_phone_is_no_change() -> None:
    account = aggregates.account()
    with refused(Reason.PHONE_UNCHANGED):
        account.change_phone(cause(), "+8613800138000", "old_phone")


def test_a_cancelled_account_takes_no_phone() -> None:
    with refused(Reason.ACCOUNT_CANCELLED):
        aggregates.cancelled_account().change_phone(cause(), "+8613800138009", "old_phone")
