"""What a series of faces did, from their yaw and openness alone; and what makes a face solid."""

from dataclasses import replace
from itertools import permutations
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.face_mesh import LEFT_EYE, NOSE_BASE, NOSE_BRIDGE, RIGHT_EYE, Points, SeenFace
from devices.liveness import (
    ACTIONS,
    MIN_DEPTH,
    NeverAhead,
    depth,
    front_of,
    is_live,
    is_solid,
    performed,
    turned_of,
)

OPEN: Final = 0.25
HEAD: Final = np.random.default_rng(1).uniform((-100, -140, -40), (100, 140, 40), (468, 3))
for corner, x in ((RIGHT_EYE[0], -90.0), (RIGHT_EYE[1], -30.0), (LEFT_EYE[1], 30.0), (LEFT_EYE[0], 90.0)):
    HEAD[corner] = (x, -20, 0)
HEAD[NOSE_BRIDGE], HEAD[NOSE_BASE] = (0, -20, -25), (0, 40, -60)


def face(yaw: float = 0.0, openness: float = OPEN, points: Points | None = None) -> SeenFace:
    return SeenFace(turned(HEAD, yaw) if points is None else points, yaw, openness)


def turned(points: Points, degrees: float) -> Points:
    """Turn a head about the upright axis; positive is to the image's right, as `yaw` is."""
    angle = np.radians(degrees)
    x = points[:, 0] * np.cos(angle) - points[:, 2] * np.sin(angle)
    z = points[:, 0] * np.sin(angle) + points[:, 2] * np.cos(angle)
    return np.column_stack([x, points[:, 1], z])


AHEAD, SHUT, LEFT, RIGHT = [face()] * 2, [face(openness=0.06)] * 2, [face(22.0)], [face(-22.0)]
DOING: Final = {"blink": SHUT, "turn_left": LEFT, "turn_right": RIGHT}


def series(*actions: str) -> list[SeenFace]:
    """A head that does one thing after the other."""
    return [seen for action in actions for seen in (*AHEAD, *DOING[action])] + AHEAD


@given(st.lists(st.sampled_from(ACTIONS), max_size=6))
def test_it_sees_what_was_done_in_its_order(actions: list[str]) -> None:
    assert performed(series(*actions)) == actions


@pytest.mark.parametrize("asked", [*permutations(ACTIONS)])
@pytest.mark.parametrize("done", [*permutations(ACTIONS)])
def test_only_the_order_that_was_asked_for_is_live(done: tuple[str, ...], asked: tuple[str, ...]) -> None:
    assert is_live(series(*done), asked) == (done == asked)  # type: ignore[arg-type] # they are actions


def test_more_than_was_asked_for_is_not_live() -> None:
    # given a film in which everything is done, again and again
    everything = series(*ACTIONS, *ACTIONS)
    # then it answers no challenge, though each is in it
    assert not any(is_live(everything, asked) for asked in permutations(ACTIONS))


@pytest.mark.parametrize("hurried", [[*LEFT, *RIGHT], [*LEFT, *SHUT], [*SHUT, *RIGHT]])
def test_between_two_movements_the_face_looks_ahead(hurried: list[SeenFace]) -> None:
    # given a head that goes from one movement straight into the next one
    done = performed([*AHEAD, *hurried, *AHEAD])
    # then the second is none
    assert len([action for action in done if action in ACTIONS]) == 1
    assert len(done) == 2


def test_an_eye_that_is_shut_in_one_frame_only_is_no_blink() -> None:
    assert performed([*AHEAD, SHUT[0], *AHEAD]) == []


def test_narrow_eyes_are_open_by_their_own_measure() -> None:
    assert performed([face(openness=0.1)] * 8) == []


@pytest.mark.parametrize("yaw", [11.0, 14.9, -14.9])
def test_a_head_that_hardly_turns_does_nothing(yaw: float) -> None:
    assert performed([*AHEAD, face(yaw), *AHEAD]) == []


def test_a_head_that_wavers_while_it_is_turned_turned_once() -> None:
    assert performed([*AHEAD, face(16.0), face(14.0), face(16.0), *AHEAD]) == ["turn_left"]


def test_eyes_are_not_judged_while_the_head_is_turned() -> None:
    assert performed([*AHEAD, face(22.0, 0.05), face(22.0, 0.05), *AHEAD]) == ["turn_left"]


def test_the_front_is_the_straightest_with_open_eyes() -> None:
    straight = face(-1.0)
    assert front_of([face(4.0), *SHUT, straight, *LEFT]) is straight


@pytest.mark.parametrize("faces", [[], LEFT * 3, [face(12.0)]])
def test_without_a_front_there_is_nothing_to_judge(faces: list[SeenFace]) -> None:
    with pytest.raises(NeverAhead):
        front_of(faces)


def test_a_turned_head_is_solid_and_a_picture_of_it_is_not() -> None:
    # given a head, and its photograph held askew before the camera
    front, head = face(), face(22.0)
    flat = HEAD * (1, 1, 0)
    distance = 600.0
    askew = turned(flat, 40.0)
    seen = askew[:, :2] * distance / (distance + askew[:, 2:])
    photograph = replace(front, yaw=22.0, points=np.column_stack([seen, np.zeros(len(seen))]))
    # then a projection of the front has the points of the photograph, and not those of the head
    assert depth(front, photograph) < 0.001 < depth(front, head)
    assert is_solid(front, head)
    assert not is_solid(front, photograph)


def test_a_face_that_gets_narrow_is_a_picture_held_askew() -> None:
    # given points with depth, but less wide than they are from the front
    front = face()
    narrow = replace(front, points=turned(HEAD, 22.0) * (0.7, 1, 1))
    assert depth(front, narrow) >= MIN_DEPTH
    assert not is_solid(front, narrow)


def test_both_turned_faces_are_judged() -> None:
    left, right = turned_of(series(*ACTIONS))
    assert (left.yaw, right.yaw) == (22.0, -22.0)


def test_a_face_never_shows_its_points() -> None:
    assert "points" not in repr(face())
