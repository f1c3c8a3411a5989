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


def test_an_id_number_is_provisional_until_the_card_is_read() -> None:
    assert aggregates.account().id_number_state == "provisional"
    assert aggregates.proven_account().id_number_state == "proven"


def test_a_number_is_proven_once() -> None:
    account = aggregates.proven_account()
    before = len(account.pending_events)
    account.prove_id_number(cause())
    assert len(account.pending_events) == before


def test_an_unproven_number_can_be_lost_and_won_back_by_the_card() -> None:
    account = aggregates.account_without_its_number()
    states = [account.id_number_state]
    account.prove_id_number(cause())
    assert [*states, account.id_number_state] == ["lost", "proven"]


def test_a_proven_number_is_never_lost() -> None:
    with refused(Reason.ID_NUMBER_TAKEN):
        aggregates.proven_account().lose_id_number(cause(), "proven_by_another")


def test_a_cancelled_account_proves_nothing() -> None:
    with refused(Reason.ACCOUNT_CANCELLED):
        aggregates.cancelled_account().prove_id_number(cause())


def test_a_consumer_becomes_a_worker_once() -> None:
    account = aggregates.consumer_who_became_worker()
    assert account.role == "worker"
    with refused(Reason.WORKER_ALREADY):
        account.become_worker(cause())


def test_a_cancelled_account_becomes_nothing() -> None:
    with refused(Reason.ACCOUNT_CANCELLED):
        aggregates.cancelled_account().become_worker(cause())
