"""The import of a list ends once."""

from uuid import UUID

from domain.enterprise_import import EnterpriseImport
from domain.rejections import Reason
from tests.controls.moments import cause, refused


def test_an_import_is_finished_once() -> None:
    # given an import whose last line was read
    made = EnterpriseImport.request(cause(), UUID(int=7), "ab" * 32, lines=3)
    made.finish(cause(command=2), accepted=1, changed=1, rejected=1)
    # then another worker of the same file does not end it again, with other numbers
    with refused(Reason.IMPORT_ALREADY_FINISHED):
        made.finish(cause(command=3), accepted=2, changed=0, rejected=0)
