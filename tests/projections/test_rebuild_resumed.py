"""A rebuild that was ended in the middle goes on where it stood."""

import subprocess
import sys

import pytest
from psycopg import Connection

from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from projections import worker_directory
from projections.follower import positions_of
from projections.rebuild import LOCK, RebuildUnderWay, rebuild
from tests.controls.rebuilds import Watcher, unwatched
from tests.controls.roles import environment
from tests.controls.tables import dump
from tests.projections.conftest import Story

NEXT = "worker_directory_next"


def _is_rebuilding(connection: Connection) -> bool:
    query = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
    return connection.execute(query, (LOCK,)).fetchone() is not None


def _killed_in_the_middle(connection: Connection, settings: Settings, owner_url: str) -> int:
    """Rebuild in another process and kill it with SIGKILL; how far it had come."""
    argv = [sys.executable, "-m", "tests.projections.rebuild_step_by_step", worker_directory.NAME]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    env = environment(settings, DATABASE_OWNER_URL=owner_url)
    with subprocess.Popen(argv, env=env, text=True, **pipes) as process:  # type: ignore[call-overload] # noqa: S603 - our own program
        done = 0
        while not done:
            done, of = map(int, process.stdout.readline().split())
            process.stdin.write("\n" if not done else "")
            process.stdin.flush()
        process.kill()
    assert 0 < done < of
    assert wait_until(lambda: not _is_rebuilding(connection), 60)
    return done


def test_a_rebuild_killed_in_the_middle_goes_on_where_it_stood(
    ledger: CreditLedger, connection: Connection, settings: Settings, owner_url: str, projected: Story
) -> None:
    # given a rebuild that was killed
    before = dump(connection, worker_directory)
    done = _killed_in_the_middle(connection, settings, owner_url)
    assert sum(positions_of(connection, NEXT).values()) == done
    assert dump(connection, worker_directory) == before
    # when it is started again
    watcher = Watcher()
    rebuild(ledger, owner_url, worker_directory, watcher)
    # then it begins with what is missing, and the rows are the same
    assert watcher.told[0] == (done, sum(ledger.event_log.heads().values()))
    assert dump(connection, worker_directory) == before
    assert projected


def test_a_killed_rebuild_begins_anew_if_that_is_wanted(
    ledger: CreditLedger, connection: Connection, settings: Settings, owner_url: str, projected: Story
) -> None:
    before = dump(connection, worker_directory)
    _killed_in_the_middle(connection, settings, owner_url)
    watcher = Watcher()
    rebuild(ledger, owner_url, worker_directory, watcher, fresh=True)
    assert watcher.told[0] == (0, sum(ledger.event_log.heads().values()))
    assert dump(connection, worker_directory) == before
    assert projected


def test_what_a_program_with_other_columns_left_is_not_used(
    ledger: CreditLedger, connection: Connection, settings: Settings, owner_url: str, projected: Story
) -> None:
    # given half a rebuild whose tables are not those of today
    before = dump(connection, worker_directory)
    _killed_in_the_middle(connection, settings, owner_url)
    with connection.connect(owner_url) as owner:
        owner.execute("COMMENT ON TABLE views_next.people IS 'of another definition'")
    # when it is started again, then it begins anew
    watcher = Watcher()
    rebuild(ledger, owner_url, worker_directory, watcher)
    assert watcher.told[0][0] == 0
    assert dump(connection, worker_directory) == before
    assert projected


def test_two_rebuilds_of_one_read_model_are_refused(
    ledger: CreditLedger, owner_url: str, projected: Story
) -> None:
    assert projected

    def at_the_same_time(_done: int, _of: int) -> None:
        rebuild(ledger, owner_url, worker_directory, unwatched)

    with pytest.raises(RebuildUnderWay):
        rebuild(ledger, owner_url, worker_directory, at_the_same_time)
