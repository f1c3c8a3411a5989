"""POST /v1/me/phone-changes."""

from typing import Any

import httpx

from tests.controls.api import Api
from tests.controls.devices import PASSCODE, prove, sign_in, ticket_of, with_passcode
from tests.controls.people import Person, new_person
from tests.controls.problems import refusal
from tests.controls.visitors import Visitor, complete_worker, register_consumer, sms_code


def change(api: Api, who: Visitor, new: Person, **given: Any) -> httpx.Response:
    """Change to the new person's phone, with both codes; `given` replaces fields."""
    codes = {"old_sms_code": sms_code(api, who.person), "sms_code": sms_code(api, new)}
    return api.post("/v1/me/phone-changes", who.token, json={"phone": str(new.phone)} | codes | given)


def test_with_both_codes_the_phone_changes(api: Api, consumer: Visitor) -> None:
    new = new_person()
    assert change(api, consumer, new).status_code == 200
    # then one signs in with the new number, and the old one is unknown
    assert api.get("/v1/me", consumer.token).json()["phone"][-4:] == str(new.phone)[-4:]
    assert sign_in(api, new).status_code == 201
    assert refusal(sign_in(api, consumer.person)) == (404, "account-unknown", "phone")


def test_a_sign_in_that_the_old_phone_began_ends_with_it(api: Api) -> None:
    # given a sign-in with the old phone that waits for the second factor
    visitor = with_passcode(api)
    ticket = ticket_of(sign_in(api, visitor.person))
    # when the phone changes in between
    new = new_person()
    assert change(api, visitor, new).status_code == 200
    # then the factor alone opens nothing, and the new phone begins anew
    assert refusal(prove(api, ticket, PASSCODE)) == (410, "second-factor-expired", None)
    again = ticket_of(sign_in(api, new))
    assert prove(api, again, PASSCODE).status_code == 201


def test_every_other_session_ends(api: Api, consumer: Visitor) -> None:
    tablet = sign_in(api, consumer.person).json()
    change(api, consumer, new_person())
    assert refusal(api.get("/v1/me", tablet["access_token"]))[1] == "token-invalid"
    assert api.get("/v1/me", consumer.token).is_success


def test_the_other_sessions_end_before_the_phone_changes(api: Api, consumer: Visitor) -> None:
    # given a second session, and a new number that turns out to be somebody else's
    tablet, other = sign_in(api, consumer.person).json(), register_consumer(api).person
    # when the change stops there, as a process that dies would, and as late as it can
    assert refusal(change(api, consumer, other)) == (409, "phone-taken", None)
    # then no session is left that should have ended
    assert refusal(api.get("/v1/me", tablet["access_token"]))[1] == "token-invalid"


def test_each_wrong_code_is_named_and_changes_nothing(api: Api, consumer: Visitor) -> None:
    before = api.appended()
    for field in ("sms_code", "old_sms_code"):
        answer = change(api, consumer, new_person(), **{field: "000000"})
        assert refusal(answer) == (403, "sms-code-wrong", field)
    assert api.appended() == before


def test_without_the_old_phone_a_recent_identity_verification_is_needed(api: Api) -> None:
    # given a worker whom a kiosk verified some minutes ago, and a consumer
    worker, consumer = complete_worker(api), register_consumer(api)
    # when both come without the old phone's code
    answers = [change(api, who, new_person(), old_sms_code=None) for who in (worker, consumer)]
    # then the worker may go on, the consumer not
    assert answers[0].status_code == 200, answers[0].text
    assert refusal(answers[1]) == (403, "identity-not-recent", None)


def test_a_phone_of_somebody_else_is_told_only_to_who_holds_it(api: Api, consumer: Visitor) -> None:
    other = register_consumer(api).person
    assert refusal(change(api, consumer, other, sms_code="000000"))[1] == "sms-code-wrong"
    assert refusal(change(api, consumer, other)) == (409, "phone-taken", None)
