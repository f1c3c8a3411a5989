"""Debian's servers for the tests of this folder; tests/conftest.py deselects them elsewhere."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.external.debian import Services, services_in


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    folder = Path(tempfile.mkdtemp(prefix="jz-", dir="/tmp"))
    folder.chmod(0o755)
    with services_in(folder) as running:
        yield running
    shutil.rmtree(folder)
