"""A disclosure (经授权查看): a scan, the worker's answer, and every look at the worker's records."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.assurance import FACE, Presence
from domain.event import Cause, LedgerAggregate
from domain.letter import SignedLetter
from domain.personal import ConsumerText
from domain.rejections import Reason, Refused
from domain.rules import Rules


class Disclosure(LedgerAggregate):
    """One scan of a worker's certificate by a consumer; it lies among the worker's streams."""

    TOPIC = "jz.disclosure"

    class Created(LedgerAggregate.Created):
        """A consumer redeemed a certificate code; the worker is prompted."""

        TOPIC = "jz.disclosure.requested"
        subject_id: UUID
        consumer_id: UUID
        consumer_name: ConsumerText
        scopes: list[str]
        digits: str
        choices: list[str]
        expires_at: datetime

    class Approved(LedgerAggregate.Event):
        """The worker picked the digits, showed that it is them and approved some scopes."""

        TOPIC = "jz.disclosure.approved"
        class_version = 3
        subject_id: UUID
        consumer_id: UUID
        scopes: list[str]
        readable_until: datetime
        authorization: UUID | None
        method: str
        assurance: str
        proof_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """At first an approval did not name the letter's authorization; such a one opens nothing now."""
            state["authorization"] = None

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            """There was one way to show that it is the worker."""
            state.update(method=FACE, assurance="web", proof_id=None)

        def apply(self, disclosure: "Disclosure") -> None:
            """The consumer may read, as long as that authorization of the letter is the one in force."""
            disclosure.status = "approved"
            disclosure.authorization = self.authorization
            disclosure.approved_scopes = tuple(self.scopes)
            disclosure.readable_until = self.readable_until

    class Declined(LedgerAggregate.Event):
        """The worker refused, or picked the wrong digits, as with a relayed code."""

        TOPIC = "jz.disclosure.declined"
        subject_id: UUID
        consumer_id: UUID
        because: str

        def apply(self, disclosure: "Disclosure") -> None:
            """Nothing is shown."""
            disclosure.status = "declined"

    class Expired(LedgerAggregate.Event):
        """The worker did not answer in time; the event's time is the deadline."""

        TOPIC = "jz.disclosure.expired"
        subject_id: UUID
        consumer_id: UUID

        def apply(self, disclosure: "Disclosure") -> None:
            """Nothing is shown."""
            disclosure.status = "expired"

    class Abandoned(LedgerAggregate.Event):
        """The consumer gave up before the worker answered."""

        TOPIC = "jz.disclosure.abandoned"
        subject_id: UUID
        consumer_id: UUID

        def apply(self, disclosure: "Disclosure") -> None:
            """Nothing is shown."""
            disclosure.status = "abandoned"

    class Ended(LedgerAggregate.Event):
        """The letter under which it was approved was revoked or replaced before the time was over."""

        TOPIC = "jz.disclosure.ended"
        subject_id: UUID
        consumer_id: UUID

        def apply(self, disclosure: "Disclosure") -> None:
            """Nothing is shown any more; it was refused from the letter's end on."""
            disclosure.status = "ended"

    class Viewed(LedgerAggregate.Event):
        """The consumer read the approved records; never with their values."""

        TOPIC = "jz.disclosure.viewed"
        subject_id: UUID
        consumer_id: UUID
        scopes: list[str]

        def apply(self, disclosure: "Disclosure") -> None:
            """One more look."""
            disclosure.views += 1

    def __init__(
        self,
        subject_id: UUID,
        consumer_id: UUID,
        consumer_name: ConsumerText,
        scopes: list[str],
        digits: str,
        choices: list[str],
        expires_at: datetime,
    ) -> None:
        self.subject_id = subject_id
        self.consumer_id = consumer_id
        self.consumer_name = consumer_name
        self.scopes = tuple(scopes)
        self.digits = digits
        self.choices = tuple(choices)
        self.expires_at = expires_at
        self.status = "pending"
        self.approved_scopes: tuple[str, ...] = ()
        self.readable_until: datetime | None = None
        self.authorization: UUID | None = None
        self.views = 0

    @classmethod
    def request(  # noqa: PLR0913 - the fields of the request
        cls,
        cause: Cause,
        stream: UUID,
        rules: Rules,
        *,
        subject_id: UUID,
        consumer_id: UUID,
        consumer_name: str,
        scopes: list[str],
        choices: tuple[str, str, str],
        digits: str,
    ) -> Self:
        """Ask the worker; `digits` is the one of the three `choices` that both screens show."""
        return cls.begin(
            cause,
            stream,
            subject_id=subject_id,
            consumer_id=consumer_id,
            consumer_name=consumer_name,
            scopes=scopes,
            digits=digits,
            choices=list(choices),
            expires_at=cause.at + rules.prompt_ttl,
        )

    def status_at(self, at: datetime) -> str:
        """The status by the stored deadlines, whatever any background job has recorded."""
        if self.status == "pending" and at > self.expires_at:
            return "expired"
        if self.status == "approved" and self.readable_until and at > self.readable_until:
            return "ended"
        return self.status

    def require_pending(self, at: datetime) -> None:
        """Refuse an answer that comes twice or too late."""
        if self.status_at(at) == "expired":
            raise Refused(Reason.DISCLOSURE_EXPIRED)
        if self.status != "pending":
            raise Refused(Reason.DISCLOSURE_NOT_PENDING)

    def require_scopes(self, scopes: list[str], letter_scopes: tuple[str, ...]) -> None:
        """Refuse an approval of nothing, of what was not asked for, or of what the letter does not cover."""
        if not scopes or not set(scopes) <= set(self.scopes) & set(letter_scopes):
            raise Refused(Reason.SCOPE_NOT_COVERED, field="scopes")

    def approve(
        self, cause: Cause, scopes: list[str], rules: Rules, letter: SignedLetter, presence: Presence
    ) -> None:
        """Approve some of what was asked for; digits were picked, and the person showed that it is them.

        The disclosure is bound to this authorization of the letter: a later one never opens it again.
        """
        self.require_pending(cause.at)
        self.require_scopes(scopes, letter.scopes)
        until = cause.at + rules.disclosure_ttl
        self._happen(
            self.Approved,
            cause,
            scopes=scopes,
            readable_until=until,
            authorization=letter.authorization,
            **asdict(presence),
        )

    def decline(self, cause: Cause, because: str) -> None:
        """Refuse; `because` is `refused` or `digits_wrong`."""
        self.require_pending(cause.at)
        self._happen(self.Declined, cause, because=because)

    def abandon(self, cause: Cause) -> None:
        """Give up waiting."""
        self.require_pending(cause.at)
        self._happen(self.Abandoned, cause)

    def expire(self, cause: Cause) -> None:
        """Record that nobody answered."""
        if self.status_at(cause.at) != "expired" or self.status == "expired":
            raise Refused(Reason.DISCLOSURE_NOT_PENDING)
        self.happen(
            self.Expired,
            cause,
            at=self.expires_at,
            subject_id=self.subject_id,
            consumer_id=self.consumer_id,
        )

    def is_bound_to(self, letter: SignedLetter | None) -> bool:
        """Whether it was approved under this authorization of the letter."""
        return letter is not None and self.authorization == letter.authorization

    def end(self, cause: Cause, letter: SignedLetter | None) -> None:
        """Record that it is over before its time, since another letter is in force now, or none."""
        if self.status_at(cause.at) != "approved" or self.is_bound_to(letter):
            raise Refused(Reason.DISCLOSURE_NOT_TO_END)
        self._happen(self.Ended, cause)

    def view(self, cause: Cause, letter: SignedLetter) -> tuple[str, ...]:
        """Read what was approved, under the letter in force.

        Returns:
            the scopes that may be shown.
        """
        if self.status_at(cause.at) == "ended":
            raise Refused(Reason.DISCLOSURE_EXPIRED)
        if self.status != "approved":
            raise Refused(Reason.DISCLOSURE_NOT_APPROVED)
        if not self.is_bound_to(letter):
            raise Refused(Reason.DISCLOSURE_EXPIRED)
        self._happen(self.Viewed, cause, scopes=list(self.approved_scopes))
        return self.approved_scopes

    def _happen(self, event: type[LedgerAggregate.Event], cause: Cause, **fields: Any) -> None:
        self.happen(event, cause, subject_id=self.subject_id, consumer_id=self.consumer_id, **fields)
