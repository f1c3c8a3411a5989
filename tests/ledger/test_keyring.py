"""The file of the platform's secrets."""

import json
import stat
from pathlib import Path

import pytest

from ledger.sealing.keyring import SECRET_BYTES, Keyring


def test_a_new_keyring_is_for_its_owner_alone_and_reads_back(tmp_path: Path) -> None:
    # given a new system
    path = tmp_path / "secrets" / "keyring.json"
    # when its keyring is generated
    made = Keyring.generate(path)
    # then only the owner may read it, and it is read as it was made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load(path) == made
    secrets = [*made.epoch_keys.values(), made.pepper, made.tickets, made.tokens, made.platform]
    assert [len(secret) for secret in secrets] == [SECRET_BYTES] * 5
    assert len(set(secrets)) == 5


def test_a_keyring_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    made = Keyring.generate(path)
    with pytest.raises(FileExistsError):
        Keyring.generate(path)
    assert Keyring.load(path) == made


def test_without_a_keyring_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Keyring.load(tmp_path / "keyring.json")


def test_a_keyring_keeps_the_older_epochs(tmp_path: Path) -> None:
    # given a keyring whose epoch was turned
    path = tmp_path / "keyring.json"
    Keyring.generate(path)
    stored = json.loads(path.read_text())
    stored["epoch"], stored["epoch_keys"]["2"] = 2, stored["pepper"]
    path.write_text(json.dumps(stored))
    # then both epochs can be read
    turned = Keyring.load(path)
    assert (turned.epoch, sorted(turned.epoch_keys)) == (2, [1, 2])


def test_a_keyring_shows_no_secret(tmp_path: Path) -> None:
    made = Keyring.generate(tmp_path / "keyring.json")
    assert repr(made) == "Keyring(epoch=1)"
