"""A person's account: who they are, how they are reached, and its cancellation (注销)."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.rejections import Reason, Refused


class Account(LedgerAggregate):
    """One per ID number and one per phone number; the claims in the append see to that."""

    TOPIC = "jz.account"

    class Created(LedgerAggregate.Created):
        """A person registered with name, ID number and a phone whose SMS code they knew."""

        TOPIC = "jz.account.registered"
        subject_id: UUID
        role: str
        name: PersonalText
        id_number: PersonalText
        phone: PersonalText

    class Erased(LedgerAggregate.Event):
        """The person cancelled the account; their key and everything derived from it is destroyed."""

        TOPIC = "jz.account.erased"
        subject_id: UUID

        def apply(self, account: "Account") -> None:
            """The account is closed for good."""
            account.is_erased = True

    class BecameWorker(LedgerAggregate.Event):
        """A consumer goes on as a worker, with the same account; a worker is a consumer, too."""

        TOPIC = "jz.account.became_worker"
        subject_id: UUID

        def apply(self, account: "Account") -> None:
            """The steps of a worker's registration are open."""
            account.role = "worker"

    class IdNumberProven(LedgerAggregate.Event):
        """The person's card was read: the number belongs to this account for good."""

        TOPIC = "jz.account.id_number_proven"
        subject_id: UUID

        def apply(self, account: "Account") -> None:
            """The claim on the number is firm."""
            account.id_number_state = "proven"

    class IdNumberLost(LedgerAggregate.Event):
        """The account does not hold its ID number; no card had proven it."""

        TOPIC = "jz.account.id_number_lost"
        subject_id: UUID
        because: str

        def apply(self, account: "Account") -> None:
            """Only the card brings the number back, and only if nobody else proved theirs."""
            account.id_number_state = "lost"

    class PhoneChanged(LedgerAggregate.Event):
        """The account has another phone; both were proven, or the new one and the identity."""

        TOPIC = "jz.account.phone_changed"
        subject_id: UUID
        phone: PersonalText
        proof: str

        def apply(self, account: "Account") -> None:
            """From here on the person signs in with the new number."""
            account.phone = self.phone
            account.phone_changed_at = self.timestamp

    class Renamed(LedgerAggregate.Event):
        """A card with the account's ID number bears another name than before."""

        TOPIC = "jz.account.renamed"
        subject_id: UUID
        name: PersonalText

        def apply(self, account: "Account") -> None:
            """From here on the person has the new name."""
            account.name = self.name

    class PasscodeSet(LedgerAggregate.Event):
        """The person chose a passcode, the first or another one; its hash lies outside the log."""

        TOPIC = "jz.account.passcode_set"
        subject_id: UUID

        def apply(self, account: "Account") -> None:
            """There is a passcode."""
            account.has_passcode = True

    def __init__(self, role: str, name: PersonalText, id_number: PersonalText, phone: PersonalText) -> None:
        self.role = role
        self.name = name
        self.id_number = id_number
        self.phone = phone
        self.id_number_state: Literal["provisional", "proven", "lost"] = "provisional"
        self.is_erased = False
        self.has_passcode = False
        self.phone_changed_at: datetime | None = None

    @classmethod
    def register(
        cls, cause: Cause, subject_id: UUID, *, role: str, name: str, id_number: str, phone: str
    ) -> Self:
        """Register a person as `worker` or `consumer`; the texts are normalised."""
        return cls.begin(
            cause,
            subject_id,
            subject_id=subject_id,
            role=role,
            name=name,
            id_number=id_number,
            phone=phone,
        )

    def become_worker(self, cause: Cause) -> None:
        """Go on as a worker."""
        self._require_open()
        if self.role == "worker":
            raise Refused(Reason.WORKER_ALREADY)
        self.happen(self.BecameWorker, cause, subject_id=self.id)

    def prove_id_number(self, cause: Cause) -> None:
        """Note that the card was read; a number that was proven before stays so."""
        self._require_open()
        if self.id_number_state != "proven":
            self.happen(self.IdNumberProven, cause, subject_id=self.id)

    def lose_id_number(self, cause: Cause, because: str) -> None:
        """Lose the number: its claim `lapsed`, it was `proven_by_another`, or is `held_by_another`.

        Raises:
            Refused: a card proved it; then nobody else gets it.
        """
        if self.id_number_state == "proven":
            raise Refused(Reason.ID_NUMBER_TAKEN)
        self.happen(self.IdNumberLost, cause, subject_id=self.id, because=because)

    def require_phone(self, phone: str, field: str) -> None:
        """Refuse when the phone whose SMS code was right, normalised, is not the account's any more."""
        self._require_open()
        if phone != self.phone:
            raise Refused(Reason.SMS_CODE_WRONG, field=field)

    def change_phone(self, cause: Cause, phone: str, proof: str) -> None:
        """Take another phone, normalised; `proof` is `old_phone`, `kiosk` or `officer`."""
        self._require_open()
        if phone == self.phone:
            raise Refused(Reason.PHONE_UNCHANGED, field="phone")
        self.happen(self.PhoneChanged, cause, subject_id=self.id, phone=phone, proof=proof)

    def rename(self, cause: Cause, name: str) -> None:
        """Take the name, normalised, of the person's newer card; a kiosk read it."""
        self._require_open()
        self.happen(self.Renamed, cause, subject_id=self.id, name=name)

    def set_passcode(self, cause: Cause) -> None:
        """Note that a passcode was chosen."""
        self._require_open()
        self.happen(self.PasscodeSet, cause, subject_id=self.id)

    def cancel(self, cause: Cause) -> None:
        """Cancel the account.

        Raises:
            Refused: it is cancelled already.
        """
        self._require_open()
        self.happen(self.Erased, cause, subject_id=self.id)

    def _require_open(self) -> None:
        if self.is_erased:
            raise Refused(Reason.ACCOUNT_CANCELLED)
