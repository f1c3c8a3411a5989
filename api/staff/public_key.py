"""Public keys as they come in: those of data providers and kiosks."""

from typing import Literal

from joserfc.errors import JoseError
from joserfc.jwk import import_key
from pydantic import BaseModel, model_validator

from api.http.schemas import ShortText

SHAPES = (("OKP", "Ed25519", False), ("EC", "P-256", True))
"""Type, curve, and whether there is a `y`."""
NO_KEY = "no public key of Ed25519 or P-256"


class PublicJwk(BaseModel):
    """A public key (RFC 7517): Ed25519 (`OKP`) or P-256 (`EC`); a private part is refused."""

    model_config = {"extra": "forbid"}

    kty: Literal["OKP", "EC"]
    crv: Literal["Ed25519", "P-256"]
    x: ShortText
    y: ShortText | None = None

    @model_validator(mode="after")
    def is_a_key(self) -> "PublicJwk":
        """A key that could never verify anything is refused here, not at its first signature."""
        if (self.kty, self.crv, self.y is not None) not in SHAPES:
            raise ValueError(NO_KEY)
        try:
            import_key({**self.as_dict()})
        except (JoseError, ValueError) as error:
            raise ValueError(NO_KEY) from error
        return self

    def as_dict(self) -> dict[str, str]:
        """The members that are there."""
        return {name: value for name, value in self.model_dump().items() if value is not None}
