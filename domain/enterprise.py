"""A domestic-service enterprise and its public registration data."""

from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
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

    def __init__(self, uscc: str, name: str, brand: str, province: str, city: str, status: str) -> None:
        self.details = EnterpriseDetails(uscc, name, brand, province, city, status)

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
