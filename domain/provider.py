"""A data provider (数据提供方): registered with four eyes; keys and record types may change."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.signing_keys import (
    PublicKey,
    SigningKeys,
    require_confirmable,
    require_distinct,
    require_in_force,
    require_not_withdrawn,
)


class Provider(LedgerAggregate):
    """A tax office, a credit bureau, an insurer and so on."""

    TOPIC = "jz.provider"

    class Created(LedgerAggregate.Created):
        """An administrator registered the provider with its public keys (JWK, by `kid`)."""

        TOPIC = "jz.provider.registered"
        name: str
        record_types: list[str]
        keys: dict[str, dict[str, str]]

    class Confirmed(LedgerAggregate.Event):
        """A second administrator confirmed the registration."""

        TOPIC = "jz.provider.confirmed"

        def apply(self, provider: "Provider") -> None:
            """The provider may submit."""
            provider.status = "in_force"

    class KeyAdded(LedgerAggregate.Event):
        """An administrator added a public key (JWK)."""

        TOPIC = "jz.provider.key_added"
        kid: str
        key: dict[str, str]

        def apply(self, provider: "Provider") -> None:
            """The key waits for a second administrator."""
            provider.keys.public[self.kid] = self.key
            provider.keys.status[self.kid] = "proposed"
            provider.keys.proposed_by[self.kid] = self.actor

    class KeyConfirmed(LedgerAggregate.Event):
        """A second administrator confirmed the key."""

        TOPIC = "jz.provider.key_confirmed"
        kid: str

        def apply(self, provider: "Provider") -> None:
            """What it signs is taken over, beside what the other keys sign."""
            provider.keys.status[self.kid] = "in_force"

    class KeyRetired(LedgerAggregate.Event):
        """An administrator retired the key."""

        TOPIC = "jz.provider.key_retired"
        kid: str

        def apply(self, provider: "Provider") -> None:
            """What it signs is refused from here on; what was taken over stays."""
            provider.keys.status[self.kid] = "retired"

    class RecordTypesProposed(LedgerAggregate.Event):
        """An administrator proposed which record types the provider may submit."""

        TOPIC = "jz.provider.record_types_proposed"
        record_types: list[str]

        def apply(self, provider: "Provider") -> None:
            """The former types stay in force until a second administrator grants these."""
            provider.proposed_record_types = tuple(self.record_types)
            provider.record_types_proposed_by = self.actor

    class RecordTypesGranted(LedgerAggregate.Event):
        """A second administrator granted the record types."""

        TOPIC = "jz.provider.record_types_granted"
        record_types: list[str]

        def apply(self, provider: "Provider") -> None:
            """Only these may be submitted from here on."""
            provider.record_types = tuple(self.record_types)
            provider.proposed_record_types = ()

    class Withdrawn(LedgerAggregate.Event):
        """An administrator withdrew the provider."""

        TOPIC = "jz.provider.withdrawn"

        def apply(self, provider: "Provider") -> None:
            """It submits nothing more, for good; what was taken over stays."""
            provider.status = "withdrawn"

    def __init__(self, name: str, record_types: list[str], keys: dict[str, PublicKey], actor: str) -> None:
        self.name = name
        self.status = "proposed"
        self.registered_by = actor
        self.record_types = tuple(record_types)
        self.proposed_record_types: tuple[str, ...] = ()
        self.record_types_proposed_by = ""
        self.keys = SigningKeys.of_registration(keys)

    @classmethod
    def register(
        cls,
        cause: Cause,
        provider_id: UUID,
        *,
        name: str,
        record_types: list[str],
        keys: dict[str, PublicKey],
    ) -> Self:
        """Register a provider for some record types; a second administrator must confirm it."""
        require_distinct(keys)
        return cls.begin(cause, provider_id, name=name, record_types=record_types, keys=keys)

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

    def propose_record_types(self, cause: Cause, record_types: list[str]) -> None:
        """Propose the record types; a second administrator must grant them. The last proposal counts."""
        require_in_force(self.status)
        self.happen(self.RecordTypesProposed, cause, record_types=record_types)

    def grant_record_types(self, cause: Cause, record_types: list[str]) -> None:
        """Grant the proposed record types, named again, so that nobody grants what they did not see."""
        require_in_force(self.status)
        if not record_types or set(record_types) != set(self.proposed_record_types):
            raise Refused(Reason.GRANT_NOT_PROPOSED)
        if cause.actor == self.record_types_proposed_by:
            raise Refused(Reason.SECOND_ADMINISTRATOR_NEEDED)
        self.happen(self.RecordTypesGranted, cause, record_types=list(self.proposed_record_types))

    def withdraw(self, cause: Cause) -> None:
        """Withdraw the provider at once, or turn its registration down."""
        require_not_withdrawn(self.status)
        self.happen(self.Withdrawn, cause)

    def key(self, kid: str) -> PublicKey:
        """The public key that verifies what the provider signs now.

        Raises:
            Refused: the provider is not in force, has no such key, or has retired it.
        """
        require_in_force(self.status)
        return self.keys.in_force(kid)

    def require_record_type(self, record_type: str) -> None:
        """Refuse a type that the provider was not granted."""
        if record_type not in self.record_types:
            raise Refused(Reason.SIGNER_UNKNOWN, field="record_type")
