"""What requests look up beside the log is found by its key, which begins with the partition."""

from datetime import timedelta
from uuid import UUID, uuid4

from tests.controls.api import Api, bearer
from tests.controls.plans import planned
from tests.controls.visitors import complete_worker, face, register_consumer, staff_member

ACCESS = timedelta(minutes=16)
KEYS = {"sessions_pkey", "sms_codes_pkey", "answers_pkey", "face_templates_pkey", "staff_challenges_pkey"}


def test_requests_go_to_their_rows_by_their_keys(api: Api) -> None:
    # when people and staff sign in, check in, send it again, refresh a token and sign out
    with planned(api.parts.ledger.pool) as plans:
        worker, consumer = complete_worker(api), register_consumer(api)
        staff_member(api, "editor")
        key = str(uuid4())
        form = face(api, worker.token, "check_in")
        for _ in range(2):
            answer = api.post("/v1/check-ins", worker.token, key, **form)
            assert answer.is_success, answer.text
        api.clock.advance(ACCESS)
        assert UUID(consumer.client.get("/v1/me")["subject_id"]) == consumer.subject
        assert api.http.delete("/v1/session", headers=bearer(consumer.token)).is_success
        api.parts.sessions.living(api.clock(), {uuid4()})
    # then each statement went to an index, and to the keys with their partition
    assert plans.wide_reads() == []
    assert KEYS - plans.indexes() <= {"staff_challenges_pkey"}  # of few, by expiry
