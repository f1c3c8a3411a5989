"""Pictures that our app took: on a phone whose hardware vouches for it, and on no other."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.verification.captures import NOT_ATTESTED, Where, where_captured
from domain.rejections import Reason, Refused
from jiazheng.demo.captures import capture_claims
from jiazheng.demo.doubles.secure_hardware import HONEST, Description, SecureHardware, sign
from tests.controls.api import Api
from tests.controls.captures import CHALLENGE, FRAMES, act_of, by_app, compact, our_app, phone, where
from tests.controls.moments import refused

BY_APP: Final = Where("app", "attested_app")


def refusals(check: str) -> float:
    counted: float = NOT_ATTESTED.labels(check)._value.get()
    return counted


def test_our_app_on_an_honest_phone_took_what_it_signed(api: Api) -> None:
    assert where(api, by_app(api)) == BY_APP
    assert where(api, by_app(api, replace(HONEST, attested_by=2, kept_by=2))) == BY_APP


@pytest.mark.parametrize(
    ("says", "check"),
    [
        (replace(HONEST, attested_by=0, kept_by=0), "security_level"),
        (replace(HONEST, is_locked=False, boot_state=2), "boot"),
        (replace(HONEST, packages=("cn.example.other",)), "application"),
        (replace(HONEST, origin=2), "origin"),
        (replace(HONEST, challenge=b"of another capture"), "challenge"),
    ],
    ids=["software", "unlocked", "another app", "imported key", "another challenge"],
)
def test_another_app_or_phone_is_refused_and_only_the_operator_is_told_why(
    api: Api, says: Description, check: str
) -> None:
    before = refusals(check)
    with pytest.raises(Refused) as refusal:
        where(api, by_app(api, says))
    assert (refusal.value.reason, refusal.value.field) == (Reason.APP_NOT_ATTESTED, "capture")
    assert str(refusal.value) == "app-not-attested"
    assert refusals(check) == before + 1


def test_a_root_that_the_operator_does_not_trust_is_refused(api: Api) -> None:
    with refused(Reason.APP_NOT_ATTESTED):
        where(api, by_app(api, hardware=SecureHardware()))


def test_the_chain_must_hold_now(api: Api) -> None:
    # given a phone whose maker's certificate ends in an hour
    hardware = SecureHardware(until=api.clock() + timedelta(hours=1))
    app = replace(our_app(), roots=(hardware.root,))
    assert where(api, by_app(api, hardware=hardware), app=app) == BY_APP
    # then it is refused afterwards
    api.clock.advance(timedelta(hours=2))
    with refused(Reason.APP_NOT_ATTESTED):
        where(api, by_app(api, hardware=hardware), app=app)


def test_a_system_that_knows_no_app_takes_none(api: Api) -> None:
    act = act_of(api, None)
    with refused(Reason.APP_NOT_ATTESTED):
        where_captured(act.parts.ledger, act, by_app(api), CHALLENGE, FRAMES)


def test_a_key_must_sign_what_its_certificates_come_with(api: Api) -> None:
    # given another key than the one that was attested
    own, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    claims = capture_claims(api.url, CHALLENGE, FRAMES)
    chain = phone().attested(own, CHALLENGE)
    assert where(api, sign(own, chain, claims)) == BY_APP
    # then it signs nothing
    with refused(Reason.SIGNATURE_INVALID):
        where(api, sign(other, chain, claims))


def test_a_copy_that_a_true_key_vouches_for_is_refused(api: Api) -> None:
    copied, chain = phone().attested_by_own_key(CHALLENGE)
    with refused(Reason.APP_NOT_ATTESTED):
        where(api, sign(copied, chain, capture_claims(api.url, CHALLENGE, FRAMES)))


@pytest.mark.parametrize("x5c", [[], [""], ["no base64"], [b64encode(b"no certificate").decode()] * 3])
def test_certificates_that_are_none_are_refused(api: Api, x5c: list[str]) -> None:
    capture = compact({"alg": "ES256", "x5c": x5c})
    with refused(Reason.APP_NOT_ATTESTED):
        where(api, capture)


@pytest.mark.parametrize("x5c", ["MIIB", 7, None, [7], {}])
def test_a_header_that_is_none_is_refused(api: Api, x5c: object) -> None:
    capture = compact({"alg": "ES256", "x5c": x5c})
    with refused(Reason.SIGNATURE_INVALID):
        where(api, capture)
