"""The separate consent to face checks (人脸信息处理单独同意): its versioned text, given and withdrawn."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.streams import stream_of


class ConsentDamaged(ValueError):
    """A file's text is not the one that its hash names: what people consented to would no longer be known."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of the text."""

    version: str
    text: str

    @property
    def text_sha256(self) -> str:
        """The hash that a consent names, hex."""
        return sha256(self.text.encode()).hexdigest()

    @classmethod
    def parse(cls, toml: str) -> Self:
        """Read a version's file.

        Raises:
            ConsentDamaged: the text is not that of the hash.
        """
        said = tomllib.loads(toml)
        text = cls(said["version"], said["text"])
        if text.text_sha256 != said["text_sha256"]:
            msg = f"the text of the consent {text.version} is not the one of its hash"
            raise ConsentDamaged(msg)
        return text


def _published() -> Iterable[ConsentText]:
    """The package's own files: constants, the same at every run."""
    folder = files("domain") / "face_consents"
    return (ConsentText.parse(file.read_text("utf-8")) for file in folder.iterdir())


CONSENT_TEXTS = {text.version: text for text in sorted(_published(), key=lambda text: text.version)}
"""Every version that was published, each a file of `domain/face_consents/`."""

CURRENT_CONSENT = [*CONSENT_TEXTS.values()][-1]
"""The text in force."""


class FaceConsent(LedgerAggregate):
    """One person's consent to face checks; without one in force no picture is looked at."""

    TOPIC = "jz.face_consent"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The person was asked for the first time."""

        TOPIC = "jz.face_consent.opened"
        subject_id: UUID

    class Given(LedgerAggregate.Event):
        """The person consented to a version of the text, apart from any other agreement."""

        TOPIC = "jz.face_consent.given"
        subject_id: UUID
        text_version: str
        text_sha256: str

        def apply(self, consent: "FaceConsent") -> None:
            """Faces may be compared."""
            consent.is_in_force = True

    class Withdrawn(LedgerAggregate.Event):
        """The person took the consent back; the face template is deleted."""

        TOPIC = "jz.face_consent.withdrawn"
        subject_id: UUID

        def apply(self, consent: "FaceConsent") -> None:
            """No face is compared any more; the other ways stay open."""
            consent.is_in_force = False

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self.is_in_force = False

    @staticmethod
    def stream_for(subject_id: UUID) -> UUID:
        """The stream of a person's consent."""
        return stream_of(subject_id, "face_consent")

    @classmethod
    def open(cls, cause: Cause, subject_id: UUID) -> Self:
        """Ask for the first time."""
        return cls.begin(cause, cls.stream_for(subject_id), subject_id=subject_id)

    def give(self, cause: Cause, version: str, text_sha256: str) -> None:
        """Consent to a version, named with the hash of the text that was shown."""
        text = CONSENT_TEXTS.get(version)
        if text is None:
            raise Refused(Reason.FACE_CONSENT_TEXT_UNKNOWN, field="version")
        if text_sha256 != text.text_sha256:
            raise Refused(Reason.FACE_CONSENT_TEXT_UNKNOWN, field="text_sha256")
        if self.is_in_force:
            raise Refused(Reason.FACE_CONSENT_ALREADY_GIVEN)
        self.happen(
            self.Given,
            cause,
            subject_id=self.subject_id,
            text_version=version,
            text_sha256=text_sha256,
        )

    def withdraw(self, cause: Cause) -> None:
        """Take the consent back."""
        self.require_in_force()
        self.happen(self.Withdrawn, cause, subject_id=self.subject_id)

    def require_in_force(self) -> None:
        """Refuse what needs the consent."""
        if not self.is_in_force:
            raise Refused(Reason.FACE_CONSENT_MISSING)
