from domain.credit_record import CreditRecord
from domain.rejections import Reason
from domain.streams import partition_of
from tests.controls import aggregates
from tests.controls.aggregates import credit_record
from tests.controls.moments import KIOSK, TAX_OFFICE, WANG, cause, refused


def test_a_record_keeps_the_submission_as_received() -> None:
    record = credit_record()
    assert (record.subject_id, record.provider_id, record.record_type) == (WANG, TAX_OFFICE, "tax")
    assert record.jws == "aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl"


def test_a_reference_belongs_to_its_provider_and_lies_among_the_worker_s_streams() -> None:
    record = credit_record()
    assert partition_of(record.id) == partition_of(WANG)
    assert record.id != CreditRecord.stream_for(WANG, KIOSK, "2026-000001")
    assert record.id != CreditRecord.stream_for(WANG, TAX_OFFICE, "2026-000002")


def test_the_same_payload_may_come_again_and_another_may_not() -> None:
    # given a record
    record = credit_record()
    # then its payload may come again, whatever header and signature
    record.require_same("cGF5bG9hZA")
    for other in ("b3RoZXI", "", "cGF5bG9hZ"):
        with refused(Reason.REFERENCE_REUSED):
            record.require_same(other)


def test_a_record_is_superseded_once() -> None:
    # given a corrected record
    record = aggregates.corrected_record()
    assert record.superseded_by == credit_record("2026-000002").id
    # when another correction comes, then the chain goes on at its end only
    with refused(Reason.RECORD_CORRECTED):
        record.supersede(cause(), credit_record("2026-000003"))


def test_a_correction_is_of_the_same_type() -> None:
    with refused(Reason.SUBMISSION_INVALID):
        credit_record().supersede(cause(), credit_record("2026-000002", "health"))
