"""The keys of providers and kiosks: POST /v1/providers, POST /v1/kiosks."""

from typing import Any, Final

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from domain.kiosk import FIRST_KEY, Kiosk
from domain.provider import Provider
from tests.controls.api import Api
from tests.controls.problems import invalid_fields
from tests.controls.providers import ProviderKey
from tests.controls.visitors import administrator

ED25519: Final = ProviderKey("Ed25519").public_jwk()
P256: Final = ProviderKey("ES256").public_jwk()
PRIVATE: Final = {
    "ed25519": OKPKey.generate_key("Ed25519").as_dict(private=True),
    "p-256": ECKey.generate_key("P-256").as_dict(private=True),
}


def registered(api: Api, path: str, body: dict[str, Any]) -> httpx.Response:
    """An administrator registers something."""
    return api.post(path, administrator(api, "first").access_token, json=body)


def provider_with(key: object, **changes: Any) -> dict[str, Any]:
    """A provider's registration."""
    return {"name": "合肥市税务局", "record_types": ["tax"], "keys": {"2026": key}} | changes


def kiosk_with(key: object, site: str = "合肥市政务服务中心") -> dict[str, Any]:
    """A kiosk's registration."""
    return {"site": site, "public_key": key}


@pytest.mark.parametrize("key", [ED25519, P256])
def test_a_public_key_is_kept_as_it_was_given(api: Api, key: dict[str, str]) -> None:
    # given a public key of either curve
    provider = registered(api, "/v1/providers", provider_with(key))
    kiosk = registered(api, "/v1/kiosks", kiosk_with(key))
    # when both registrations are loaded, then they hold the key
    assert (provider.status_code, kiosk.status_code) == (201, 201)
    assert api.parts.ledger.load(Provider, provider.json()["id"]).keys.public == {"2026": key}
    assert api.parts.ledger.load(Kiosk, kiosk.json()["id"]).keys.public == {FIRST_KEY: key}


@pytest.mark.parametrize("kind", PRIVATE)
def test_a_private_key_is_refused_and_not_said_again(api: Api, kind: str) -> None:
    # given somebody who sends the whole key by mistake
    answers = [
        registered(api, "/v1/providers", provider_with(PRIVATE[kind])),
        registered(api, "/v1/kiosks", kiosk_with(PRIVATE[kind])),
    ]
    # when it is refused
    fields = [invalid_fields(answer) for answer in answers]
    # then no answer holds a part of it
    assert fields == [{"keys"}, {"public_key"}]
    assert not [answer for answer in answers if str(PRIVATE[kind]["d"]) in answer.text]


@pytest.mark.parametrize(
    "key",
    [
        {},
        "text",
        RSAKey.generate_key(2048).as_dict(private=False),
        ED25519 | {"kty": "EC"},
        ED25519 | {"crv": "P-256"},
        ED25519 | {"crv": "X25519"},
        ED25519 | {"y": P256["y"]},
        ED25519 | {"x": "AAAA"},
        ED25519 | {"x": "字"},
        ED25519 | {"alg": "EdDSA"},
        P256 | {"kty": "OKP"},
        P256 | {"crv": "Ed25519"},
        P256 | {"y": P256["x"]},
        P256 | {"x": "AAAA", "y": "AAAA"},
        {name: P256[name] for name in ("kty", "crv", "x")},
    ],
)
def test_what_is_no_public_key_is_refused(api: Api, key: object) -> None:
    assert invalid_fields(registered(api, "/v1/kiosks", kiosk_with(key))) == {"public_key"}
    assert invalid_fields(registered(api, "/v1/providers", provider_with(key))) == {"keys"}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "长" * 201},
        {"record_types": []},
        {"record_types": ["salary"]},
        {"keys": {}},
        {"keys": {"": ED25519}},
        {"keys": {"a/b": ED25519}},
        {"keys": {"税务": ED25519}},
        {"keys": {str(number): ED25519 for number in range(11)}},
    ],
)
def test_a_provider_that_is_not_as_documented_is_refused(api: Api, changes: dict[str, Any]) -> None:
    answer = registered(api, "/v1/providers", provider_with(ED25519, **changes))
    assert {field.partition(".")[0] for field in invalid_fields(answer)} == set(changes)


@pytest.mark.parametrize("site", ["", "长" * 201, "a\0b"])
def test_a_kiosk_stands_somewhere(api: Api, site: str) -> None:
    assert invalid_fields(registered(api, "/v1/kiosks", kiosk_with(ED25519, site))) == {"site"}
