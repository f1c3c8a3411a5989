"""A data provider (数据提供方) and the keys its submissions are signed with."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused


class Provider(LedgerAggregate):
    """A tax office, a credit bureau, an insurer and so on."""

    TOPIC = "jz.provider"

    class Created(LedgerAggregate.Created):
        """An administrator registered the provider with its public keys (JWK, by `kid`)."""

        TOPIC = "jz.provider.registered"
        name: str
        record_types: list[str]
        keys: dict[str, dict[str, str]]

    def __init__(self, name: str, record_types: list[str], keys: dict[str, dict[str, str]]) -> None:
        self.name = name
        self.record_types = tuple(record_types)
        self.keys = keys

    @classmethod
    def register(
        cls,
        cause: Cause,
        provider_id: UUID,
        *,
        name: str,
        record_types: list[str],
        keys: dict[str, dict[str, str]],
    ) -> Self:
        """Register a provider for some record types."""
        return cls.begin(cause, provider_id, name=name, record_types=record_types, keys=keys)

    def key(self, kid: str) -> dict[str, str]:
        """The public key named by `kid`.

        Raises:
            Refused: the provider has no such key.
        """
        if kid not in self.keys:
            raise Refused(Reason.SIGNER_UNKNOWN, field="kid")
        return self.keys[kid]

    def require_record_type(self, record_type: str) -> None:
        """Refuse a type that the provider was not registered for."""
        if record_type not in self.record_types:
            raise Refused(Reason.SIGNER_UNKNOWN, field="record_type")
