"""Registered data providers (数据提供方), and what they submit, signed in each way that is allowed."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from tests.controls.api import Api
from tests.controls.people import Person
from tests.controls.visitors import confirmed

KID: Final = "2026"
AUTHORITY: Final = "合肥市蜀山区税务局"
TAX: Final = {"year": 2025, "paid": True, "level": "A", "authority": AUTHORITY}


class ProviderKey:
    """A key that signs under one of the algorithms' names."""

    def __init__(self, algorithm: str = "Ed25519") -> None:
        self._algorithm = algorithm
        is_elliptic = algorithm == "ES256"
        self._key = ECKey.generate_key("P-256") if is_elliptic else OKPKey.generate_key("Ed25519")
        self._members = ("kty", "crv", "x", "y") if is_elliptic else ("kty", "crv", "x")

    def public_jwk(self) -> dict[str, str]:
        return {name: str(self._key.as_dict(private=False)[name]) for name in self._members}

    def sign(self, claims: object, kid: str = KID, *, more: dict[str, Any] | None = None) -> str:
        """A compact JWS; `more` is added to its header."""
        header = {"alg": self._algorithm, "kid": kid} | (more or {})
        return jws.serialize_compact(header, json.dumps(claims), self._key, [self._algorithm])

    def signature(self, text: str) -> str:
        """Of an Ed25519 key: the signature of any text, for what no library would sign."""
        key = self._key.get_op_key("sign")
        assert isinstance(key, Ed25519PrivateKey)
        return urlsafe_b64encode(key.sign(text.encode())).decode().rstrip("=")


@dataclass(frozen=True)
class RegisteredProvider:
    """A provider that may submit tax records."""

    provider_id: str
    key: ProviderKey
    audience: str

    def record(self, person: Person, **changes: Any) -> dict[str, Any]:
        """The claims of a tax record; `changes` replace some."""
        claims = {
            "iss": self.provider_id,
            "aud": self.audience,
            "type": "tax",
            "reference": "tax-1",
            "id_number": str(person.id_number),
            "content": TAX,
        }
        return claims | changes

    def submit(self, api: Api, claims: object, kid: str = KID) -> httpx.Response:
        """Sign and send."""
        return send(api, self.provider_id, self.key.sign(claims, kid))


def send(api: Api, provider_id: str, token: str) -> httpx.Response:
    """Send what is signed already."""
    return api.post("/v1/credit-records", json={"provider_id": provider_id, "jws": token})


def registered_provider(api: Api, algorithm: str = "Ed25519") -> RegisteredProvider:
    """A tax office that two administrators have just registered."""
    key = ProviderKey(algorithm)
    body = {"name": "合肥市税务局", "record_types": ["tax"], "keys": {KID: key.public_jwk()}}
    return RegisteredProvider(confirmed(api, "/v1/providers", body), key, api.url)
