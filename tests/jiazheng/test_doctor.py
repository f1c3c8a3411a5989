"""The doctor says what is wrong in every case, and ends with no traceback of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.doctor import examine
from jiazheng.settings import Settings
from tests.controls.certificates_of_servers import certified
from tests.controls.relays import found_at


@pytest.fixture(autouse=True)
def environment(settings: Settings) -> Iterator[None]:
    """A system of the test's own, as the environment names it."""
    named = {
        "DATABASE_URL": settings.database_url,
        "KEYS_DATABASE_URL": settings.keys_database_url,
        "REDIS_URL": settings.redis_url,
        "JIAZHENG_KEYRING_FILE": str(settings.keyring_file),
        "JIAZHENG_ERASURES_FILE": str(settings.erasures_file),
        "JIAZHENG_IMPORTS_FOLDER": str(settings.imports_folder),
    }
    with patch.dict(os.environ, named):
        yield


def wrong() -> list[str]:
    return [finding.what for finding in examine() if not finding.is_good]


def test_a_system_in_order_has_nothing_wrong() -> None:
    assert wrong() == []


@pytest.mark.parametrize("text", ["", '{"epoch": 1', "{}", '{"epoch": 1, "epoch_keys": {}}', "[]"])
def test_a_damaged_keyring_is_told(settings: Settings, text: str) -> None:
    settings.keyring_file.write_text(text)
    assert wrong() == ["keyring"]


def test_a_damaged_list_of_erasures_is_told(settings: Settings) -> None:
    settings.erasures_file.write_text("x" * 36 + "\n")
    assert wrong() == ["list of erasures"]


def test_files_that_are_not_there_are_told(settings: Settings) -> None:
    settings.keyring_file.unlink()
    settings.erasures_file.unlink()
    assert wrong() == ["keyring", "list of erasures"]


@pytest.mark.parametrize(
    ("variable", "url", "what"),
    [
        ("REDIS_URL", "no url", ["queue"]),
        ("REDIS_URL", "redis://127.0.0.1:1/0", ["queue"]),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/ledger", ["ledger database", "read models"]),
        ("KEYS_DATABASE_URL", "no url", ["keys database"]),
    ],
)
def test_a_service_out_of_reach_is_told(variable: str, url: str, what: list[str]) -> None:
    os.environ[variable] = url
    assert wrong() == what


def test_another_face_model_than_the_thresholds_are_for_is_told() -> None:
    os.environ["JIAZHENG_FACE_MODEL_SHA256"] = "0" * 64
    assert wrong() == ["face model"]


def test_without_a_card_decoder_none_is_asked() -> None:
    assert "card decoder" not in [finding.what for finding in examine()]


def test_a_card_decoder_is_connected_to_as_a_dialogue_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a decoder with the certificate that the settings tell
    ca_file, tls = certified(tmp_path)
    with SamService(tls=tls) as service:
        decoder_at(service, ca_file, monkeypatch)
        # then it is in order
        assert "card decoder" in [finding.what for finding in examine()]
        assert wrong() == []


def test_a_card_decoder_with_another_certificate_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (others := tmp_path / "others").mkdir()
    ca_file, _ = certified(tmp_path)
    with SamService(tls=certified(others)[1]) as service:
        decoder_at(service, ca_file, monkeypatch)
        assert wrong() == ["card decoder"]


def test_a_card_decoder_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca_file, tls = certified(tmp_path)
    with SamService(tls=tls) as service:
        decoder_at(service, ca_file, monkeypatch)
    assert wrong() == ["card decoder"]


def test_a_certificate_of_the_card_decoder_s_authority_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SamService() as service:
        decoder_at(service, tmp_path / "none.pem", monkeypatch)
        assert wrong() == ["card decoder"]


def decoder_at(service: SamService, ca_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names this card decoder."""
    for name, value in (found_at(service) | {"card_decoder_ca_file": ca_file}).items():
        monkeypatch.setenv(f"JIAZHENG_{name.upper()}", str(value))


def test_settings_that_are_missing_are_named() -> None:
    del os.environ["REDIS_URL"]
    (finding,) = examine()
    assert (finding.what, finding.advice) == ("settings", "set REDIS_URL; see `jiazheng settings`")


def test_a_setting_that_is_missing_is_named_as_the_environment_has_it() -> None:
    del os.environ["REDIS_URL"], os.environ["JIAZHENG_KEYRING_FILE"]
    (finding,) = examine()
    assert finding.advice.startswith("set REDIS_URL, JIAZHENG_KEYRING_FILE; see")


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("JIAZHENG_FACE_PROCESSES", "0", "Input should be greater than or equal to 1"),
        ("JIAZHENG_RULES__CHECK_IN_PERIOD", "monthly", "Input should be a valid timedelta"),
    ],
)
def test_a_value_that_cannot_be_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(variable, value)
    (finding,) = examine()
    assert finding.advice.startswith(f"{variable}: {advice}")
    assert "set " not in finding.advice


def test_what_is_wrong_with_several_settings_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a decoder elsewhere, and nobody to trust for its certificate
    monkeypatch.setenv("JIAZHENG_CARD_DECODER_HOST", "sam.example")
    monkeypatch.setenv("JIAZHENG_CARD_DECODER_PORT", "7000")
    # when the doctor looks
    (finding,) = examine()
    # then it says what is missing
    assert "JIAZHENG_CARD_DECODER_CA_FILE" in finding.advice
