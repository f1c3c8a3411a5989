"""What a field's text is made of, and the examples and values that several fields share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A field's text, an example, and all values that it can have where they are few.

    The values of a list are those of its items.
    """

    text: str
    example: object = None
    values: tuple[str, ...] = ()


INSTANT = "2026-03-02T01:00:00Z"
DAY = "2026-03-02"
AN_ID = "3f0c8c1e-6f2b-8a41-9d0e-0b6f3c9a7d15"
PLACE = "12.345"
OPAQUE = "mZ0bq0v9Q2u1t8w3Xy5kRg"
JWS = "eyJhbGciOiJFZERTQSIsImtpZCI6IjIwMjYtYSJ9.e30.c2lnbmF0dXJl"
A_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
CREDENTIAL = {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…"}}
KIOSK_KINDS = ("kiosk", "certified_reader")
SIGNER_STATUS = ("proposed", "in_force", "withdrawn")
EMPLOYMENT = ("chosen", "confirmed", "employed", "left", "refused", "ended")
EMPLOYMENT_TEXT = (
    "`chosen`: the enterprise has not answered; `confirmed`: the registration is not complete yet; "
    "`employed` 在职; `left` 离职, until the next check-in; `refused` by the enterprise; "
    "`ended` by either side"
)
PROOF_STATUS = ("waiting", "usable", "used", "expired")
LETTER_STATUS = ("signed", "in_force", "outdated", "revoked", "replaced")
LETTER_TEXT = (
    "`signed`: waits for the face check; `in_force`; `outdated`: sign the new text; `revoked`; "
    "`replaced`: another one was authorized, or signed while this one waited"
)
