"""A restore from an older backup does not bring an erased person back."""

import pytest

from domain.rejections import Reason, Refused
from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.accounts import register
from ledger.use_cases.attendances import check_in
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.people import ACCEPTED, cause, complete_worker


def test_what_a_restored_ledger_brings_back_of_an_erased_person_goes_at_the_start(
    ledger: CreditLedger, settings: Settings, clock: MovableClock
) -> None:
    # given a worker, a backup of what is kept beside the log, and the worker's erasure after it
    worker = complete_worker(ledger, clock)
    with ledger.pool.connection() as connection:
        connection.execute("CREATE TEMP TABLE claims AS SELECT * FROM ledger.claims")
        connection.execute("CREATE TEMP TABLE templates AS SELECT * FROM ops.face_templates")
        cancel_account(ledger, cause(clock, "person:worker"), worker.subject, ACCEPTED)
        # when the backup is restored, and the system starts
        connection.execute("INSERT INTO ledger.claims SELECT * FROM claims")
        connection.execute("INSERT INTO ops.face_templates SELECT * FROM templates")
        restarted = build_ledger(settings)
        # then nothing of the person is there: the ID number is free, no template, no more personal writes
        claims = connection.execute(
            "SELECT FROM ledger.claims WHERE owner = %s", (worker.subject,)
        ).fetchall()
        templates = connection.execute("SELECT FROM ops.face_templates").fetchall()
    assert (claims, templates) == ([], [])
    with pytest.raises(Refused) as refusal:
        check_in(restarted, cause(clock, "person:worker"), worker.subject, ACCEPTED)
    assert refusal.value.reason is Reason.SUBJECT_ERASED
    anew, _ = register(restarted, cause(clock, "person:worker"), worker.person.form("worker"))
    assert anew != worker.subject
    restarted.close()
