"""Nothing that is let in can stop what comes after it: the read models, or a later signature."""

from typing import Any

import pytest

from jiazheng.demo.terminal import Signer
from tests.controls.api import Api
from tests.controls.enterprises import found, report_of, uploaded
from tests.controls.providers import registered_provider, send
from tests.controls.visitors import administrator

HEADER = "uscc,name,brand,province,city,status\n"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f"])
@pytest.mark.parametrize("column", ["name", "brand", "city"])
def test_a_control_character_in_the_enterprise_list_is_reported(
    api: Api, column: str, character: str
) -> None:
    # given a list with one good line, and one with a character that no table keeps
    good = {"uscc": "91110000600037341L", "name": "爱侬", "brand": "", "province": "北京市", "city": "朝阳区"}
    bad = good | {column: f"爱{character}侬"}
    lines = "\n".join(",".join([*row.values(), "operating"]) for row in (good, bad))
    # when it is imported
    report = report_of(api, uploaded(api, (HEADER + lines).encode()))
    # then the good line is taken over, the bad one reported, and the read models go on
    assert report["accepted"] == 1
    assert report["rejected"] == [{"line": 3, "column": column, "reason": "characters"}]
    assert found(api, uscc="91110000600037341L")


SENSELESS_KEYS = {
    "of another curve": {"kty": "OKP", "crv": "P-256", "x": "A" * 43},
    "too short": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
    "no base64": {"kty": "OKP", "crv": "Ed25519", "x": "é" * 43},
    "off the curve": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
    "half a point": {"kty": "EC", "crv": "P-256", "x": "A" * 43},
    "private": Signer().public_jwk() | {"d": "A" * 43},
}


@pytest.mark.parametrize("name", SENSELESS_KEYS)
def test_a_key_that_could_never_verify_is_not_registered(api: Api, name: str) -> None:
    # given a key that is none
    token, key = administrator(api, "first").access_token, SENSELESS_KEYS[name]
    provider: dict[str, Any] = {"name": "税务局", "record_types": ["tax"], "keys": {"2026": key}}
    kiosk = {"site": "政务服务中心", "public_key": key}
    before = api.appended()
    # when a provider and a terminal are registered with it
    answers = [api.post("/v1/providers", token, json=provider), api.post("/v1/kiosks", token, json=kiosk)]
    # then both are refused
    assert [answer.json()["code"] for answer in answers] == ["request-invalid"] * 2
    assert api.appended() == before


@pytest.mark.parametrize("jws", ["", "a.b.c", "é", "." * 100, "W1tbW1tb" * 6_000, "eyJhIjoxfQ.e30.AAAA"])
def test_a_submission_that_is_no_jws_is_refused(api: Api, jws: str) -> None:
    answer = send(api, registered_provider(api).provider_id, jws)
    assert answer.json()["code"] in ("signature-invalid", "signer-unknown")
