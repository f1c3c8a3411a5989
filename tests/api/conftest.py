"""One real server for the session, on databases of its own; every test brings its own people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiazheng.demo import pictures
from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.conftest import MovableClock, fresh_databases, settings_for
from tests.controls.api import Api, running_api
from tests.controls.captures import with_app
from tests.controls.kiosks import RegisteredKiosk, registered_kiosk
from tests.controls.letters import WITHOUT_NEW_TEXT
from tests.controls.people import put_in_office
from tests.controls.providers import RegisteredProvider, registered_provider
from tests.controls.relays import found_at
from tests.controls.visitors import (
    DESKS,
    Employed,
    Visitor,
    complete_worker,
    register_consumer,
)

A_DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def picture_folder() -> Path:
    return pictures.fetch()


@pytest.fixture(scope="session")
def server(
    postgres: EmbeddedPostgres,
    valkey: EmbeddedValkey,
    picture_folder: Path,  # noqa: ARG001 - the pictures must be there
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("api")
    made = with_app(settings_for(postgres, valkey, fresh_databases(postgres), folder), folder)
    clock = MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    with SamService() as decoder, running_api(made.model_copy(update=found_at(decoder)), clock) as api:
        api.parts.ledger.letters = WITHOUT_NEW_TEXT
        yield api


@pytest.fixture
def api(server: Api) -> Iterator[Api]:
    """The running API; each test begins a day after the last one ended, so that no limit is used up."""
    server.clock.advance(A_DAY)
    for role, staff_id in DESKS.items():
        put_in_office(server.parts.ledger, server.clock, staff_id, role)
    yield server
    server.hang_up()
    untold = server.untold.copy()
    server.untold.clear()
    assert not untold, "answered, but not in the OpenAPI document"


@pytest.fixture
def worker(api: Api) -> Employed:
    """A worker whose registration is complete and whose enterprise confirmed."""
    return complete_worker(api)


@pytest.fixture
def consumer(api: Api) -> Visitor:
    return register_consumer(api)


@pytest.fixture
def kiosk(api: Api) -> RegisteredKiosk:
    return registered_kiosk(api)


@pytest.fixture
def provider(api: Api) -> RegisteredProvider:
    return registered_provider(api)
