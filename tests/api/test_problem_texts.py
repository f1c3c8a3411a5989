"""Every code that can be raised has words for it, and every word belongs to a code."""

import ast
from pathlib import Path

import api
import domain
from api.http.problem_texts import TEXTS
from devices.face_image import FaceImageCode
from domain.rejections import Reason
from tests.controls.code_search import calls_in

OF_HTTP = {"bad-request", "method-not-allowed", "not-found"}
"""What the framework raises by itself: an unreadable body, a wrong method, an unknown path."""


def texts_in(nodes: list[ast.expr]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def problem_codes() -> set[str]:
    """The codes written out in `Problem(...)`; another problem's code is the exception's own."""
    return {
        code for call in calls_in(Path(api.__file__).parent, "Problem") for code in texts_in(call.args[:1])
    }


def identifier_codes() -> set[str]:
    """The codes of `InvalidIdentifier`: literals such as `id_number.checksum` anywhere in the domain."""
    kinds = ("id_number.", "mobile_number.", "person_name.")
    literals = (
        node.value
        for file in Path(domain.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    codes = {text for text in literals if text.startswith(kinds) and " " not in text}
    return {code.replace(".", "-").replace("_", "-") for code in codes}


def photo_codes() -> set[str]:
    return {f"photo-{code.replace('_', '-')}" for code in FaceImageCode}


def every_code() -> set[str]:
    reasons = {reason.code for reason in Reason}
    return reasons | problem_codes() | identifier_codes() | photo_codes() | OF_HTTP


def test_the_search_for_codes_finds_some_of_each_kind() -> None:
    assert {"view-behind", "cursor-invalid"} <= problem_codes()
    assert {"id-number-checksum", "mobile-number-range", "person-name-length"} <= identifier_codes()
    assert "photo-no-face" in photo_codes()


def test_every_code_has_a_title_and_an_advice() -> None:
    assert every_code() - set(TEXTS) == set()
    assert all(title and advice for title, advice in TEXTS.values())


def test_every_text_belongs_to_a_code() -> None:
    assert set(TEXTS) - every_code() == set()
