"""The keys of people: created once, destroyed for good, never lost in silence."""

from pathlib import Path

import pytest
from psycopg_pool import ConnectionPool

from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.sealing.erasures import ErasureList
from ledger.sealing.subject_keys import SubjectErased, SubjectKeyMissing, SubjectKeys
from tests.controls.moments import LI, WANG

ALL_ROWS = "SELECT subject_id, version, epoch, wrapped FROM keys.subject_keys"
RESTORE = "INSERT INTO keys.subject_keys VALUES (%s, %s, %s, %s)"


@pytest.fixture
def another_process(ledger: CreditLedger, settings: Settings) -> SubjectKeys:
    """The same keys as another process sees them, with a cache of its own."""
    pool = ledger.keys._pool  # the connections alone are shared
    return SubjectKeys(pool, ledger.keyring, ErasureList(settings.erasures_file))


def _rows(pool: ConnectionPool) -> list[tuple[object, ...]]:
    with pool.connection() as connection:
        return connection.execute(ALL_ROWS).fetchall()


def test_a_key_is_created_once_and_is_the_same_in_every_process(
    ledger: CreditLedger, another_process: SubjectKeys
) -> None:
    ledger.keys.create(WANG)
    first = ledger.keys.get(WANG)
    ledger.keys.create(WANG)
    assert another_process.get(WANG) == first
    ledger.keys.create(LI)
    assert ledger.keys.get(LI) != first


def test_a_key_never_lies_in_the_database_as_it_is(ledger: CreditLedger) -> None:
    ledger.keys.create(WANG)
    [(*_, wrapped)] = _rows(ledger.keys._pool)
    assert ledger.keys.get(WANG) not in wrapped  # type: ignore[operator] # bytes


def test_a_key_that_is_missing_and_not_listed_is_an_error(
    ledger: CreditLedger, another_process: SubjectKeys
) -> None:
    # given a key whose row is gone, though nobody erased the person
    ledger.keys.create(WANG)
    with ledger.keys._pool.connection() as connection:
        connection.execute("DELETE FROM keys.subject_keys")
    # then that is said, never passed over
    with pytest.raises(SubjectKeyMissing, match=str(WANG)):
        another_process.get(WANG)


def test_a_destroyed_key_is_gone_in_every_process_also_where_it_was_cached(
    ledger: CreditLedger, another_process: SubjectKeys
) -> None:
    # given a key that both processes have in memory
    ledger.keys.create(WANG)
    assert another_process.get(WANG) == ledger.keys.get(WANG)
    # when one destroys it
    ledger.keys.destroy(WANG)
    # then neither has it
    for keys in (ledger.keys, another_process):
        with pytest.raises(SubjectErased):
            keys.get(WANG)
    assert _rows(ledger.keys._pool) == []


def test_a_restored_row_of_an_erased_person_is_unusable_and_goes_at_the_next_start(
    ledger: CreditLedger, settings: Settings
) -> None:
    # given a backup from before the erasure
    ledger.keys.create(WANG)
    ledger.keys.create(LI)
    backup = [row for row in _rows(ledger.keys._pool) if row[0] == WANG]
    ledger.keys.destroy(WANG)
    # when it is restored
    with ledger.keys._pool.connection() as connection:
        connection.execute(RESTORE, backup[0])
    # then nobody can use it, and the next start removes it
    with pytest.raises(SubjectErased):
        ledger.keys.get(WANG)
    restarted = build_ledger(settings)
    assert [row[0] for row in _rows(restarted.keys._pool)] == [LI]
    restarted.close()


def test_the_key_of_a_refused_registration_leaves_no_erasure_behind(
    ledger: CreditLedger, settings: Settings
) -> None:
    ledger.keys.create(WANG)
    ledger.keys.drop_unused(WANG)
    assert Path(settings.erasures_file).read_text() == ""
    with pytest.raises(SubjectKeyMissing):
        ledger.keys.get(WANG)
