"""Who may submit: the signatures of data providers, and everything that is none."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import pytest

from tests.controls.api import Api
from tests.controls.problems import invalid_fields, refusal
from tests.controls.providers import KID, ProviderKey, RegisteredProvider, send
from tests.controls.visitors import Employed


def _segment(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_record_signed_with_another_key_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider
) -> None:
    forger = RegisteredProvider(provider.provider_id, ProviderKey(), provider.audience)
    answer = forger.submit(api, forger.record(worker.person))
    assert refusal(answer) == (403, "signature-invalid", None)


def test_a_changed_record_is_refused(api: Api, worker: Employed, provider: RegisteredProvider) -> None:
    # given two signed records, and one that was put together from both
    one, two = (provider.key.sign(provider.record(worker.person, reference=name)) for name in "ab")
    mixed = ".".join([one.split(".")[0], two.split(".")[1], one.split(".")[2]])
    # when it is sent, then the signature does not hold
    assert refusal(send(api, provider.provider_id, mixed)) == (403, "signature-invalid", None)


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"none","kid":"2026"}',
        '{"alg":"HS256","kid":"2026"}',
        '{"alg":"RS256","kid":"2026"}',
        '{"alg":"ES256","kid":"2026"}',
        '{"kid":"2026"}',
        '{"alg":[],"kid":"2026"}',
        '{"alg":"Ed25519","kid":"2026","crit":null}',
        '{"alg":"Ed25519","kid":"2026","crit":[null]}',
        "[]",
        "7",
        "",
        "[" * 20_000,
    ],
)
def test_another_algorithm_or_header_is_refused(api: Api, provider: RegisteredProvider, header: str) -> None:
    payload = _segment("{}")
    for signature in ("", "AAAA"):
        answer = send(api, provider.provider_id, f"{_segment(header)}.{payload}.{signature}")
        assert refusal(answer) == (403, "signature-invalid", None)


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u"])
def test_a_key_that_the_record_brings_along_counts_for_nothing(
    api: Api, worker: Employed, provider: RegisteredProvider, member: str
) -> None:
    # given a forger's record that names the provider's key and brings the forger's
    forger = ProviderKey()
    brought = forger.public_jwk() if member == "jwk" else "https://evil.example/keys"
    forged = forger.sign(provider.record(worker.person), more={member: brought})
    # when it is sent, then only the registered key counts
    assert refusal(send(api, provider.provider_id, forged)) == (403, "signature-invalid", None)


@pytest.mark.parametrize("kid", ["../2026", "2026'--", "2026/1", "\u0000", "2026\r\nX: y", ""])
def test_a_key_is_found_by_its_exact_name(
    api: Api, worker: Employed, provider: RegisteredProvider, kid: str
) -> None:
    answer = provider.submit(api, provider.record(worker.person), kid=kid)
    assert refusal(answer) == (403, "signer-unknown", "kid")


@pytest.mark.parametrize("extension", ["b64", "exp", "unknown"])
def test_a_critical_extension_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider, extension: str
) -> None:
    # given a record with a right signature, whose header asks for more than is done here (RFC 7515, 4.1.11)
    header = {"alg": "Ed25519", "kid": KID, "crit": [extension], extension: False}
    claims = json.dumps(provider.record(worker.person))
    signed = f"{_segment(json.dumps(header))}.{claims if extension == 'b64' else _segment(claims)}"
    token = f"{signed}.{provider.key.signature(signed)}"
    # when it is sent, then it is refused
    assert refusal(send(api, provider.provider_id, token)) == (403, "signature-invalid", None)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "é.é.é", "{}"])
def test_what_is_no_signed_record_is_refused(api: Api, provider: RegisteredProvider, token: str) -> None:
    assert refusal(send(api, provider.provider_id, token)) == (403, "signature-invalid", None)


def test_a_record_that_is_too_long_is_refused(api: Api, provider: RegisteredProvider) -> None:
    assert invalid_fields(send(api, provider.provider_id, "a" * 50_001)) == {"jws"}
    assert invalid_fields(send(api, "no-id", "a.b.c")) == {"provider_id"}


def test_an_unknown_key_or_provider_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider
) -> None:
    # given a record under another key's name, one without a name, and one of a provider that nobody knows
    claims = provider.record(worker.person)
    nameless = _segment('{"alg":"Ed25519"}') + ".e30.AAAA"
    stranger = RegisteredProvider(str(uuid4()), ProviderKey(), api.url)
    # when they are sent, then the signer is unknown
    assert refusal(provider.submit(api, claims, kid="2025")) == (403, "signer-unknown", "kid")
    assert refusal(send(api, provider.provider_id, nameless)) == (403, "signer-unknown", "kid")
    assert refusal(stranger.submit(api, stranger.record(worker.person))) == (403, "signer-unknown", None)


@pytest.mark.parametrize(
    "claim", [{"aud": "https://elsewhere.example"}, {"aud": None}, {"iss": str(uuid4())}]
)
def test_a_record_for_another_audience_or_of_another_issuer_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider, claim: dict[str, Any]
) -> None:
    answer = provider.submit(api, provider.record(worker.person, **claim))
    assert refusal(answer) == (403, "signature-invalid", "aud")


@pytest.mark.parametrize("claims", [[], "text", 7, None])
def test_claims_that_are_no_object_are_refused(
    api: Api, provider: RegisteredProvider, claims: object
) -> None:
    assert refusal(provider.submit(api, claims)) == (403, "signature-invalid", None)
