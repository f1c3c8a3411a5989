"""The table of least assurance, row by row: it is what people and operators are promised."""

from itertools import product

import pytest

from domain.assurance import (
    ASSURANCES,
    CARD,
    FACE,
    LEAST_ASSURANCE,
    OFFICERS,
    PASSCODE,
    Presence,
    officers_needed,
    ways_without_face,
)
from domain.rejections import Reason
from tests.controls.moments import refused

ROWS = [
    ("identity", {FACE: "attested_app", CARD: "kiosk", OFFICERS: "officer"}, 2),
    ("authorization", {FACE: "web", CARD: "kiosk", OFFICERS: "officer"}, 1),
    ("check_in", {FACE: "web", CARD: "kiosk", OFFICERS: "officer"}, 1),
    ("disclosure", {FACE: "web", CARD: "kiosk", OFFICERS: "officer"}, 1),
    ("sign_in", {FACE: "web", PASSCODE: "web", OFFICERS: "officer"}, 1),
    ("phone_change", {OFFICERS: "officer"}, 1),
    ("recovery", {FACE: "kiosk", OFFICERS: "officer"}, 2),
    ("passcode_change", {FACE: "web", PASSCODE: "web", OFFICERS: "officer"}, 1),
    ("cancellation", {FACE: "web", PASSCODE: "web", OFFICERS: "officer"}, 1),
]


def test_these_are_all_the_steps() -> None:
    assert [step for step, _, _ in ROWS] == list(LEAST_ASSURANCE)


@pytest.mark.parametrize(("step", "ways", "officers"), ROWS, ids=[row[0] for row in ROWS])
def test_a_way_leads_through_a_step_from_its_least_assurance_on(
    step: str, ways: dict[str, str], officers: int
) -> None:
    for method, assurance in product((FACE, CARD, OFFICERS, PASSCODE), ASSURANCES):
        least = ways.get(method)
        if least and ASSURANCES.index(assurance) >= ASSURANCES.index(least):
            Presence(method, assurance).require_enough_for(step)
        else:
            with refused(Reason.ASSURANCE_TOO_LOW):
                Presence(method, assurance).require_enough_for(step)
    assert officers_needed(step) == officers


@pytest.mark.parametrize("step", LEAST_ASSURANCE)
def test_no_step_has_the_face_as_its_only_way(step: str) -> None:
    assert ways_without_face(step)
    assert OFFICERS in ways_without_face(step)
