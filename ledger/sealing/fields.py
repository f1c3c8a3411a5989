"""Seals the personal fields of events with the key of the person they belong to.

A sealed text is `<suite>.<key version>.<nonce>.<ciphertext>`, base64url. Suite 1 is AES-256-GCM with a random
96-bit nonce; 2 is kept for SM4-GCM. The associated data are the field's address (stream, version, topic,
field, subject), so that a ciphertext cannot be moved to another place.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import resolve_topic

from domain.personal import ERASED, Erased, Sealed, personal_fields
from ledger.sealing.subject_keys import KEY_VERSION, SubjectErased, SubjectKeys

AES_256_GCM = 1
NONCE_BYTES = 12


class SealBroken(ValueError):
    """The sealed text is damaged, moved, or of a suite this version does not know."""


def seal(key: bytes, text: str, address: str, nonce: bytes) -> str:
    """Seal a text for the place named by `address`."""
    ciphertext = AESGCM(key).encrypt(nonce, text.encode(), address.encode())
    return ".".join((str(AES_256_GCM), str(KEY_VERSION), _encode(nonce), _encode(ciphertext)))


def unseal(key: bytes, sealed: str, address: str) -> str:
    """Read a sealed text.

    Raises:
        SealBroken: it is of an unknown suite; a wrong key or place raises cryptography's InvalidTag.
    """
    suite, _, nonce, ciphertext = sealed.split(".")
    if int(suite) != AES_256_GCM:
        raise SealBroken(suite)
    return AESGCM(key).decrypt(_decode(nonce), _decode(ciphertext), address.encode()).decode()


def fresh_nonce() -> bytes:
    """A random nonce; 96 bits suffice for the few texts that one person's key seals."""
    return secrets.token_bytes(NONCE_BYTES)


def _encode(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def address_of(stream: UUID, version: int, topic: str, field: str, subject: UUID) -> str:
    """The address of a personal field: the associated data of its seal."""
    return f"{stream}/{version}/{topic}/{field}/{subject}"


class SealingMapper(Mapper[UUID]):
    """The library's mapper, with personal fields sealed on the way in and read on the way out.

    Without keys (`keys=None`) it reads personal fields as `Sealed`, so that a projection can carry them
    into its view without ever holding a key.
    """

    def __init__(
        self,
        transcoder: Transcoder,
        keys: SubjectKeys | None = None,
        nonce: Callable[[], bytes] = fresh_nonce,
    ) -> None:
        super().__init__(transcoder)
        self._keys = keys
        self._nonce = nonce

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Seal the personal fields, then store as the library does."""
        fields = personal_fields(type(domain_event))
        if not fields:
            return super().to_stored_event(domain_event)
        sealed = object.__new__(type(domain_event))
        vars(sealed).update(vars(domain_event))
        for name, subject_field in fields.items():
            vars(sealed)[name] = self._seal(domain_event, name, vars(sealed)[subject_field])
        return super().to_stored_event(sealed)

    def _seal(self, event: DomainEventProtocol[UUID], name: str, subject: UUID) -> str:
        if self._keys is None:
            msg = "a mapper without keys only reads"
            raise TypeError(msg)
        topic = type(event).TOPIC  # type: ignore[attr-defined] # every event of the ledger has one
        address = address_of(event.originator_id, event.originator_version, topic, name, subject)
        text = json.dumps(getattr(event, name), ensure_ascii=False)
        return seal(self._keys.get(subject), text, address, self._nonce())

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Read as the library does, then unseal the personal fields."""
        event = super().to_domain_event(stored_event)
        state = vars(event)
        for name, subject_field in personal_fields(resolve_topic(stored_event.topic)).items():
            address = address_of(
                event.originator_id, event.originator_version, stored_event.topic, name, state[subject_field]
            )
            state[name] = self.read(Sealed(address, state[name]))
        return event

    def read(self, field: Sealed) -> Any:
        """The plain value of a sealed field; `ERASED` if its person is; the field itself without keys."""
        if self._keys is None:
            return field
        return read_sealed(self._keys, field)


def read_sealed(keys: SubjectKeys, field: Sealed) -> Any | Erased:
    """The plain value of a sealed field, or `ERASED`."""
    try:
        key = keys.get(UUID(field.address.rpartition("/")[2]))
    except SubjectErased:
        return ERASED
    return json.loads(unseal(key, field.text, field.address))
