from hashlib import sha256

from domain.letter import BY_VERSION, CURRENT, SCOPES

SIGNED_TEXTS = {"2026-01": "20633e85"}
"""How the hash of each version begins: signatures name it, so a text that was in force never changes."""


def test_the_letter_in_force_is_one_of_the_known_versions() -> None:
    assert BY_VERSION[CURRENT.version] is CURRENT


def test_the_hash_is_that_of_the_text_in_utf8() -> None:
    assert CURRENT.text_sha256 == sha256(CURRENT.text.encode()).hexdigest()


def test_a_version_that_was_in_force_keeps_its_text() -> None:
    assert {version: letter.text_sha256[:8] for version, letter in BY_VERSION.items()} == SIGNED_TEXTS


def test_a_letter_covers_scopes_that_a_disclosure_can_show() -> None:
    assert all(set(letter.scopes) <= set(SCOPES) for letter in BY_VERSION.values())
