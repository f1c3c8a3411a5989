"""The public keys of whoever signs what they send: proposed, confirmed by a second administrator, retired."""

import json
from dataclasses import dataclass, field
from typing import Self

from domain.rejections import Reason, Refused

PublicKey = dict[str, str]
"""A JWK (RFC 7517) without a private part."""


@dataclass
class SigningKeys:
    """Keys by their name (`kid`); a name is never given twice, so that it always means the same key.

    Attributes:
        public: each key that there ever was.
        status: `proposed`, `in_force` or `retired`.
        proposed_by: the administrator who added the key; none for those of the registration.
    """

    public: dict[str, PublicKey]
    status: dict[str, str]
    proposed_by: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_registration(cls, public: dict[str, PublicKey]) -> Self:
        """Keys that the registration brings; they are of use once it is confirmed."""
        return cls(dict(public), dict.fromkeys(public, "in_force"))

    def in_force(self, kid: str) -> PublicKey:
        """The key to verify a signature with.

        Raises:
            Refused: there is no such key, or it is retired.
        """
        status = self.status.get(kid)
        if status == "retired":
            raise Refused(Reason.KEY_RETIRED, field="kid")
        if status != "in_force":
            raise Refused(Reason.SIGNER_UNKNOWN, field="kid")
        return self.public[kid]

    def require_new(self, kid: str, key: PublicKey) -> None:
        """Refuse a name or a key that was there before: no retired key comes back under another name."""
        if kid in self.public:
            raise Refused(Reason.KEY_TAKEN, field="kid")
        if key in self.public.values():
            raise Refused(Reason.KEY_TAKEN, field="public_key")

    def require_proposed(self, kid: str, confirmed_by: str) -> None:
        """Refuse to confirm what is not proposed, or what one has proposed oneself."""
        self._require_known(kid)
        if self.status[kid] != "proposed":
            raise Refused(Reason.GRANT_NOT_PROPOSED)
        if self.proposed_by[kid] == confirmed_by:
            raise Refused(Reason.SECOND_ADMINISTRATOR_NEEDED)

    def require_not_retired(self, kid: str) -> None:
        """Refuse to retire a key twice; one that is only proposed is turned down by its retirement."""
        self._require_known(kid)
        if self.status[kid] == "retired":
            raise Refused(Reason.KEY_RETIRED, field="kid")

    def _require_known(self, kid: str) -> None:
        if kid not in self.public:
            raise Refused(Reason.NOT_FOUND, field="kid")


def require_distinct(keys: dict[str, PublicKey]) -> None:
    """Refuse one key under two names: retired under the one, it would go on signing under the other."""
    if len({json.dumps(key, sort_keys=True) for key in keys.values()}) < len(keys):
        raise Refused(Reason.KEY_TAKEN, field="keys")


def require_in_force(status: str) -> None:
    """Refuse a provider or a kiosk that waits for a second administrator, or was withdrawn."""
    if status == "proposed":
        raise Refused(Reason.SIGNER_NOT_CONFIRMED)
    if status == "withdrawn":
        raise Refused(Reason.SIGNER_WITHDRAWN)


def require_confirmable(status: str, registered_by: str, confirmed_by: str) -> None:
    """Refuse to confirm a registration twice, after its withdrawal, or by who registered."""
    if status != "proposed":
        raise Refused(Reason.GRANT_NOT_PROPOSED)
    if registered_by == confirmed_by:
        raise Refused(Reason.SECOND_ADMINISTRATOR_NEEDED)


def require_not_withdrawn(status: str) -> None:
    """Refuse a second withdrawal; a registration that is only proposed is turned down by it."""
    if status == "withdrawn":
        raise Refused(Reason.SIGNER_WITHDRAWN)
