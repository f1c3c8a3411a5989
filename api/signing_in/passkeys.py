"""Staff sign in with WebAuthn passkeys; challenges are kept as digests and used once."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from psycopg_pool import ConnectionPool
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    parse_client_data_json,
)
from webauthn.helpers.decoded_public_key_to_cryptography import decoded_public_key_to_cryptography
from webauthn.helpers.exceptions import WebAuthnException

from domain.rejections import Reason, Refused
from domain.staff import StaffMember

CHALLENGE_TTL = timedelta(minutes=5)
UNREADABLE = (WebAuthnException, KeyError, TypeError, ValueError, RecursionError)
"""What a bad credential leads to: the library looks for members that need not be there."""


class Passkeys:
    """Issues challenges, verifies attestations and assertions (WebAuthn Level 2)."""

    def __init__(self, pool: ConnectionPool, key: bytes, public_url: str) -> None:
        self._pool = pool
        self._key = key
        self._origin = public_url
        self.rp_id = urlsplit(public_url).hostname or "localhost"

    def challenge(self, at: datetime) -> str:
        """A fresh challenge, base64url."""
        challenge = secrets.token_bytes(32)
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM ops.staff_challenges WHERE expires_at < %s", (at,))
            connection.execute(
                "INSERT INTO ops.staff_challenges (partition, challenge_mac, expires_at)"
                " VALUES (ledger.partition_of_digest(%s), %s, %s)",
                (self._mac(challenge), self._mac(challenge), at + CHALLENGE_TTL),
            )
        return bytes_to_base64url(challenge)

    def enrol(self, at: datetime, credential: dict[str, Any]) -> tuple[str, str]:
        """Verify an attestation.

        Returns:
            credential id and public key (COSE), base64url.
        """
        challenge = self._used_challenge(at, credential)
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
            # a key that could never verify anything is refused here, not at the first sign-in
            decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
        except UNREADABLE as error:
            raise Refused(Reason.PASSKEY_INVALID) from error
        return bytes_to_base64url(verified.credential_id), bytes_to_base64url(verified.credential_public_key)

    def verify(self, at: datetime, member: StaffMember, credential: dict[str, Any]) -> None:
        """Verify that the member signed a challenge of ours with an enrolled passkey."""
        member.require_granted()
        challenge = self._used_challenge(at, credential)
        public_key = member.passkeys.get(str(credential.get("id")))
        if public_key is None:
            raise Refused(Reason.PASSKEY_INVALID)
        try:
            verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=0,  # synced passkeys count nothing
                require_user_verification=True,
            )
        except UNREADABLE as error:
            raise Refused(Reason.PASSKEY_INVALID) from error

    def _used_challenge(self, at: datetime, credential: dict[str, Any]) -> bytes:
        """The challenge that the client signed, which must be one of ours and is void from here on."""
        try:
            encoded = credential["response"]["clientDataJSON"]
            challenge = parse_client_data_json(base64url_to_bytes(encoded)).challenge
        except UNREADABLE as error:
            raise Refused(Reason.PASSKEY_INVALID) from error
        query = """
            DELETE FROM ops.staff_challenges
            WHERE partition = ledger.partition_of_digest(%s) AND challenge_mac = %s AND expires_at >= %s
        """
        mac = self._mac(challenge)
        with self._pool.connection() as connection:
            if not connection.execute(query, (mac, mac, at)).rowcount:
                raise Refused(Reason.PASSKEY_INVALID)
        return challenge

    def _mac(self, challenge: bytes) -> bytes:
        return hmac.digest(self._key, challenge, "sha256")
