from domain.credit_record import CreditRecord
from domain.rejections import Reason
from domain.streams import partition_of
from tests.controls import aggregates
from tests.controls.moments import KIOSK, TAX_OFFICE, WANG, refused


def test_a_record_keeps_the_submission_as_received() -> None:
    record = aggregates.credit_record()
    assert (record.subject_id, record.provider_id, record.record_type) == (WANG, TAX_OFFICE, "tax")
    assert record.jws == "aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl"


def test_a_reference_belongs_to_its_provider_and_lies_among_the_worker_s_streams() -> None:
    record = aggregates.credit_record()
    assert partition_of(record.id) == partition_of(WANG)
    assert record.id != CreditRecord.stream_for(WANG, KIOSK, "2026-000001")
    assert record.id != CreditRecord.stream_for(WANG, TAX_OFFICE, "2026-000002")


def test_the_same_content_may_come_again_and_another_may_not() -> None:
    # given a record
    record = aggregates.credit_record()
    # then its header and payload may come again, whatever the signature
    record.require_same("aGVhZGVy.cGF5bG9hZA")
    with refused(Reason.REFERENCE_REUSED):
        record.require_same("aGVhZGVy.b3RoZXI")
