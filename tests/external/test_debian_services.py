"""The system on Debian's Postgres 15 and Redis 7, set up as docs/operations.md says."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from jiazheng import bootstrap, doctor
from jiazheng.bootstrap import migrate_all
from jiazheng.cli import app
from jiazheng.demo.play import playing
from jiazheng.settings import OwnerSettings, Settings
from jiazheng.system import ConfigurationError, free_port
from projections.catalogue import BY_NAME
from projections.rebuild import rebuild
from tests.controls.rebuilds import unwatched
from tests.external.debian import Services

pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.fixture(autouse=True)
def named_services(services: Services) -> Iterator[None]:
    """The environment names the servers; whatever a system adds to it is taken back."""
    with patch.dict(os.environ, services.environment()):
        yield


def test_the_whole_story_plays_on_postgres_15_and_redis_7(services: Services, tmp_path: Path) -> None:
    # given empty databases on two servers, and logins that are members of jz_app or own a database
    assert _version(services.ledger.url("jz_service", "ledger")) == "15"
    # when the story is played
    story = io.StringIO()
    with playing(tmp_path, free_port(0), Console(file=story, width=200)) as (system, failed):
        findings = doctor.examine()
    # then every step of it holds, and the doctor finds nothing wrong
    assert failed == 0, story.getvalue()
    assert system.is_external
    assert [finding for finding in findings if not finding.is_good] == []
    # and every read model can be rebuilt by the owner, who is no superuser
    ledger = bootstrap.build_ledger(Settings())
    for projection in BY_NAME.values():
        rebuild(ledger, OwnerSettings().database_owner_url, projection, unwatched)
    ledger.close()


def test_the_login_of_the_service_cannot_change_what_happened(services: Services) -> None:
    migrate_all(OwnerSettings())
    with psycopg.connect(services.ledger.url("jz_service", "ledger"), autocommit=True) as connection:
        for statement in ("UPDATE ledger.events SET topic = ''", "DELETE FROM ledger.events"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_demo_refuses_services_that_are_not_its_own() -> None:
    refusal = CliRunner().invoke(app, ["demo"]).exception
    assert isinstance(refusal, ConfigurationError)
    assert "a system of its own" in str(refusal)


def _version(url: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.info.server_version // 10000)
