"""Wake-ups, messages and erasures are looked up by their keys, which begin with the partition."""

from datetime import timedelta

import pytest

from jiazheng.embedded.postgres import EmbeddedPostgres
from ledger.use_cases.disclosures import issue_certificate_code, request_disclosure
from ledger.vault.push_targets import targets_of
from tests.conftest import Databases, fresh_databases
from tests.controls.accounts import cancel_account
from tests.controls.people import ACCEPTED, CompleteWorker, cause, registered_consumer
from tests.controls.plans import planned
from tests.workers.conftest import Background

PERIOD, DAY = timedelta(days=30), timedelta(days=1)


@pytest.fixture
def databases(postgres: EmbeddedPostgres) -> Databases:
    """Of its own: where Postgres has counted that a table is nearly empty, it reads all of it."""
    return fresh_databases(postgres)


def test_background_work_goes_to_its_rows_by_their_keys(
    background: Background, worker: CompleteWorker
) -> None:
    # given a reminder that is due, a prompt that expires, and then a worker who leaves for good
    ledger, clock = background.ledger, background.clock
    consumer = registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person"), worker.subject)
    request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    with planned(ledger.pool) as plans:
        clock.advance(PERIOD - DAY)
        background.settle()
        with background.outbox.take(clock()) as reminder:
            assert reminder is not None
        assert targets_of(ledger, worker.subject, clock()) == []
        cancel_account(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
        background.settle()
    # then each statement went to an index, and to the keys with their partition
    assert plans.wide_reads() == []
    keys = {"wakeups_pkey", "sms_outbox_pkey", "face_templates_pkey", "answers_pkey", "sms_outbox_order"}
    assert keys <= plans.indexes()
