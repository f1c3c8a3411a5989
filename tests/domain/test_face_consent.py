"""The separate consent to face checks."""

from collections.abc import Callable

import pytest

from domain.face_consent import CURRENT_CONSENT, ConsentDamaged, ConsentText, FaceConsent
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import WANG, cause, refused


def never_given() -> FaceConsent:
    return FaceConsent.open(cause(), WANG)


def give(consent: FaceConsent) -> None:
    consent.give(cause(), CURRENT_CONSENT.version, CURRENT_CONSENT.text_sha256)


def withdraw(consent: FaceConsent) -> None:
    consent.withdraw(cause())


def test_a_consent_names_the_text_by_version_and_hash() -> None:
    given = aggregates.face_consent().pending_events[-1]
    assert (given.text_version, given.text_sha256) == (  # type: ignore[attr-defined] # the event's own fields
        CURRENT_CONSENT.version,
        CURRENT_CONSENT.text_sha256,
    )


@pytest.mark.parametrize("make", [never_given, aggregates.withdrawn_face_consent])
def test_without_a_consent_in_force_face_checks_are_refused_and_it_can_be_given(
    make: Callable[[], FaceConsent],
) -> None:
    consent = make()
    for refusing in (consent.require_in_force, lambda: withdraw(consent)):
        with refused(Reason.FACE_CONSENT_MISSING):
            refusing()
    give(consent)
    consent.require_in_force()


def test_a_consent_in_force_is_not_given_again() -> None:
    with refused(Reason.FACE_CONSENT_ALREADY_GIVEN):
        give(aggregates.face_consent())


@pytest.mark.parametrize(
    ("version", "sha256"), [("1999-01", CURRENT_CONSENT.text_sha256), (CURRENT_CONSENT.version, "00" * 32)]
)
def test_another_text_is_no_consent(version: str, sha256: str) -> None:
    with refused(Reason.FACE_CONSENT_TEXT_UNKNOWN):
        never_given().give(cause(), version, sha256)


def test_a_file_with_another_text_than_its_hash_names_is_not_read() -> None:
    toml = f'version = "2026-01"\ntext_sha256 = "{CURRENT_CONSENT.text_sha256}"\ntext = "another"'
    with pytest.raises(ConsentDamaged):
        ConsentText.parse(toml)
