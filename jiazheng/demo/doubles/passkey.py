"""A passkey in software: signs as a WebAuthn authenticator does, with user presence and verification."""

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
COORDINATE_BYTES = 32


class SoftwarePasskey:
    """One ES256 credential for one origin (WebAuthn Level 2, attestation `none`)."""

    def __init__(self, origin: str, rp_id: str) -> None:
        self._origin = origin
        self._rp_id = rp_id
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(16)

    def create(self, challenge: str) -> dict[str, Any]:
        """The answer of `navigator.credentials.create()`, as JSON."""
        client_data = self._client_data("webauthn.create", challenge)
        attested = bytes(16) + len(self._id).to_bytes(2, "big") + self._id + self._cose_key()
        flags = USER_PRESENT | USER_VERIFIED | ATTESTED
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(flags) + attested}
        return self._credential(
            {"clientDataJSON": client_data, "attestationObject": cbor2.dumps(attestation)}
        )

    def get(self, challenge: str) -> dict[str, Any]:
        """The answer of `navigator.credentials.get()`, as JSON."""
        client_data = self._client_data("webauthn.get", challenge)
        data = self._authenticator_data(USER_PRESENT | USER_VERIFIED)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {"clientDataJSON": client_data, "authenticatorData": data, "signature": signature}
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        says = {"type": kind, "challenge": challenge, "origin": self._origin, "crossOrigin": False}
        return json.dumps(says).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        counter = bytes(4)  # synced passkeys count nothing
        return hashlib.sha256(self._rp_id.encode()).digest() + bytes([flags]) + counter

    def _cose_key(self) -> bytes:
        """RFC 9053: EC2, ES256, P-256."""
        numbers = self._key.public_key().public_numbers()
        x, y = (n.to_bytes(COORDINATE_BYTES, "big") for n in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _credential(self, response: dict[str, bytes]) -> dict[str, Any]:
        identity = bytes_to_base64url(self._id)
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {"id": identity, "rawId": identity, "type": "public-key", "response": encoded}
