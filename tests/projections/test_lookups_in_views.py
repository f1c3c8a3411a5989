"""Read models are filled and asked by their keys, which begin with the partition."""

import psycopg
import pytest

from domain.enterprise import Enterprise, EnterpriseDetails
from domain.streams import PARTITIONS
from jiazheng.embedded.postgres import EmbeddedPostgres
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.enterprises import list_enterprises
from projections import (
    credit_records,
    disclosures,
    employment,
    enterprise_directory,
    looks,
    news,
    pushed,
    trail,
    worker_directory,
)
from projections.catalogue import PROJECTIONS, followers
from projections.enterprise_directory import Search
from projections.runner import catch_up
from tests.conftest import Databases, MovableClock, fresh_databases
from tests.controls import people
from tests.controls.moments import WANG
from tests.controls.people import cause
from tests.controls.plans import planned
from tests.projections.conftest import Story

ALL_OF = 100


@pytest.fixture
def databases(postgres: EmbeddedPostgres) -> Databases:
    """Of its own: where Postgres has counted that a table is nearly empty, it reads all of it."""
    return fresh_databases(postgres)


def test_a_read_model_is_filled_by_its_keys(ledger: CreditLedger, story: Story) -> None:
    # when every read model follows the log
    with planned(ledger.pool) as plans:
        catch_up(followers(ledger))
    # then no statement reads a whole table
    assert story
    assert plans.wide_reads() == []
    # and whoever is erased is looked for by the key
    assert {"people_pkey", "employments_pkey", "attendances_pkey"} <= plans.indexes()


def test_a_read_model_is_asked_by_its_keys(
    ledger: CreditLedger, clock: MovableClock, projected: Story
) -> None:
    worker, consumer = projected.worker, projected.consumer.subject
    enterprise, seen = worker.enterprise, dict.fromkeys(range(PARTITIONS), 0)
    # when everything is asked that can be asked
    with planned(ledger.pool) as plans, ledger.pool.connection() as connection:
        worker_directory.find_people(connection, [worker.subject, consumer])
        employment.of_worker(connection, worker.subject, None, ALL_OF)
        employment.of_enterprise(connection, enterprise, None, ALL_OF)
        employment.active_workers(connection, enterprise, clock())
        employment.staffing(connection, enterprise, employment.DueSpan(clock(), clock()))
        disclosures.receipts_of(connection, consumer, None, ALL_OF)
        pushed.steps_after(connection, seen)
        pushed.steps_of_party_after(connection, worker.subject, seen)
        credit_records.records_of(connection, WANG, ["tax"])
        enterprise_directory.find(connection, enterprise)
        news.find(connection, enterprise)
        enterprise_directory.search(connection, Search(), None, ALL_OF)
        trail.trail_of(connection, worker.subject, None, ALL_OF)
        looks.looks_at(connection, worker.subject, clock(), None, ALL_OF)
    # then each question goes to an index, and to a key with its partition
    assert plans.wide_reads() == []
    keys = {f"{table.name}_pkey" for model in PROJECTIONS for table in model.TABLES if table.owner}
    # the index of their order finds an enterprise as well, and staff are listed, never looked up
    assert keys - plans.indexes() <= {"enterprises_pkey", "staff_pkey"}


def test_a_rare_name_among_more_than_are_looked_at_one_by_one_is_found_by_its_grams(
    ledger: CreditLedger, owner_url: str, clock: MovableClock
) -> None:
    # given one enterprise that lies behind more than a thousand others
    many = [people.enterprise(number) for number in range(20_000, 21_100)]
    last = max(many, key=lambda one: Enterprise.stream_for(one.uscc))
    rare = EnterpriseDetails(last.uscc, "麒麟家政", "麒麟", last.province, last.city, "operating")
    list_enterprises(ledger, cause(clock, "staff:editor"), [*(one for one in many if one is not last), rare])
    catch_up(followers(ledger))
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE views.enterprises")
    # when it is searched for by name, brand and spelling
    wanted = (Search(text="麒麟"), Search(brand="麒麟"), Search(name="qljz"), Search(text="qilinjia"))
    with planned(ledger.pool) as plans, ledger.pool.connection() as planning:
        planning.execute("SET enable_indexscan = off")  # a thousand in order are cheap, a million are not
        found = [[row.uscc for row in enterprise_directory.search(planning, one, None, 20)] for one in wanted]
    # then each finds it alone, since the indexes make the grams that they are asked for
    assert found == [[rare.uscc]] * 4
    assert {"enterprises_written", "enterprises_spelled"} <= plans.indexes()
