"""The secrets of a new system, and of one that has lost them; and the app that a system knows."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from jiazheng.bootstrap import AppUnknown, KeyringLost, build_app, build_ledger, create_files
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from tests.controls.captures import our_app, phone, with_app
from tests.controls.moments import WANG


@pytest.mark.parametrize("step", ["ErasureList.create", "Keyring.generate"])
def test_files_whose_creation_was_interrupted_are_completed_at_the_next_attempt(
    settings: Settings, step: str
) -> None:
    # given a new system whose first start is interrupted
    settings.keyring_file.unlink()
    settings.erasures_file.unlink()
    interrupted = patch(f"jiazheng.bootstrap.{step}", side_effect=KeyboardInterrupt)
    with interrupted, pytest.raises(KeyboardInterrupt):
        create_files(settings)
    # when it is started again, then it comes up
    create_files(settings)
    build_ledger(settings).close()


def test_a_lost_keyring_is_not_replaced_while_there_are_keys_that_it_wraps(
    ledger: CreditLedger, settings: Settings
) -> None:
    # given a system with a person's key, whose keyring is lost
    ledger.keys.create(WANG)
    settings.keyring_file.unlink()
    # when the files are to be created, then it is refused, and nothing took the keyring's place
    with pytest.raises(KeyringLost, match="bring the file back"):
        create_files(settings)
    assert not settings.keyring_file.exists()


def test_a_system_knows_the_app_whose_attestation_it_has_roots_for(
    settings: Settings, tmp_path: Path
) -> None:
    assert build_app(settings) is None
    assert build_app(with_app(settings, tmp_path)) == our_app()


def test_the_list_of_revoked_certificates_is_google_s(settings: Settings, tmp_path: Path) -> None:
    # given the list as Google publishes it: by serial number, hexadecimal
    revoked = tmp_path / "status"
    serial = phone().batch.serial_number
    entries = {f"{serial:x}": {"status": "REVOKED", "reason": "KEY_COMPROMISE"}}
    revoked.write_text(json.dumps({"entries": entries}))
    # when it is named, then it counts
    known = with_app(settings, tmp_path).model_copy(update={"app_revoked_certificates": revoked})
    assert build_app(known) == replace(our_app(), revoked=frozenset({serial}))


@pytest.mark.parametrize("missing", ["app_attestation_roots", "app_package", "app_signer_sha256"])
def test_roots_and_app_go_together(settings: Settings, tmp_path: Path, missing: str) -> None:
    # given a system that would take any app's captures, or none although it names the app
    with pytest.raises(AppUnknown, match="go together"):
        build_app(with_app(settings, tmp_path).model_copy(update={missing: None}))
