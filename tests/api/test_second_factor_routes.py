"""A device not seen before needs more than the phone, since phone numbers are given to others."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain.face import FaceChecks
from domain.passcode import PasscodeTries
from domain.streams import partition_of
from ledger.vault.face_templates import store_template
from tests.controls.api import Api
from tests.controls.devices import PASSCODE, prove, sign_in, ticket_of, with_passcode
from tests.controls.problems import invalid_fields, refusal
from tests.controls.races import race
from tests.controls.visitors import (
    OTHER_FACE,
    SAME_FACE,
    Visitor,
    complete_worker,
    real_template,
    register_consumer,
    register_worker,
)

A_SECOND, TTL, DEVICE_TTL = timedelta(seconds=1), timedelta(minutes=5), timedelta(days=365)


def device_of(api: Api) -> tuple[Visitor, str | None]:
    """Somebody with a passcode, and the token of the device they registered on."""
    visitor = with_passcode(api)
    return visitor, visitor.client.device_token


def test_the_device_of_the_registration_is_known(api: Api) -> None:
    # given somebody with a passcode
    visitor, device_token = device_of(api)
    # when they sign in again on the same device
    answer = sign_in(api, visitor.person, device_token)
    # then phone and SMS code are enough, and the token is not told again
    assert answer.status_code == 201
    assert answer.json()["device_token"] is None


def test_on_another_device_the_answer_says_what_else_is_needed(api: Api) -> None:
    # given a worker with a face and a passcode, and somebody with a passcode only
    both, one = with_passcode(api, complete_worker(api)), with_passcode(api)
    # when they come with a device that is not known
    answers = [sign_in(api, visitor.person) for visitor in (both, one)]
    # then they are asked for one of what they have
    assert [refusal(answer) for answer in answers] == [(403, "second-factor-needed", None)] * 2
    assert [answer.json()["factors"] for answer in answers] == [
        ["passcode", "face", "officers"],
        ["passcode", "officers"],
    ]


def test_before_the_sms_code_is_right_nothing_is_said_of_factors(api: Api) -> None:
    visitor = with_passcode(api)
    answer = sign_in(api, visitor.person, sms_code="000000")
    assert refusal(answer) == (403, "sms-code-wrong", "sms_code")


@pytest.mark.parametrize("proof", [{"passcode": PASSCODE}, {"picture": SAME_FACE}], ids=["passcode", "face"])
def test_either_factor_signs_in_and_makes_the_device_known(api: Api, proof: dict[str, str]) -> None:
    # given a worker who was asked for a second factor on a tablet
    worker = with_passcode(api, complete_worker(api))
    ticket = ticket_of(sign_in(api, worker.person))
    # when it is proven
    signed_in = prove(api, ticket, **proof)
    # then they are signed in, and the tablet needs no second factor any more
    assert api.get("/v1/me", signed_in.json()["access_token"]).json()["role"] == "worker"
    assert sign_in(api, worker.person, signed_in.json()["device_token"]).status_code == 201


@pytest.mark.parametrize(
    ("proof", "code", "kind"),
    [
        ({"passcode": "something else"}, "passcode-wrong", PasscodeTries),
        ({"picture": OTHER_FACE}, "face-not-matched", FaceChecks),
    ],
    ids=["passcode", "face"],
)
def test_a_wrong_factor_is_refused_and_recorded(
    api: Api, proof: dict[str, str], code: str, kind: Any
) -> None:
    # given a worker who was asked for a second factor
    worker = with_passcode(api, complete_worker(api))
    ticket = ticket_of(sign_in(api, worker.person))
    # when a wrong one comes
    answer = prove(api, ticket, **proof)
    # then it is refused, an event tells of it, and the ticket still takes the right one
    assert refusal(answer)[:2] == (403, code)
    stream = kind.stream_for(worker.subject, api.clock())
    *_, last = api.parts.ledger.events.get(stream)
    assert (last.purpose, last.verdict) == ("sign_in", "rejected")  # type: ignore[attr-defined] # both kinds have them
    assert prove(api, ticket, PASSCODE).status_code == 201


def test_a_ticket_works_once_also_when_it_comes_from_many_at_once(api: Api) -> None:
    visitor = with_passcode(api)
    ticket = ticket_of(sign_in(api, visitor.person))
    answers = race(*[partial(prove, api, ticket, PASSCODE)] * 6)
    codes = [answer.status_code for answer in answers]  # type: ignore[union-attr] # answers, no refusals
    assert sorted(codes) == [201] + [410] * 5


def test_a_ticket_holds_five_minutes(api: Api) -> None:
    visitor = with_passcode(api)
    ticket = ticket_of(sign_in(api, visitor.person))
    api.clock.advance(TTL + A_SECOND)
    assert refusal(prove(api, ticket, PASSCODE)) == (410, "second-factor-expired", None)


def test_a_ticket_of_another_kind_is_none(api: Api) -> None:
    certificate = complete_worker(api).client.post("/v1/certificate-codes")["code"]
    assert refusal(prove(api, certificate, PASSCODE)) == (410, "second-factor-expired", None)


def test_one_factor_is_to_be_sent_not_both_and_not_none(api: Api) -> None:
    ticket = ticket_of(sign_in(api, with_passcode(api).person))
    assert invalid_fields(prove(api, ticket)) == {"passcode"}
    assert invalid_fields(prove(api, ticket, PASSCODE, SAME_FACE)) == {"passcode"}


def test_a_lost_answer_is_given_again(api: Api) -> None:
    ticket = ticket_of(sign_in(api, with_passcode(api).person))
    first = prove(api, ticket, PASSCODE, key="the-same-second-factor")
    assert prove(api, ticket, PASSCODE, key="the-same-second-factor").content == first.content


def test_somebody_without_any_factor_signs_in_with_the_phone(api: Api) -> None:
    visitor = register_consumer(api)
    answer = sign_in(api, visitor.person)
    assert answer.status_code == 201
    # then this device, too, is known when a passcode is set later
    with_passcode(api, visitor)
    assert sign_in(api, visitor.person, answer.json()["device_token"]).status_code == 201


def test_a_device_is_known_to_its_own_person_only(api: Api) -> None:
    _, device_token = device_of(api)
    other = with_passcode(api)
    assert ticket_of(sign_in(api, other.person, device_token))


@pytest.mark.parametrize("device_token", ["", "jzd_", "jzd_forged", "jzd_" + "A" * 64, "x" * 200])
def test_a_device_token_that_is_not_ours_counts_for_nothing(api: Api, device_token: str) -> None:
    visitor = with_passcode(api)
    assert ticket_of(sign_in(api, visitor.person, device_token))


def test_a_device_that_was_not_used_for_a_year_is_not_known_any_more(api: Api) -> None:
    visitor, device_token = device_of(api)
    api.clock.advance(DEVICE_TTL - timedelta(hours=1))
    assert sign_in(api, visitor.person, device_token).status_code == 201
    api.clock.advance(DEVICE_TTL)
    assert ticket_of(sign_in(api, visitor.person, device_token))


def test_a_database_reader_finds_no_device_token(api: Api) -> None:
    _, device_token = device_of(api)
    with api.parts.ledger.pool.connection() as connection:
        rows = str(connection.execute("SELECT d::text FROM ops.known_devices d").fetchall())
    assert str(device_token) not in rows


def test_a_device_whose_row_was_rewritten_to_somebody_else_is_not_known(api: Api) -> None:
    # given somebody's device, whose row names another person by now
    (_, token), (victim, _) = device_of(api), device_of(api)
    with api.parts.ledger.pool.connection() as connection:
        connection.execute(
            "UPDATE ops.known_devices SET subject_id = %s, partition = %s WHERE token_mac ="
            " (SELECT token_mac FROM ops.known_devices ORDER BY registered_at DESC OFFSET 1 LIMIT 1)",
            (victim.subject, partition_of(victim.subject)),
        )
    # when it signs in as that person, then the second factor is asked for
    assert refusal(sign_in(api, victim.person, token))[1] == "second-factor-needed"


def test_a_phone_whose_claim_was_rewritten_leads_to_nobody(api: Api) -> None:
    # given the claim on somebody's phone, which names another person by now
    intruder, victim = register_consumer(api), register_consumer(api)
    with api.parts.ledger.pool.connection() as connection:
        connection.execute(
            "UPDATE ledger.claims SET owner = %s WHERE kind = 'phone' AND owner = %s",
            (victim.subject, intruder.subject),
        )
    # when the phone signs in, then it is not let in as that person
    assert refusal(sign_in(api, intruder.person)) == (404, "account-unknown", "phone")


def test_a_face_without_consent_is_not_among_the_factors(api: Api) -> None:
    # given a worker of a time before the consent: there is a template, and none was given
    worker = register_worker(api, face_consent=False)
    store_template(api.parts.ledger, worker.subject, real_template(SAME_FACE))
    with_passcode(api, worker)
    # then the face is not offered, since it would be refused
    assert sign_in(api, worker.person).json()["factors"] == ["passcode", "officers"]
