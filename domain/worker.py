"""A household-service worker: employments, verified identity, the authorization letter."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.assurance import FACE, Presence
from domain.event import Cause, LedgerAggregate
from domain.letter import Letter, SignedLetter
from domain.personal import PersonalText
from domain.presence import ShownDocument
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import stream_of

IN_PERSON = ("kiosk", "officer")
OPEN_EMPLOYMENT = ("chosen", "confirmed")


class Worker(LedgerAggregate):
    """What a person may do as a worker; registration is complete once the letter is authorized."""

    TOPIC = "jz.worker"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The person started the registration as a worker."""

        TOPIC = "jz.worker.opened"
        subject_id: UUID

    class EnterpriseChosen(LedgerAggregate.Event):
        """The worker said they work for the enterprise (选择所属家政企业)."""

        TOPIC = "jz.worker.enterprise_chosen"
        subject_id: UUID
        enterprise_id: UUID

        def apply(self, worker: "Worker") -> None:
            """The employment waits for the enterprise's operator."""
            worker.employments[self.enterprise_id] = "chosen"

    class EmploymentConfirmed(LedgerAggregate.Event):
        """The enterprise's operator confirmed the employment."""

        TOPIC = "jz.worker.employment_confirmed"
        subject_id: UUID
        enterprise_id: UUID

        def apply(self, worker: "Worker") -> None:
            """The employment is in force."""
            worker.employments[self.enterprise_id] = "confirmed"

    class EmploymentRefused(LedgerAggregate.Event):
        """The enterprise's operator does not know the worker as its own."""

        TOPIC = "jz.worker.employment_refused"
        subject_id: UUID
        enterprise_id: UUID

        def apply(self, worker: "Worker") -> None:
            """The worker may choose the enterprise again later."""
            worker.employments[self.enterprise_id] = "refused"

    class EmploymentEnded(LedgerAggregate.Event):
        """Either side ended the employment."""

        TOPIC = "jz.worker.employment_ended"
        subject_id: UUID
        enterprise_id: UUID
        ended_by: str

        def apply(self, worker: "Worker") -> None:
            """The employment is over; a check-in does not restore it."""
            worker.employments[self.enterprise_id] = "ended"

    class IdentityVerified(LedgerAggregate.Event):
        """The document is the registered person's, and so is who showed it: by face, or by a proof without.

        The reading's evidence is missing where officers looked; `purpose` is `first` or `renewal`.
        """

        TOPIC = "jz.worker.identity_verified"
        class_version = 2
        subject_id: UUID
        purpose: str
        document_kind: str
        document_authority: PersonalText
        decoder: str | None
        transcript_sha256: str | None
        device: str | None
        method: str
        assurance: str
        proof_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """There was one way, and no second time."""
            state.update(purpose="first", method=FACE, proof_id=None)

        def apply(self, worker: "Worker") -> None:
            """The identity is proven."""
            worker.identity_assurance = self.assurance
            worker.identity_verified_at = self.timestamp

    class IdentityRefused(LedgerAggregate.Event):
        """The card was another person's, or expired; a face that did not match is with the face checks."""

        TOPIC = "jz.worker.identity_refused"
        subject_id: UUID
        because: str

        def apply(self, worker: "Worker") -> None:
            """The worker may try again."""
            worker.identity_refusals += 1

    class LetterSigned(LedgerAggregate.Event):
        """The worker signed a version of the letter; the second face check is still missing."""

        TOPIC = "jz.worker.letter_signed"
        subject_id: UUID
        letter_version: str
        text_sha256: str
        scopes: list[str]

        def apply(self, worker: "Worker") -> None:
            """The letter waits for its authorization, no other one does; one in force stays so until then."""
            at, signing = self.timestamp, self.originator_version
            named = (len(worker.letters) + 1, self.letter_version, self.text_sha256, tuple(self.scopes))
            worker.letters = [
                *(before.overtaken(at) for before in worker.letters),
                SignedLetter(*named, signed_at=at, signing=signing),
            ]
            worker.signed_scopes = tuple(self.scopes)

    class LetterAuthorized(LedgerAggregate.Event):
        """A second face check (刷脸授权), or a proof without a face, authorized the signed letter."""

        TOPIC = "jz.worker.letter_authorized"
        class_version = 2
        subject_id: UUID
        scopes: list[str]
        method: str
        assurance: str
        proof_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """There was one way."""
            state.update(method=FACE, assurance="web", proof_id=None)

        def apply(self, worker: "Worker") -> None:
            """The letter is in force, and one before it no longer."""
            authorized = (self.timestamp, self.originator_version, self.command_id)
            worker.letters = [
                *(before.replaced(self.timestamp) for before in worker.letters[:-1]),
                *(signed.authorized(*authorized) for signed in worker.letters[-1:]),
            ]
            worker.authorized_scopes = tuple(self.scopes)
            worker.is_complete = True

    class LetterRevoked(LedgerAggregate.Event):
        """The worker took the letter back."""

        TOPIC = "jz.worker.letter_revoked"
        subject_id: UUID

        def apply(self, worker: "Worker") -> None:
            """Nothing is disclosed any more; one that was signed in its place is void, too."""
            worker.letters = [letter.revoked(self.timestamp) for letter in worker.letters]
            worker.signed_scopes = ()
            worker.authorized_scopes = ()

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self.employments: dict[UUID, str] = {}
        self.identity_assurance: str | None = None
        self.identity_verified_at: datetime | None = None
        self.identity_refusals = 0
        self.letters: list[SignedLetter] = []
        self.signed_scopes: tuple[str, ...] = ()
        self.authorized_scopes: tuple[str, ...] = ()
        self.is_complete = False

    @staticmethod
    def stream_for(subject_id: UUID) -> UUID:
        """The stream of a person's life as a worker."""
        return stream_of(subject_id, "worker")

    @classmethod
    def open(cls, cause: Cause, subject_id: UUID) -> Self:
        """Start a registration as a worker."""
        return cls.begin(cause, cls.stream_for(subject_id), subject_id=subject_id)

    def choose_enterprise(self, cause: Cause, enterprise_id: UUID) -> None:
        """Say that one works for the enterprise."""
        if self.employments.get(enterprise_id) in OPEN_EMPLOYMENT:
            raise Refused(Reason.ENTERPRISE_ALREADY_CHOSEN, field="enterprise_ids")
        self._employment(self.EnterpriseChosen, cause, enterprise_id)

    @property
    def is_confirmed(self) -> bool:
        """Whether an enterprise has confirmed the worker, and neither side ended it."""
        return "confirmed" in self.employments.values()

    def confirm_employment(self, cause: Cause, enterprise_id: UUID) -> None:
        """The enterprise says yes."""
        self._require_chosen(enterprise_id)
        self._employment(self.EmploymentConfirmed, cause, enterprise_id)

    def refuse_employment(self, cause: Cause, enterprise_id: UUID) -> None:
        """The enterprise says no."""
        self._require_chosen(enterprise_id)
        self._employment(self.EmploymentRefused, cause, enterprise_id)

    def end_employment(self, cause: Cause, enterprise_id: UUID, ended_by: str) -> None:
        """End an employment; `ended_by` is `worker` or `enterprise`."""
        if self.employments.get(enterprise_id) not in OPEN_EMPLOYMENT:
            raise Refused(Reason.EMPLOYMENT_NOT_OPEN)
        self._employment(self.EmploymentEnded, cause, enterprise_id, ended_by=ended_by)

    def require_identity_open(self) -> None:
        """Refuse a verification before an enterprise was chosen; one after the first is a renewal."""
        if not self.employments:
            raise Refused(Reason.NO_ENTERPRISE_CHOSEN)

    def verify_identity(self, cause: Cause, document: ShownDocument, presence: Presence) -> None:
        """Record that the document is the person's, and how they showed that it is them."""
        self.require_identity_open()
        purpose = "renewal" if self.identity_assurance else "first"
        self.happen(
            self.IdentityVerified,
            cause,
            subject_id=self.subject_id,
            purpose=purpose,
            **asdict(document),
            **asdict(presence),
        )

    def recent_identity(self, at: datetime, rules: Rules) -> str:
        """The assurance of an identity verification face to face, or at a kiosk, of a moment ago.

        Raises:
            Refused: there is none.
        """
        verified_at = self.identity_verified_at
        is_recent = verified_at is not None and at - verified_at <= rules.identity_fresh
        if not is_recent or self.identity_assurance not in IN_PERSON:
            raise Refused(Reason.IDENTITY_NOT_RECENT)
        return self.identity_assurance

    def refuse_identity(self, cause: Cause, because: str) -> None:
        """Record that the card was refused; `because` is the refusal's code."""
        self.require_identity_open()
        self.happen(self.IdentityRefused, cause, subject_id=self.subject_id, because=because)

    def sign_letter(self, cause: Cause, letter: Letter, text_sha256: str) -> None:
        """Sign the letter's text, named by its hash so that what was shown is what was signed."""
        if not self.identity_assurance:
            raise Refused(Reason.IDENTITY_NOT_VERIFIED)
        in_force = self.letter_in_force
        if in_force and in_force.version >= letter.version:
            raise Refused(Reason.LETTER_ALREADY_IN_FORCE)
        if text_sha256 != letter.text_sha256:
            raise Refused(Reason.LETTER_UNKNOWN, field="text_sha256")
        self.happen(
            self.LetterSigned,
            cause,
            subject_id=self.subject_id,
            letter_version=letter.version,
            text_sha256=letter.text_sha256,
            scopes=list(letter.scopes),
        )

    def find_letter(self, number: int) -> SignedLetter:
        """One of the letters, however it ended; refuses a number that none has."""
        if not 1 <= number <= len(self.letters):
            raise Refused(Reason.NOT_FOUND)
        return self.letters[number - 1]

    @property
    def letter_in_force(self) -> SignedLetter | None:
        """The letter that was authorized and neither revoked nor replaced."""
        return next((letter for letter in self.letters if letter.is_in_force), None)

    @property
    def letter_to_authorize(self) -> SignedLetter | None:
        """The letter signed last, if it still waits for its authorization."""
        return self.letters[-1] if self.letters and self.letters[-1].is_pending else None

    def require_letter_to_authorize(self) -> SignedLetter:
        """The letter that waits; refuses where there is none."""
        if self.letter_to_authorize:
            return self.letter_to_authorize
        raise Refused(Reason.LETTER_ALREADY_IN_FORCE if self.letter_in_force else Reason.LETTER_NOT_SIGNED)

    def authorize_letter(self, cause: Cause, presence: Presence) -> None:
        """Put the signed letter in force; the person showed that it is them."""
        scopes = list(self.require_letter_to_authorize().scopes)
        self.happen(
            self.LetterAuthorized, cause, subject_id=self.subject_id, scopes=scopes, **asdict(presence)
        )

    def revoke_letter(self, cause: Cause) -> None:
        """Take the letter back; from here on nothing is disclosed."""
        self.require_letter_in_force()
        self.happen(self.LetterRevoked, cause, subject_id=self.subject_id)

    def require_letter_in_force(self) -> SignedLetter:
        """The letter in force; refuses what needs it where there is none."""
        if self.letter_in_force is None:
            raise Refused(Reason.LETTER_NOT_IN_FORCE)
        return self.letter_in_force

    def _require_chosen(self, enterprise_id: UUID) -> None:
        if self.employments.get(enterprise_id) != "chosen":
            raise Refused(Reason.EMPLOYMENT_NOT_CHOSEN)

    def _employment(
        self, event: type[LedgerAggregate.Event], cause: Cause, enterprise_id: UUID, **fields: Any
    ) -> None:
        self.happen(event, cause, subject_id=self.subject_id, enterprise_id=enterprise_id, **fields)
