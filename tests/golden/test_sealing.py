"""How a personal field is sealed: one fixed vector, since every sealed event depends on it."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from ledger.sealing.fields import SealBroken, address_of, seal, unseal
from tests.controls.moments import WANG

VECTOR: dict[str, str] = json.loads((Path(__file__).parent / "sealing.v1.json").read_text())
KEY = bytes.fromhex(VECTOR["key"])


def test_an_address_names_stream_version_topic_field_and_subject() -> None:
    assert address_of(WANG, 1, "jz.account.registered", "name", WANG) == VECTOR["address"]


def test_sealing_gives_exactly_this_text() -> None:
    nonce = bytes.fromhex(VECTOR["nonce"])
    assert seal(KEY, VECTOR["text"], VECTOR["address"], nonce) == VECTOR["sealed"]


def test_unsealing_reads_it() -> None:
    assert unseal(KEY, VECTOR["sealed"], VECTOR["address"]) == VECTOR["text"]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("11110000-0000-4000-8000-000000000001/1", "11110000-0000-4000-8000-000000000001/2"),
        ("registered", "revised"),
        ("/name/", "/phone/"),
        (f"/{WANG}", f"/{UUID(int=2)}"),
    ],
    ids=["version", "topic", "field", "subject"],
)
def test_a_sealed_text_cannot_be_moved_to_another_place(part: str, other: str) -> None:
    elsewhere = VECTOR["address"].replace(part, other)
    assert elsewhere != VECTOR["address"]
    with pytest.raises(InvalidTag):
        unseal(KEY, VECTOR["sealed"], elsewhere)


def test_another_person_s_key_does_not_open_it() -> None:
    with pytest.raises(InvalidTag):
        unseal(bytes(32), VECTOR["sealed"], VECTOR["address"])


def test_a_damaged_text_does_not_open() -> None:
    head, _, tail = VECTOR["sealed"].rpartition(".")
    damaged = f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}"
    with pytest.raises(InvalidTag):
        unseal(KEY, damaged, VECTOR["address"])


def test_an_unknown_suite_is_not_guessed_at() -> None:
    with pytest.raises(SealBroken):
        unseal(KEY, "2" + VECTOR["sealed"][1:], VECTOR["address"])
