"""The servers run as root's helper or as an ordinary user, and nothing is lost either way."""

import os
import pwd
from pathlib import Path

import psutil
import pytest

from jiazheng.embedded import EmbeddedPostgres, ServiceError, default_state_dir
from jiazheng.embedded.accounts import Account, server_account
from tests.embedded.machine import OrdinaryUser, run_script, told_by_processes
from tests.embedded.sql import ask

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")


@pytest.mark.slow
def test_rows_and_jobs_survive_a_crash_for_this_user(state_dir: Path) -> None:
    with run_script("crash_and_recover.py", state_dir) as script:
        output = script.communicate(timeout=60)[0]
    assert (script.returncode, output) == (0, "")


@pytest.mark.slow
def test_rows_and_jobs_survive_a_crash_for_an_ordinary_user(state_dir: Path, ordinary: OrdinaryUser) -> None:
    with run_script("crash_and_recover.py", state_dir, ordinary) as script:
        output = script.communicate(timeout=60)[0]
    assert (script.returncode, output) == (0, "")
    assert (state_dir / "postgres").stat().st_uid == ordinary.account.uid


@as_root
def test_root_hands_the_servers_to_an_account_without_rights(
    server: EmbeddedPostgres, server_dir: Path
) -> None:
    assert server.is_running()
    owners = told_by_processes(server_dir, lambda process: process.uids().effective)
    assert {*owners} == {pwd.getpwnam("postgres").pw_uid}


@as_root
@pytest.mark.usefixtures("server")
def test_root_runs_a_copy_of_the_binaries_that_the_account_can_read(server_dir: Path) -> None:
    programs = told_by_processes(server_dir, psutil.Process.exe)
    assert all(program.startswith(str(server_dir)) for program in programs)


@as_root
def test_a_server_follows_to_another_account(state_dir: Path) -> None:
    for name in ("nobody", "postgres"):
        server = EmbeddedPostgres(state_dir, name)
        server.start()
        assert ask(server.app_url("ledger"), "SELECT 1") == [1]
        assert {*told_by_processes(state_dir, psutil.Process.username)} == {name}
        server.stop()


@as_root
def test_a_state_folder_out_of_reach_is_refused_with_advice(state_dir: Path) -> None:
    private = state_dir / "home"
    private.mkdir(mode=0o700)
    with pytest.raises(ServiceError, match=r"cannot enter .*/home \(drwx------\): choose a state folder"):
        EmbeddedPostgres(private / "state").start()


@as_root
def test_root_and_unknown_accounts_are_refused() -> None:
    for name in ("root", "no-such-account"):
        with pytest.raises(ServiceError, match=f"no unprivileged account named {name}"):
            server_account(name)


def test_an_account_passes_by_the_mode_that_applies_to_it(tmp_path: Path) -> None:
    owner = tmp_path.stat().st_uid
    group = tmp_path.stat().st_gid
    tmp_path.chmod(0o710)
    assert Account("owner", owner, group + 1).may_enter(tmp_path)
    assert Account("member", owner + 1, group).may_enter(tmp_path)
    assert not Account("stranger", owner + 1, group + 1).may_enter(tmp_path)
    tmp_path.chmod(0o701)
    assert not Account("member", owner + 1, group).may_enter(tmp_path)
    assert Account("stranger", owner + 1, group + 1).may_enter(tmp_path)
    tmp_path.chmod(0o700)


def test_each_checkout_has_a_state_folder_of_its_own(tmp_path: Path) -> None:
    here, there = default_state_dir(tmp_path / "here"), default_state_dir(tmp_path / "there")
    assert here != there
    assert here == default_state_dir(tmp_path / "there/../here")
    assert here.parent == (Path("/var/lib/jiazheng") if os.geteuid() == 0 else tmp_path / "here")
