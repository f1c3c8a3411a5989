"""An import of the enterprise list (企业名录导入): who asked for it, with which file, what became of it."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused


class EnterpriseImport(LedgerAggregate):
    """One file; the enterprises that it lists have events of their own."""

    TOPIC = "jz.enterprise_import"

    class Created(LedgerAggregate.Created):
        """Somebody handed in a file of so many lines, its header included."""

        TOPIC = "jz.enterprise_import.requested"
        file_sha256: str
        lines: int

    class Finished(LedgerAggregate.Event):
        """Every line was taken over or rejected; of the accepted ones so many changed something."""

        TOPIC = "jz.enterprise_import.finished"
        accepted: int
        changed: int
        rejected: int

        def apply(self, enterprise_import: "EnterpriseImport") -> None:
            """There is nothing left to do."""
            enterprise_import.is_finished = True

    def __init__(self, file_sha256: str, lines: int) -> None:
        self.file_sha256 = file_sha256
        self.lines = lines
        self.is_finished = False

    @classmethod
    def request(cls, cause: Cause, import_id: UUID, file_sha256: str, lines: int) -> Self:
        """Ask for the import of a file."""
        return cls.begin(cause, import_id, file_sha256=file_sha256, lines=lines)

    def finish(self, cause: Cause, *, accepted: int, changed: int, rejected: int) -> None:
        """Tell that the last line was read."""
        if self.is_finished:
            raise Refused(Reason.IMPORT_ALREADY_FINISHED)
        self.happen(self.Finished, cause, accepted=accepted, changed=changed, rejected=rejected)
