"""The measurement of the face's movements, on two people whose turned heads are rendered."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks.liveness import prints
from benchmarks.liveness.__main__ import app
from benchmarks.liveness.findings import Findings, Turned
from benchmarks.liveness.measuring import measure
from benchmarks.liveness.people import SMALL_SIDE, enlarged
from benchmarks.liveness.prints import Tilt, tilted
from benchmarks.liveness.report import keep, show
from benchmarks.liveness.shares import Share
from devices.face_mesh import LEFT_EYE, NOSE_BRIDGE, RIGHT_EYE, SeenFace
from devices.liveness import ACTIONS
from jiazheng.demo import pictures
from jiazheng.demo.doubles.living_face import FRAMES_AHEAD, FRAMES_OF_ACTION, living_face

SOLID_AND_FLAT: Final = (
    ("first", 20.0, True),
    ("first", -20.0, False),
    ("second", 20.0, True),
    ("second", -20.0, True),
)
PEOPLE: Final = {"first": "obama.jpg", "second": "astronaut.png"}


def ignore(_: str) -> None:
    """Nobody is told."""


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two people each a frame ahead, one with shut eyes and two turned ones; and a file that is none."""
    folder = tmp_path_factory.mktemp("faces")
    for person, name in PEOPLE.items():
        (folder / person).mkdir()
        frames = living_face(pictures.path(name).read_bytes()).frames(ACTIONS)
        first_of_each = frames[FRAMES_AHEAD :: FRAMES_AHEAD + FRAMES_OF_ACTION]
        for what, octets in zip(("ahead", *ACTIONS), (frames[0], *first_of_each), strict=True):
            (folder / person / f"{what}.jpg").write_bytes(octets)
    (folder / "first" / "damaged.jpg").write_bytes(b"no picture")
    (folder / "nobody").mkdir()
    return folder


@pytest.fixture(scope="module")
def found(faces: Path) -> Findings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prints, "DEGREES", (-60, -45, -30, 30, 45, 60))  # fewer, for the time it takes
        return measure(faces, ignore, turns=1)


def test_it_counts_what_it_saw_and_what_it_did_not(found: Findings) -> None:
    assert (found.counts.people, found.counts.people_left_out) == (2, 1)
    assert (found.counts.pictures, found.counts.pictures_left_out) == (8, 1)


def test_turned_heads_are_solid_more_often_than_prints(found: Findings) -> None:
    assert found.solid_heads == Share(4, 4)
    assert found.prints_tried == 2 * 6 * len(prints.DISTANCES)
    assert found.solid_prints.hits < found.prints_tried / 4


def test_a_film_of_prints_needs_a_solid_one_to_each_side(found: Findings) -> None:
    # given one person with a solid print to one side, and another with one to each
    prints = [Turned(who, yaw, 0.05, 0.9, solid) for who, yaw, solid in SOLID_AND_FLAT]
    # then only the second one counts
    assert replace(found, prints=prints).people_with_solid_prints == Share(1, 2)


def test_the_eyes_that_are_shut_are_the_lowest(found: Findings) -> None:
    assert found.shut == Share(2, 4)
    lowest = found.lowest(3)
    assert {eyes.picture for eyes in lowest[:2]} == {"first/blink.jpg", "second/blink.jpg"}
    assert all(one.openness <= next_one.openness for one, next_one in pairwise(lowest))


def test_a_turned_face_is_the_front_s_and_not_a_stranger_s(found: Findings) -> None:
    assert found.same_face.own == Share(4, 4)
    assert found.same_face.strangers == Share(0, 4)


def test_a_series_is_timed_against_a_photo(found: Findings) -> None:
    assert found.times is not None
    assert found.times.frames == 17
    assert found.times.series > found.times.photo > 0


def test_the_json_object_names_pictures_only_when_they_are_asked_for(found: Findings) -> None:
    unnamed, named = (json.dumps(found.as_json(listed)) for listed in (0, 2))
    assert "blink.jpg" not in unnamed
    assert [each["picture"] for each in json.loads(named)["lowest"]] == [
        eyes.picture for eyes in found.lowest(2)
    ]
    assert json.loads(unnamed)["turned_faces_solid"]["share"] == 1.0


def test_findings_are_shown_and_kept_as_json_and_as_a_plot(found: Findings, tmp_path: Path) -> None:
    console = Console(record=True, width=160)
    show(console, found, listed=2)
    text = console.export_text()
    assert "turned faces found solid" in text
    assert "first/blink.jpg" in text
    assert keep(found, tmp_path).read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "liveness.json").read_text()) == found.as_json()


def test_the_help_gives_examples() -> None:
    assert "python -m benchmarks.liveness faces --list" in CliRunner().invoke(app, ["--help"]).output


def test_a_folder_without_faces_is_refused(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, [str(tmp_path)])
    assert refused.exit_code == 2
    assert "somebody looks ahead" in refused.output


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3
        (Share(81, 263), 0.2553, 0.3662),
        (Share(15, 148), 0.0624, 0.1605),
        (Share(0, 20), 0.0, 0.1611),
        (Share(1, 29), 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilson_s(share: Share, low: float, high: float) -> None:
    assert share.bounds == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_there_is_no_share() -> None:
    assert Share(0, 0).as_json() == {"hits": 0, "of": 0, "share": None, "bounds": [0.0, 1.0]}


def test_a_print_shrinks_on_the_side_that_is_further_away() -> None:
    # given a white square on black with the bridge of a nose in its middle
    pixels = np.zeros((400, 400, 3), dtype=np.uint8)
    pixels[100:300, 100:300] = 255
    points = np.zeros((468, 3))
    points[[NOSE_BRIDGE, LEFT_EYE[0], RIGHT_EYE[0]]] = [(200, 200, 0), (250, 200, 0), (150, 200, 0)]
    # when its left half is turned away
    seen = tilted(pixels, SeenFace(points, 0.0, 0.25), Tilt(45.0, 0.0, 6.0))[:, :, 0] > 127
    # then the middle stays, it gets narrower, and its left edge lower than the right one
    columns = np.flatnonzero(seen[200])
    assert columns[-1] - columns[0] == pytest.approx(200 * np.cos(np.pi / 4), abs=5)
    assert seen[:, columns[0] + 3].sum() < 200 < seen[:, columns[-1] - 3].sum()


def test_small_pictures_only_are_enlarged() -> None:
    small, large = (np.zeros((side, side, 3), dtype=np.uint8) for side in (SMALL_SIDE, SMALL_SIDE + 1))
    assert enlarged(small).shape == (720, 720, 3)
    assert enlarged(large) is large
