"""The movements that a face check asks for: who may answer a challenge, once, with what, and how soon."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest

from api.verification.face_challenges import ORDERS, actions_of
from devices.liveness import ACTIONS
from jiazheng.demo import pictures
from jiazheng.demo.camera import Form, answered, shown, uploaded
from jiazheng.demo.doubles.living_face import living_face
from tests.controls.api import Api
from tests.controls.moments import DAY, MIDNIGHT, MINUTE
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import SAME_FACE, complete_worker, face, register_worker
from tests.controls.workers import again

EXPIRED: Final = (410, "face-challenge-expired", "face_challenge")


STEPS: Final = ("identity", "authorization", "disclosure", "passcode_change", "cancellation")


def test_each_order_is_asked_for(api: Api) -> None:
    # given the challenges of many people
    key, at = api.parts.ledger.keyring.tokens, api.clock()
    drawn = Counter(actions_of(key, "check_in", uuid4(), at) for _ in range(600))
    # then all movements are in each, and no order is rare
    assert set(drawn) == set(ORDERS)
    assert all(set(order) == set(ACTIONS) for order in ORDERS)
    assert min(drawn.values()) > 50


def test_nobody_asks_until_the_order_suits_them(api: Api) -> None:
    # given somebody with one film, who asks again and again for a challenge that it would answer
    worker, asked = complete_worker(api), {"purpose": "check_in"}
    answers = [worker.client.post("/v1/face-challenges", json=asked) for _ in range(30)]
    # then the order stays for the hour, although each challenge is another one
    assert len({tuple(answer["actions"]) for answer in answers}) == 1
    assert len({answer["face_challenge"] for answer in answers}) == 30
    # and over the hours each order comes
    key, hours = api.parts.ledger.keyring.tokens, range(200)
    later = {
        actions_of(key, "check_in", worker.subject, api.clock() + nth * timedelta(hours=1)) for nth in hours
    }
    assert later == set(ORDERS)


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
    # given a film in which the worker does all the movements, in another order than is asked for now
    worker = complete_worker(api)
    challenge = worker.client.post("/v1/face-challenges", json={"purpose": "check_in"})
    filmed = next(order for order in ORDERS if list(order) != challenge["actions"])
    film = living_face(pictures.path(SAME_FACE).read_bytes()).frames(filmed)
    # when it is shown to the camera
    form: Form = {"data": {"face_challenge": challenge["face_challenge"]}, "files": uploaded(film)}
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


def test_a_challenge_says_that_it_ends_at_midnight(api: Api) -> None:
    # given the last half minute of a day in Shanghai
    registered = complete_worker(api)
    api.clock.now = MIDNIGHT + DAY - MINUTE / 2
    worker = again(api, registered)
    # when the movements are asked for, then there is as much time
    challenge = worker.client.post("/v1/face-challenges", json={"purpose": "check_in"})
    assert datetime.fromisoformat(challenge["expires_at"]) == MIDNIGHT + DAY
    # and a moment later it is too late for them
    form = answered(challenge, SAME_FACE)
    api.clock.advance(MINUTE / 2)
    assert refusal(api.post("/v1/check-ins", worker.token, **form)) == EXPIRED


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


def test_a_challenge_tells_nothing_about_the_person(api: Api) -> None:
    # given a worker, and somebody who has just registered and has no face here
    answers = [
        api.post("/v1/face-challenges", who.token, json={"purpose": "check_in"}).json()
        for who in (complete_worker(api), register_worker(api))
    ]
    assert {frozenset(answer) for answer in answers} == {frozenset(answers[0])}
    assert len({len(answer["face_challenge"]) for answer in answers}) == 1
