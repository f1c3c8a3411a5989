"""Nothing personal is written for an erased person, not even by a write that was under way."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import psycopg
import pytest

from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.store.recorder import LedgerRecorder
from ledger.vault.face_templates import load_template, store_template
from tests.conftest import MovableClock
from tests.controls.moments import WANG, refused
from tests.controls.people import TEMPLATE, registered_worker
from tests.controls.races import at_full_width, race
from tests.controls.stored_events import stored, stream_in

ERASE = "INSERT INTO ledger.erased_subjects VALUES (ledger.partition_of(%s), %s)"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('subject:' || %s::uuid, 0))"


def _personal(recorder: LedgerRecorder, number: int, subject: UUID = WANG) -> None:
    recorder.insert_events([stored(stream_in(1, number))], subjects=[subject])


def _erase(recorder: LedgerRecorder, number: int, subject: UUID = WANG) -> None:
    recorder.insert_events([stored(stream_in(1, number))], erase=subject)


def test_a_personal_write_after_the_erasure_is_refused_and_leaves_nothing(ledger: CreditLedger) -> None:
    # given an erased person
    recorder = ledger.event_log
    _personal(recorder, 1)
    _erase(recorder, 2)
    # then nothing personal is written, and what is not personal still is
    with refused(Reason.SUBJECT_ERASED):
        _personal(recorder, 3)
    recorder.insert_events([stored(stream_in(1, 4))])
    assert [e.originator_id for e in recorder.read_partition(1, 2, 9)] == [stream_in(1, 4)]


def test_a_personal_write_waits_for_an_erasure_that_is_under_way(
    ledger: CreditLedger, owner_url: str
) -> None:
    # given an erasure that is not committed yet
    with psycopg.connect(owner_url) as erasing, ThreadPoolExecutor(1) as pool:
        erasing.execute(LOCK, (WANG,))
        erasing.execute(ERASE, (WANG, WANG))
        # when a personal write comes in between
        write = pool.submit(_personal, ledger.event_log, 1)
        with pytest.raises(TimeoutError):
            write.result(timeout=0.2)
        # then it waits, and is refused once the erasure is committed
        erasing.commit()
        with refused(Reason.SUBJECT_ERASED):
            write.result(timeout=60)
    assert ledger.event_log.heads()[1] == 0


def test_of_a_racing_write_and_erasure_no_write_comes_after(ledger: CreditLedger) -> None:
    recorder = at_full_width(ledger).event_log
    for number in range(10):
        subject, write, erasure = UUID(int=number), 2 * number + 1, 2 * number + 2
        # when both race
        outcome, _ = race(
            partial(_personal, recorder, write, subject), partial(_erase, recorder, erasure, subject)
        )
        # then the write is refused, or lies before the erasure
        order = [event.originator_id for event in recorder.read_partition(1, 0, 99)]
        if not isinstance(outcome, Refused):
            assert order.index(stream_in(1, write)) < order.index(stream_in(1, erasure))
        else:
            assert stream_in(1, write) not in order


def test_no_face_template_is_kept_of_a_person_erased_during_the_card_check(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given somebody who cancels while their face is compared; their key is not destroyed yet
    subject = registered_worker(ledger, clock).subject
    _erase(ledger.event_log, 1, subject)
    # when the template is to be kept
    with refused(Reason.SUBJECT_ERASED):
        store_template(ledger, subject, TEMPLATE)
    # then there is none
    with refused(Reason.FACE_TEMPLATE_MISSING):
        load_template(ledger, subject)
