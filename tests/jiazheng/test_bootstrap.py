"""The secrets of a new system, and of one that has lost them."""

from unittest.mock import patch

import pytest

from jiazheng.bootstrap import KeyringLost, build_ledger, create_files
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
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
