"""A domestic-service enterprise and its public registration data."""

from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.streams import enterprise_stream


@dataclass(frozen=True, slots=True)
class EnterpriseDetails:
    """What the register says of an enterprise; all of it public.

    Attributes:
        uscc: unified social credit code (统一社会信用代码), GB 32100.
        name: registered name.
        brand: brand name, may be empty.
        province: province or municipality.
        city: city or district.
        status: `operating`, `suspended` or `struck_off`.
    """

    uscc: str
    name: str
    brand: str
    province: str
    city: str
    status: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An authority's published decision; it names no person.

    Attributes:
        authority: who decided.
        document_number: of the published decision (文号).
        decided_on: the day of the decision, ISO 8601.
        reason: what for, in the authority's words.
    """

    authority: str
    document_number: str
    decided_on: str
    reason: str


class Enterprise(LedgerAggregate):
    """An enterprise in the public list; its stream id follows from its code."""

    TOPIC = "jz.enterprise"

    class Created(LedgerAggregate.Created):
        """The enterprise was put on the list."""

        TOPIC = "jz.enterprise.listed"
        uscc: str
        name: str
        brand: str
        province: str
        city: str
        status: str

    class Revised(LedgerAggregate.Event):
        """The registration data changed."""

        TOPIC = "jz.enterprise.revised"
        name: str
        brand: str
        province: str
        city: str
        status: str

        def apply(self, enterprise: "Enterprise") -> None:
            """The new data hold."""
            enterprise.details = EnterpriseDetails(
                enterprise.details.uscc, self.name, self.brand, self.province, self.city, self.status
            )

    class EntryAdded(LedgerAggregate.Event):
        """An authority's decision came into the public credit record."""

        TOPIC = "jz.enterprise.entry_added"
        entry_id: UUID
        kind: str
        authority: str
        document_number: str
        decided_on: str
        reason: str

        def apply(self, enterprise: "Enterprise") -> None:
            """The entry stands."""
            enterprise.entries[self.entry_id] = (self.kind, self.authority, self.document_number)

    class EntryLifted(LedgerAggregate.Event):
        """A later decision lifted an entry (撤销, 信用修复, 移出名单); both stay readable."""

        TOPIC = "jz.enterprise.entry_lifted"
        entry_id: UUID
        authority: str
        document_number: str
        decided_on: str
        reason: str

        def apply(self, enterprise: "Enterprise") -> None:
            """The entry stands no more."""
            enterprise.lifted_entries.append(self.entry_id)

    def __init__(self, uscc: str, name: str, brand: str, province: str, city: str, status: str) -> None:
        self.details = EnterpriseDetails(uscc, name, brand, province, city, status)
        self.entries: dict[UUID, tuple[str, str, str]] = {}
        self.lifted_entries: list[UUID] = []

    @staticmethod
    def stream_for(uscc: str) -> UUID:
        """The stream of the enterprise with this code."""
        return enterprise_stream(uscc)

    @classmethod
    def put_on_list(cls, cause: Cause, details: EnterpriseDetails) -> Self:
        """List an enterprise."""
        return cls.begin(cause, cls.stream_for(details.uscc), **asdict(details))

    def revise(self, cause: Cause, details: EnterpriseDetails) -> None:
        """Take over changed data; the same data again change nothing, so that an import is idempotent."""
        if details != self.details:
            changed = asdict(details)
            del changed["uscc"]
            self.happen(self.Revised, cause, **changed)

    def require_not_struck_off(self, field: str | None = None) -> None:
        """Refuse that a worker chooses an enterprise that was struck off (注销), or that it confirms one."""
        if self.details.status == "struck_off":
            raise Refused(Reason.ENTERPRISE_STRUCK_OFF, field=field)

    def add_entry(self, cause: Cause, entry_id: UUID, kind: str, decision: Decision) -> None:
        """Add an award, a penalty or a listing; the same document is entered once."""
        if (kind, decision.authority, decision.document_number) in self.entries.values():
            raise Refused(Reason.ENTRY_ALREADY_THERE, field="document_number")
        self.happen(self.EntryAdded, cause, entry_id=entry_id, kind=kind, **asdict(decision))

    def lift_entry(self, cause: Cause, entry_id: UUID, decision: Decision) -> None:
        """Lift an entry, by a decision of its own."""
        if entry_id not in self.entries:
            raise Refused(Reason.ENTRY_UNKNOWN)
        if entry_id in self.lifted_entries:
            raise Refused(Reason.ENTRY_ALREADY_LIFTED)
        self.happen(self.EntryLifted, cause, entry_id=entry_id, **asdict(decision))
