"""Peers are what was pinned, or they are not measured and the result says why."""

import json
from pathlib import Path

import pytest

from benchmarks.peers import catalogue, emmett_store, fetched, message_db, uma
from benchmarks.peers.fetched import NotMeasured


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fetched, "CACHE", tmp_path)
    return tmp_path


def test_an_archive_that_is_not_the_pinned_one_is_refused_and_thrown_away(cache: Path) -> None:
    archive = cache / "message-db-1.3.1.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(NotMeasured, match="not the one that was pinned"):
        fetched.npm_package("@eventide/message-db", "1.3.1", message_db.INTEGRITY)
    assert not archive.exists()


def test_a_missing_tool_and_a_failing_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="no-such-tool is not installed"):
        fetched.run("no-such-tool", folder=tmp_path)
    with pytest.raises(NotMeasured, match=r"`ls nowhere` failed: .*nowhere"):
        fetched.run("ls", "nowhere", folder=tmp_path)


def test_the_versions_that_are_reported_are_those_that_are_pinned() -> None:
    lock = json.loads((emmett_store.PACKAGE / "package-lock.json").read_text())
    emmett = lock["packages"]["node_modules/@event-driven-io/emmett-postgresql"]
    assert catalogue.VERSIONS["emmett"] == emmett["version"]
    assert catalogue.VERSIONS["message-db"] == message_db.VERSION
    assert uma.PINNED.read_text().startswith(f"umadb=={catalogue.VERSIONS['umadb']} ")


def test_the_lock_file_names_a_hash_for_every_package_and_no_registry() -> None:
    text = (emmett_store.PACKAGE / "package-lock.json").read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "resolved" not in text


def test_a_state_becomes_json_text_of_the_same_size() -> None:
    text = message_db.as_json_text(bytes(range(256)))
    assert len(text) == 256
    assert json.loads(text) == bytes(range(127)).hex()
