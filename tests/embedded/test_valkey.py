"""The embedded Valkey loses no job, and lets in only who knows its password."""

import os
import signal
from pathlib import Path

import pytest
import redis

from jiazheng.embedded import EmbeddedValkey
from jiazheng.embedded.waiting import wait_until
from tests.embedded.machine import command_lines, processes_of


def client_of(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True)


def test_jobs_survive_a_kill(valkey: EmbeddedValkey, state_dir: Path) -> None:
    with client_of(valkey) as client:
        for number in range(200):
            client.rpush("jobs", number)
    [process] = processes_of(state_dir)
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not valkey.is_running(), 60)
    valkey.start()
    with client_of(valkey) as client:
        assert client.lrange("jobs", 0, -1) == [str(number) for number in range(200)]


def test_jobs_survive_a_stop(valkey: EmbeddedValkey, state_dir: Path) -> None:
    with client_of(valkey) as client:
        client.rpush("jobs", "kept")
    valkey.stop()
    assert processes_of(state_dir) == []
    valkey.start()
    with client_of(valkey) as client:
        assert client.lrange("jobs", 0, -1) == ["kept"]


def test_each_job_is_flushed_and_none_is_dropped_for_want_of_memory(valkey: EmbeddedValkey) -> None:
    with client_of(valkey) as client:
        assert client.config_get("appendonly", "appendfsync", "maxmemory-policy") == {
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
        }


def test_nobody_gets_in_without_the_password(valkey: EmbeddedValkey, state_dir: Path) -> None:
    password = valkey.url.split(":")[2].split("@")[0]
    for url in (valkey.url.replace(f":{password}@", ""), valkey.url.replace(password, "guessed")):
        with redis.Redis.from_url(url) as client, pytest.raises(redis.exceptions.AuthenticationError):
            client.ping()
    assert password not in command_lines(state_dir)


@pytest.mark.usefixtures("valkey")
def test_it_listens_on_a_private_socket_only(state_dir: Path) -> None:
    [process] = processes_of(state_dir)
    assert process.net_connections("inet") == []


def test_a_left_over_server_is_replaced_since_it_ends_with_its_supervisor(
    valkey: EmbeddedValkey, state_dir: Path
) -> None:
    # given a server that still answers, with a job
    with client_of(valkey) as client:
        client.rpush("jobs", "kept")
    # when somebody else starts one in the same folder
    successor = EmbeddedValkey(state_dir)
    successor.start()
    # then the first is gone, and the job is not
    assert not valkey.is_running()
    with client_of(successor) as client:
        assert client.lrange("jobs", 0, -1) == ["kept"]
    successor.stop()
    assert processes_of(state_dir) == []


def test_a_left_over_server_that_does_not_let_us_in_is_replaced(
    valkey: EmbeddedValkey, state_dir: Path
) -> None:
    with client_of(valkey) as client:
        client.rpush("jobs", "kept")
        client.config_set("requirepass", "forgotten")
    successor = EmbeddedValkey(state_dir)
    successor.start()
    assert not valkey.is_running()
    with client_of(successor) as client:
        assert client.lrange("jobs", 0, -1) == ["kept"]
    successor.stop()
