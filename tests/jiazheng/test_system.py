"""How a process finds the services: those the environment names, or those of the system that runs here."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey, StateLock
from jiazheng.system import (
    EXTERNAL,
    ConfigurationError,
    System,
    external_services,
    join_running_system,
    port_told,
)

URLS = dict.fromkeys(EXTERNAL, "postgresql://elsewhere")


@pytest.fixture(autouse=True)
def environment(state_dir: Path) -> Iterator[None]:
    """A state folder of the test's own, no named services; what is added is taken back."""
    with patch.dict(os.environ, {"JIAZHENG_STATE_DIR": str(state_dir)}):
        for name in EXTERNAL:
            os.environ.pop(name, None)
        yield


def test_services_are_named_all_or_none() -> None:
    assert not external_services()
    os.environ.update(URLS)
    assert external_services()
    del os.environ["REDIS_URL"]
    with pytest.raises(ConfigurationError, match="set now: DATABASE_URL, KEYS_DATABASE_URL"):
        external_services()


def test_a_port_that_is_taken_is_told_and_another_one_given() -> None:
    # given a port on which somebody listens
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted, said = taken.getsockname()[1], list[str]()
        # when it is asked for
        given = port_told(wanted, said.append)
    # then another one is given, and both are told
    assert given != wanted
    assert said == [f"Port {wanted} is taken, so the API gets port {given}."]


def test_a_command_joins_the_system_that_runs_here(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, state_dir: Path
) -> None:
    # given embedded services, under a supervisor or left over
    supervisor = StateLock(state_dir)
    with pytest.raises(ConfigurationError, match="no system runs here: start `jiazheng up`"):
        join_running_system()
    assert "DATABASE_URL" not in os.environ
    # when a supervisor holds the folder
    supervisor.acquire()
    join_running_system()
    supervisor.release()
    # then a command gets their URLs
    assert os.environ["DATABASE_URL"] == postgres.app_url("ledger")
    assert os.environ["REDIS_URL"] == valkey.url


def test_files_and_address_may_be_named_with_services_of_ones_own_only(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, state_dir: Path
) -> None:
    # given a keyring that the environment names
    os.environ["JIAZHENG_KEYRING_FILE"] = "/etc/ledger/keyring.json"
    # then a system with embedded services keeps to its own
    assert postgres.is_running()
    assert valkey.is_running()
    own = System(state_dir, 8000).environment()
    assert own["JIAZHENG_KEYRING_FILE"] == str(state_dir / "secrets/keyring.json")
    # and one with named services takes the named one
    os.environ.update(URLS)
    named = System(state_dir, 8000).environment()
    assert named["JIAZHENG_KEYRING_FILE"] == "/etc/ledger/keyring.json"
