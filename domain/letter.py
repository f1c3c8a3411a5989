"""The authorization letter (家政服务员信用信息授权书): the versions of its text, and a signed letter.

Each version is a file of `domain/letters/`: from when it can be signed, the SHA-256 of its text, its scopes,
and from when letters of older versions no longer count (`supersedes_at`; without it they go on counting).
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Literal, get_args
from uuid import UUID

from domain.rejections import Reason, Refused

Scope = Literal[
    "basic", "identity", "tax", "bank_credit", "criminal_record", "health", "insurance", "training"
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a disclosure can show: basic information, identity verification, tax, bank credit, and so on."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class LetterDamaged(ValueError):
    """A file's text is not the one that its hash names: what people signed would no longer be known."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One version of the letter's text.

    Attributes:
        version: year and month, so that versions sort by age.
        in_force_from: from then on it is the one to sign.
        supersedes_at: from then on letters of older versions have to be signed anew; null for never.
    """

    version: str
    scopes: tuple[Scope, ...]
    text: str
    in_force_from: datetime = _LONG_AGO
    supersedes_at: datetime | None = None

    @property
    def text_sha256(self) -> str:
        """The hash that a signature names, hex."""
        return sha256(self.text.encode()).hexdigest()

    @classmethod
    def parse(cls, toml: str) -> "Letter":
        """Read a version's file.

        Raises:
            LetterDamaged: the text is not that of the hash.
        """
        said = tomllib.loads(toml)
        supersedes_at = said.get("supersedes_at")
        letter = cls(
            version=said["version"],
            scopes=tuple(said["scopes"]),
            text=said["text"],
            in_force_from=said["in_force_from"].astimezone(UTC),
            supersedes_at=supersedes_at.astimezone(UTC) if supersedes_at else None,
        )
        if letter.text_sha256 != said["text_sha256"]:
            msg = f"the text of the letter {letter.version} is not the one of its hash"
            raise LetterDamaged(msg)
        return letter


@dataclass(frozen=True, slots=True)
class SignedLetter:
    """A letter that somebody signed, and what became of it.

    Attributes:
        number: which of the worker's letters, 1 for the first that was signed.
        signing, authorizing: the versions of the two events in the worker's stream.
        authorization: the command that authorized it; disclosures name it.
        revoked_at: when the worker took it back, or the one in whose place it was signed.
        replaced_at: when another one was authorized; of one that still waited, when another was signed.
    """

    number: int
    version: str
    text_sha256: str
    scopes: tuple[str, ...]
    signed_at: datetime
    signing: int
    authorized_at: datetime | None = None
    authorizing: int | None = None
    authorization: UUID | None = None
    revoked_at: datetime | None = None
    replaced_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it was revoked or replaced."""
        return self.revoked_at or self.replaced_at

    @property
    def is_pending(self) -> bool:
        """Whether it still waits for its authorization."""
        return self.authorized_at is None and self.ended_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether it was authorized and neither revoked nor replaced."""
        return self.authorized_at is not None and self.ended_at is None

    def authorized(self, at: datetime, authorizing: int, authorization: UUID) -> "SignedLetter":
        """The same, authorized."""
        return replace(self, authorized_at=at, authorizing=authorizing, authorization=authorization)

    def revoked(self, at: datetime) -> "SignedLetter":
        """The same, taken back; the first end stays."""
        return self if self.ended_at else replace(self, revoked_at=at)

    def overtaken(self, at: datetime) -> "SignedLetter":
        """The same after another signature, which replaces one that waits; one in force goes on."""
        return self.replaced(at) if self.is_pending else self

    def replaced(self, at: datetime) -> "SignedLetter":
        """The same, with another one in its place; the first end stays."""
        return self if self.ended_at else replace(self, replaced_at=at)


@dataclass(frozen=True, slots=True)
class Letters:
    """Every version there was, oldest first."""

    versions: tuple[Letter, ...]

    @classmethod
    def of(cls, versions: Iterable[Letter]) -> "Letters":
        """Put the versions in order."""
        return cls(tuple(sorted(versions, key=lambda letter: letter.version)))

    def find(self, version: str) -> Letter:
        """A version, however old.

        Raises:
            Refused: there was no such version.
        """
        for letter in self.versions:
            if letter.version == version:
                return letter
        raise Refused(Reason.LETTER_UNKNOWN, field="version")

    def current(self, at: datetime) -> Letter:
        """The one to sign at an instant; before all of them the oldest."""
        return max(
            (letter for letter in self.versions if letter.in_force_from <= at),
            key=lambda letter: letter.in_force_from,
            default=self.versions[0],
        )

    def valid_until(self, version: str) -> datetime | None:
        """From when a letter of this version has to be signed anew, if a newer version says so."""
        ends = [
            letter.supersedes_at
            for letter in self.versions
            if letter.version > version and letter.supersedes_at is not None
        ]
        return min(ends, default=None)

    def is_outdated(self, version: str, at: datetime) -> bool:
        """Whether a letter of this version no longer counts; told from the clock, no job has to run."""
        until = self.valid_until(version)
        return until is not None and at >= until

    def require_not_outdated(self, letter: SignedLetter, at: datetime) -> None:
        """Refuse what needs a letter that still counts."""
        if self.is_outdated(letter.version, at):
            raise Refused(Reason.LETTER_OUTDATED)


def _published() -> Iterable[Letter]:
    """The package's own files: constants, the same at every run."""
    folder = files("domain") / "letters"
    return (Letter.parse(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml"))


LETTERS = Letters.of(_published())
"""Every version that was published."""
