"""Who took the pictures: what was signed must be what came, and by whom it counts."""

from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.verification.captures import WEB, Where, where_captured
from domain.kiosk import CERTIFIED_READER
from domain.rejections import Reason, Refused
from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.captures import CHALLENGE, FRAMES, act_of, by_app, by_kiosk, compact, phone, where
from tests.controls.kiosks import RegisteredKiosk, card_of, registered_kiosk
from tests.controls.moments import refused
from tests.controls.people import new_person
from tests.controls.providers import RegisteredProvider
from tests.controls.visitors import administrator

NAMES: Final = ("alg", "kid", "x5c", "crit", "b64", "typ", "jwk", "jku")


def test_pictures_that_nobody_signed_for_may_be_from_anywhere(api: Api) -> None:
    assert where(api, None) == WEB
    act, borrowed = act_of(api, None), Where("borrowed", "web")
    assert where_captured(act.parts.ledger, act, None, CHALLENGE, FRAMES, borrowed) == borrowed


def test_a_kiosk_took_what_it_signed(api: Api, kiosk: RegisteredKiosk) -> None:
    capture = kiosk.signer.sign_capture(kiosk.kiosk_id, kiosk.audience, CHALLENGE, FRAMES)
    assert where(api, capture) == Where(f"kiosk:{kiosk.kiosk_id}", "kiosk")


def test_a_kiosk_signs_with_any_of_its_keys(api: Api, kiosk: RegisteredKiosk) -> None:
    # given a second key
    new, path = Signer(), f"/v1/kiosks/{kiosk.kiosk_id}/keys"
    administrator(api, "first").post(path, json={"kid": "2027", "public_key": new.public_jwk()})
    renewed = replace(kiosk, kiosk_id=f"{kiosk.kiosk_id}/2027", signer=new)
    # then it counts once it is confirmed
    with refused(Reason.SIGNER_UNKNOWN):
        where(api, by_kiosk(renewed))
    administrator(api, "second").post(f"{path}/2027/confirmation")
    assert where(api, by_kiosk(renewed)).device == f"kiosk:{kiosk.kiosk_id}"


def test_a_kiosk_that_was_withdrawn_takes_no_pictures(api: Api, kiosk: RegisteredKiosk) -> None:
    administrator(api, "first").post(f"/v1/kiosks/{kiosk.kiosk_id}/withdrawal")
    with refused(Reason.SIGNER_WITHDRAWN):
        where(api, by_kiosk(kiosk))


def test_a_certified_reader_takes_no_pictures(api: Api) -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        where(api, by_kiosk(registered_kiosk(api, CERTIFIED_READER)))


def test_what_is_no_kiosk_takes_no_pictures(api: Api, provider: RegisteredProvider) -> None:
    for kid in (str(uuid4()), "no id", "", provider.provider_id):
        with refused(Reason.SIGNER_UNKNOWN):
            where(api, by_kiosk(RegisteredKiosk(kid, Signer(), api.url)))


def test_a_kiosk_s_name_under_another_key_is_refused(api: Api, kiosk: RegisteredKiosk) -> None:
    with refused(Reason.SIGNATURE_INVALID):
        where(api, by_kiosk(replace(kiosk, signer=Signer())))


@pytest.mark.parametrize(
    "frames",
    [FRAMES[:2], (*FRAMES, b"one more"), FRAMES[::-1], (b"other", *FRAMES[1:]), ()],
    ids=["fewer", "more", "another order", "another one", "none"],
)
def test_other_frames_than_were_signed_are_refused(
    api: Api, kiosk: RegisteredKiosk, frames: tuple[bytes, ...]
) -> None:
    for capture in (by_kiosk(kiosk), by_app(api)):
        with refused(Reason.CAPTURE_MISMATCH):
            where(api, capture, frames=frames)


def test_a_capture_answers_one_challenge(api: Api, kiosk: RegisteredKiosk) -> None:
    with refused(Reason.CAPTURE_MISMATCH):
        where(api, by_kiosk(kiosk), challenge="another")
    with refused(Reason.APP_NOT_ATTESTED):
        where(api, by_app(api), challenge="another")


def test_a_capture_is_for_one_system(api: Api, kiosk: RegisteredKiosk) -> None:
    for capture in (
        by_kiosk(kiosk, aud="https://elsewhere.example"),
        phone().sign_capture("https://elsewhere.example", CHALLENGE, FRAMES),
    ):
        with refused(Reason.CAPTURE_MISMATCH):
            where(api, capture)


@pytest.mark.parametrize(
    "changes",
    [{"frames_sha256": "x"}, {"frames_sha256": [7]}, {"challenge": None}, {"aud": ["x"]}, {"more": 1}],
)
def test_a_capture_says_no_more_and_no_less(
    api: Api, kiosk: RegisteredKiosk, changes: dict[str, Any]
) -> None:
    with refused(Reason.CAPTURE_MISMATCH):
        where(api, by_kiosk(kiosk, **changes))


def test_a_card_reading_is_no_capture(api: Api, kiosk: RegisteredKiosk) -> None:
    with refused(Reason.CAPTURE_MISMATCH):
        where(api, kiosk.sign(CHALLENGE, card_of(new_person())))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
)


@given(st.text(max_size=200) | JSON.map(compact) | st.dictionaries(st.sampled_from(NAMES), JSON).map(compact))
@example(compact({"alg": "ES256", "x5c": ["A" * 20_000]}))
@example(compact({"alg": "ES256", "crit": ["b64"], "b64": False, "x5c": []}))
@example("\ud800.e30.e30")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_as_a_capture_is_refused(api: Api, capture: str) -> None:
    with pytest.raises(Refused):
        where(api, capture)
