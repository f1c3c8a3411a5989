"""The head of the document leads through the journeys in order, and tells what several operations share."""

import re

import pytest

from api.http.bodies import MAX_BODY_BYTES, MAX_FORM_BYTES
from api.http.problem_texts import TEXTS
from api.verification.face_form import MAX_FRAMES, MIN_FRAMES
from domain.assurance import CARD, FACE, LEAST_ASSURANCE, OFFICERS, PASSCODE
from domain.rules import Rules
from tests.controls.routes import DOCUMENT, OPERATIONS, Operation

HEAD: str = DOCUMENT["info"]["description"]
CODE = re.compile(r"`([a-z]+(?:-[a-z]+)+)`")
NAMED = re.compile(r"`((?:GET|POST|PUT|DELETE) /[^`?]*)`")
SECTIONS = (
    "What holds everywhere",
    "The journeys, in order",
    "Faces",
    "The card",
    "Push",
    "Signed texts",
    "How often, how much",
)


def test_the_head_has_the_rules_the_journeys_and_the_guides_in_this_order() -> None:
    assert tuple(re.findall(r"^## (.+)$", HEAD, re.MULTILINE)) == SECTIONS


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_has_its_place_in_the_head(operation: Operation) -> None:
    assert operation.name in NAMED.findall(" ".join(HEAD.split()))


def test_the_head_names_no_operation_that_is_none() -> None:
    named = set(NAMED.findall(" ".join(HEAD.split())))
    assert named - {operation.name for operation in OPERATIONS} == set()


def test_every_problem_that_the_head_names_is_one() -> None:
    # given what the tables tell to do about
    told = [code for row in re.findall(r"^\| \d{3} .+$", HEAD, re.MULTILINE) for code in CODE.findall(row)]
    # then
    assert "face-not-live" in told
    assert set(told) - set(TEXTS) == set()


@pytest.mark.parametrize("step", LEAST_ASSURANCE)
def test_the_head_tells_which_way_leads_through_a_step(step: str) -> None:
    (cells,) = re.findall(rf"^\| `{step}` \|(.+)\|$", HEAD, re.MULTILINE)
    shown = [cell.strip().partition(",")[0] for cell in cells.split("|")]
    assert shown == [LEAST_ASSURANCE[step].get(way, "—") for way in (FACE, CARD, OFFICERS, PASSCODE)]


def test_the_sizes_that_are_told_are_those_that_are_read() -> None:
    form, body = f"{MAX_FORM_BYTES // 1024**2} MB", f"{MAX_BODY_BYTES // 1024} KB"
    for told in (HEAD, TEXTS["body-too-large"][1]):
        assert form in told
        assert body in told
    assert f"{MIN_FRAMES} to {MAX_FRAMES} `frames`" in HEAD


def test_the_times_that_are_told_are_those_of_the_rules() -> None:
    rules = Rules()
    assert f"({rules.prompt_ttl.seconds} s)" in HEAD
    assert f"for {rules.disclosure_ttl.seconds // 60} minutes; after" in HEAD
    assert f"It holds {rules.access_token_ttl.seconds // 60} minutes" in HEAD
    assert f"for {rules.refresh_token_ttl.days} days" in HEAD


def test_a_face_of_a_sign_in_or_a_way_back_names_its_own_challenge() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    for shape, path in {
        "Body_sessions_prove_second_factor": "/v1/session-face-challenges",
        "Body_sessions_recover": "/v1/recovery-face-challenges",
        "Body_worker_check_in": "/v1/face-challenges",
    }.items():
        assert f"`POST {path}`" in shapes[shape]["properties"]["face_challenge"]["description"]


def test_a_code_names_the_phone_that_it_is_sent_to() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    for shape, said in shapes.items():
        if "sms_code" in said.get("properties", {}):
            to_a_phone_of_the_form = "phone" in said["properties"]
            told = said["properties"]["sms_code"]["description"]
            assert ("to `phone`" in told) == to_a_phone_of_the_form, shape
