"""Kiosks (身份核验终端) and certified readers (认证读卡机具): registered with four eyes, keys may change."""

from typing import Any, Final, Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.signing_keys import (
    PublicKey,
    SigningKeys,
    require_confirmable,
    require_in_force,
    require_not_withdrawn,
)

FIRST_KEY = "1"
"""The name (`kid`) of the key that a kiosk is registered with."""
KIOSK: Final = "kiosk"
"""Stands under supervision and has a camera: what it signs of card and face counts in full."""
CERTIFIED_READER: Final = "certified_reader"
"""Reads cards, wherever it is carried; the face is photographed with some phone."""


class Kiosk(LedgerAggregate):
    """A machine that reads cards, and signs what it read; `kind` is `kiosk` or `certified_reader`."""

    TOPIC = "jz.kiosk"

    class Created(LedgerAggregate.Created):
        """An administrator registered the machine with its public key (JWK)."""

        TOPIC = "jz.kiosk.registered"
        class_version = 2
        kind: str
        site: str
        public_key: dict[str, str]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """There were kiosks only."""
            state["kind"] = KIOSK

    class Confirmed(LedgerAggregate.Event):
        """A second administrator confirmed the registration."""

        TOPIC = "jz.kiosk.confirmed"

        def apply(self, kiosk: "Kiosk") -> None:
            """Its readings count."""
            kiosk.status = "in_force"

    class KeyAdded(LedgerAggregate.Event):
        """An administrator added a public key (JWK)."""

        TOPIC = "jz.kiosk.key_added"
        kid: str
        key: dict[str, str]

        def apply(self, kiosk: "Kiosk") -> None:
            """The key waits for a second administrator."""
            kiosk.keys.public[self.kid] = self.key
            kiosk.keys.status[self.kid] = "proposed"
            kiosk.keys.proposed_by[self.kid] = self.actor

    class KeyConfirmed(LedgerAggregate.Event):
        """A second administrator confirmed the key."""

        TOPIC = "jz.kiosk.key_confirmed"
        kid: str

        def apply(self, kiosk: "Kiosk") -> None:
            """Readings that it signs count, beside those of the other keys."""
            kiosk.keys.status[self.kid] = "in_force"

    class KeyRetired(LedgerAggregate.Event):
        """An administrator retired the key."""

        TOPIC = "jz.kiosk.key_retired"
        kid: str

        def apply(self, kiosk: "Kiosk") -> None:
            """Readings that it signs are refused from here on."""
            kiosk.keys.status[self.kid] = "retired"

    class Withdrawn(LedgerAggregate.Event):
        """An administrator withdrew the terminal."""

        TOPIC = "jz.kiosk.withdrawn"

        def apply(self, kiosk: "Kiosk") -> None:
            """Its readings are refused, for good."""
            kiosk.status = "withdrawn"

    def __init__(self, kind: str, site: str, public_key: PublicKey, actor: str) -> None:
        self.kind = kind
        self.site = site
        self.status = "proposed"
        self.registered_by = actor
        self.keys = SigningKeys.of_registration({FIRST_KEY: public_key})

    @classmethod
    def register(
        cls, cause: Cause, kiosk_id: UUID, *, kind: str = KIOSK, site: str, public_key: PublicKey
    ) -> Self:
        """Register a machine of a kind; a second administrator must confirm it."""
        return cls.begin(cause, kiosk_id, kind=kind, site=site, public_key=public_key)

    def confirm(self, cause: Cause) -> None:
        """Confirm the registration as a second administrator."""
        require_confirmable(self.status, self.registered_by, cause.actor)
        self.happen(self.Confirmed, cause)

    def add_key(self, cause: Cause, kid: str, key: PublicKey) -> None:
        """Add a key; a second administrator must confirm it."""
        require_in_force(self.status)
        self.keys.require_new(kid, key)
        self.happen(self.KeyAdded, cause, kid=kid, key=key)

    def confirm_key(self, cause: Cause, kid: str) -> None:
        """Confirm a key as a second administrator."""
        require_in_force(self.status)
        self.keys.require_proposed(kid, cause.actor)
        self.happen(self.KeyConfirmed, cause, kid=kid)

    def retire_key(self, cause: Cause, kid: str) -> None:
        """Retire a key at once: one administrator suffices, since it may be in wrong hands."""
        self.keys.require_not_retired(kid)
        self.happen(self.KeyRetired, cause, kid=kid)

    def withdraw(self, cause: Cause) -> None:
        """Withdraw the terminal at once, or turn its registration down."""
        require_not_withdrawn(self.status)
        self.happen(self.Withdrawn, cause)

    def key(self, kid: str) -> PublicKey:
        """The public key that verifies what the terminal signs now.

        Raises:
            Refused: the terminal is not in force, has no such key, or has retired it.
        """
        require_in_force(self.status)
        return self.keys.in_force(kid)
