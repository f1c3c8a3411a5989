"""An identity-verification terminal (身份核验终端) and the key it signs its card readings with."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate


class Kiosk(LedgerAggregate):
    """A machine with an NFC reader and a camera."""

    TOPIC = "jz.kiosk"

    class Created(LedgerAggregate.Created):
        """An administrator registered the terminal with its public key (JWK)."""

        TOPIC = "jz.kiosk.registered"
        site: str
        public_key: dict[str, str]

    def __init__(self, site: str, public_key: dict[str, str]) -> None:
        self.site = site
        self.public_key = public_key

    @classmethod
    def register(cls, cause: Cause, kiosk_id: UUID, *, site: str, public_key: dict[str, str]) -> Self:
        """Register a terminal."""
        return cls.begin(cause, kiosk_id, site=site, public_key=public_key)
