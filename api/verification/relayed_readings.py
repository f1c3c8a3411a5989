"""Readings that come by relay: sealed for the person, so that an app hands on what it cannot read."""

import json
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from domain.rejections import Reason, Refused
from ledger.sealing.fields import fresh_nonce, seal, unseal

PREFIX: Final = "relayed:"
"""No compact JWS begins so, since base64url has no colon."""


def seal_reading(key: bytes, subject: UUID, claims: dict[str, str]) -> str:
    """The reading as the app gets it."""
    return PREFIX + seal(key, json.dumps(claims), _address(subject), fresh_nonce())


def open_reading(key: bytes, subject: UUID, token: str) -> Any:
    """The claims of a reading that was sealed for this person.

    Raises:
        Refused: it was sealed for another one, or is not as it was sealed.
    """
    try:
        return json.loads(unseal(key, token.removeprefix(PREFIX), _address(subject)))
    except (InvalidTag, ValueError) as error:  # or SealBroken, or no base64
        raise Refused(Reason.CHALLENGE_EXPIRED, field="card_reading") from error


def _address(subject: UUID) -> str:
    return f"card-reading/{subject}"
