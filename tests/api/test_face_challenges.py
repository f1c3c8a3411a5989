"""The movements that a face check asks for: who may answer a challenge, once, with what, and how soon."""

from collections import Counter
from datetime import timedelta
from typing import Final

import pytest

from api.face_challenges import ORDERS, actions_of
from devices.liveness import ACTIONS
from jiazheng.demo import pictures
from jiazheng.demo.camera import Form, answered, shown, uploaded
from jiazheng.demo.doubles.living_face import living_face
from ledger.tickets import face_challenge
from tests.controls.api import Api
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import SAME_FACE, Employed, complete_worker, face, register_worker

EXPIRED: Final = (410, "face-challenge-expired", "face_challenge")
BLINKING: Final = ("blink", "turn_left", "turn_right")


STEPS: Final = ("identity", "authorization", "disclosure", "passcode_change", "cancellation")


def challenge_that_asks_for(api: Api, worker: Employed, *wanted: str) -> str:
    """A challenge of the worker's with these movements in this order; it is drawn until it comes."""
    drawn, tickets = "", api.parts.ledger.tickets
    while not drawn or actions_of(drawn) != wanted:
        drawn = tickets.issue(face_challenge("check_in"), worker.subject, api.clock())
    return drawn


def test_each_order_is_asked_for(api: Api) -> None:
    # given many challenges
    tickets, at = api.parts.ledger.tickets, api.clock()
    worker = register_worker(api).subject
    drawn = Counter(actions_of(tickets.issue(face_challenge("check_in"), worker, at)) for _ in range(600))
    # then all movements are in each, and no order is rare
    assert set(drawn) == set(ORDERS)
    assert all(set(order) == set(ACTIONS) for order in ORDERS)
    assert min(drawn.values()) > 50


def test_a_face_that_does_not_move_is_refused_and_recorded(api: Api) -> None:
    # given a thief with a session, and a photograph of the worker
    worker = complete_worker(api)
    photograph = living_face(pictures.path(SAME_FACE).read_bytes()).still(12)
    form = face(api, worker.token, "check_in") | {"files": uploaded(photograph)}
    # when it is held before the camera
    answer = api.post("/v1/check-ins", worker.token, **form)
    # then it is the right face, and not a living one
    assert refusal(answer) == (403, "face-not-live", "frames")
    attempt = fields_of(api, worker, "jz.face_checks.attempted")[-1]
    assert (attempt["verdict"], attempt["liveness"], attempt["purpose"]) == ("accepted", "failed", "check_in")


def test_a_living_face_is_recorded_as_such(api: Api) -> None:
    worker = complete_worker(api)
    worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", SAME_FACE))
    assert fields_of(api, worker, "jz.face_checks.attempted")[-1]["liveness"] == "passed"


def test_a_film_of_another_order_is_refused(api: Api) -> None:
    # given a film in which the worker blinks, turns left and turns right
    worker = complete_worker(api)
    film = living_face(pictures.path(SAME_FACE).read_bytes()).frames(BLINKING)
    challenge = challenge_that_asks_for(api, worker, "turn_left", "turn_right", "blink")
    # when it is shown to a challenge of another order
    form: Form = {"data": {"face_challenge": challenge}, "files": uploaded(film)}
    # then it does not pass
    assert refusal(api.post("/v1/check-ins", worker.token, **form))[1] == "face-not-live"


def test_a_challenge_is_for_one_attempt(api: Api) -> None:
    # given a check-in with a face
    worker = complete_worker(api)
    form = shown(worker.client, "check_in", SAME_FACE)
    api.clock.advance(timedelta(seconds=1))
    assert api.post("/v1/check-ins", worker.token, **form).is_success
    # when somebody who saw the frames sends them again
    before = api.appended()
    # then they are too late, and are not looked at
    assert refusal(api.post("/v1/check-ins", worker.token, **form)) == EXPIRED
    assert api.appended() == before


def test_a_challenge_holds_for_a_minute(api: Api) -> None:
    worker = complete_worker(api)
    form = shown(worker.client, "check_in", SAME_FACE)
    api.clock.advance(timedelta(seconds=61))
    assert refusal(api.post("/v1/check-ins", worker.token, **form))[:2] == EXPIRED[:2]


@pytest.mark.parametrize("step", STEPS)
def test_a_challenge_is_for_one_step(api: Api, step: str) -> None:
    worker = complete_worker(api)
    form = shown(worker.client, step, SAME_FACE)
    assert refusal(api.post("/v1/check-ins", worker.token, **form))[:2] == EXPIRED[:2]


def test_a_challenge_is_for_one_person(api: Api) -> None:
    worker, other = complete_worker(api), complete_worker(api)
    form = shown(other.client, "check_in", SAME_FACE)
    assert refusal(api.post("/v1/check-ins", worker.token, **form)) == EXPIRED


@pytest.mark.parametrize("forged", ["none", "AAAA", "x" * 200, "\u4e00"])
def test_a_forged_challenge_is_refused(api: Api, forged: str) -> None:
    worker = complete_worker(api)
    form = shown(worker.client, "check_in", SAME_FACE)
    form["data"]["face_challenge"] = forged
    assert refusal(api.post("/v1/check-ins", worker.token, **form))[:2] == EXPIRED[:2]


@pytest.mark.parametrize(("left_out", "field"), [("data", "face_challenge"), ("files", "frames")])
def test_frames_and_challenge_go_together(api: Api, left_out: str, field: str) -> None:
    worker = complete_worker(api)
    form = shown(worker.client, "check_in", SAME_FACE)
    del form[left_out]
    assert invalid_fields(api.post("/v1/check-ins", worker.token, **form)) == {field}


@pytest.mark.parametrize("number", [1, 7, 41])
def test_there_are_eight_to_forty_frames(api: Api, number: int) -> None:
    worker = complete_worker(api)
    challenge = worker.client.post("/v1/face-challenges", json={"purpose": "check_in"})
    form = answered(challenge, SAME_FACE) | {"files": uploaded([b"x"] * number)}
    assert invalid_fields(api.post("/v1/check-ins", worker.token, **form)) == {"frames"}


def test_nobody_asks_until_the_order_suits_them(api: Api) -> None:
    # given somebody with one film, who asks for challenges until one fits it
    worker = complete_worker(api)
    answers = [api.post("/v1/face-challenges", worker.token, json={"purpose": "check_in"}) for _ in range(21)]
    # then there are twenty an hour
    assert [answer.status_code for answer in answers] == [201] * 20 + [429]


def test_a_challenge_tells_nothing_about_the_person(api: Api) -> None:
    # given a worker, and somebody who has just registered and has no face here
    answers = [
        api.post("/v1/face-challenges", who.token, json={"purpose": "check_in"}).json()
        for who in (complete_worker(api), register_worker(api))
    ]
    assert {frozenset(answer) for answer in answers} == {frozenset(answers[0])}
    assert len({len(answer["face_challenge"]) for answer in answers}) == 1
