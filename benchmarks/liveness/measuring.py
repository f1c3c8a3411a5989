"""Measures a folder of faces, with the service's own code and limits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.liveness.findings import Counts, Eyes, Findings, SameFace, Turned
from benchmarks.liveness.people import Onlooker, Person
from benchmarks.liveness.prints import tilted, tilts
from benchmarks.liveness.shares import Share
from benchmarks.liveness.timing import TURNS, times
from devices.face_image import FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_mesh import SeenFace
from devices.liveness import TURNED_DEGREES, NeverAhead, depth, is_solid, width

SEED = 2

Notice = Callable[[str], None]


class NoFaces(Exception):
    """The folder has no folder of somebody who looks ahead."""


def measure(folder: Path, notice: Notice, turns: int = TURNS) -> Findings:
    """Measure it all; 40 people of ten pictures take three minutes. Raises NoFaces."""
    onlooker = Onlooker()
    people, counts = _people(onlooker, folder, notice)
    prints, tried = _prints(onlooker, people, notice)
    return Findings(
        counts,
        [_against(person, each.face) for person in people for each in person.turned],
        prints,
        tried,
        [Eyes(each.name, each.face.openness / person.opened) for person in people for each in person.ahead],
        _same_face(onlooker, people, notice),
        times(onlooker, (person.front.pixels for person in people), turns, notice),
    )


def _people(onlooker: Onlooker, folder: Path, notice: Notice) -> tuple[list[Person], Counts]:
    folders = sorted(each for each in folder.iterdir() if each.is_dir())
    people, pictures, unseen = list[Person](), 0, 0
    for nth, each in enumerate(folders, 1):
        notice(f"looking at the pictures, {nth}/{len(folders)}")
        album = onlooker.album(each)
        pictures, unseen = pictures + len(album.pictures), unseen + album.unseen
        try:
            people.append(album.person())
        except NeverAhead:
            continue
    if not people:
        raise NoFaces
    return people, Counts(len(people), len(folders) - len(people), pictures, unseen)


def _prints(onlooker: Onlooker, people: list[Person], notice: Notice) -> tuple[list[Turned], int]:
    """The prints that look turned, and how many were tried."""
    chance = np.random.default_rng(SEED)
    found, tried = list[Turned](), 0
    for nth, person in enumerate(people, 1):
        notice(f"tilting prints, {nth}/{len(people)}")
        looks = list(_looks(onlooker, person, chance))
        tried += len(looks)
        turned = [look for look in looks if look and abs(look.yaw) >= TURNED_DEGREES]
        found += [_against(person, look) for look in turned]
    return found, tried


def _looks(onlooker: Onlooker, person: Person, chance: np.random.Generator) -> Iterator[SeenFace | None]:
    front = person.front
    for tilt in tilts(chance):
        yield onlooker.follow(tilted(front.pixels, front.face, tilt), front.face)


def _against(person: Person, turned: SeenFace) -> Turned:
    front = person.front.face
    return Turned(
        person.name, turned.yaw, depth(front, turned), width(front, turned), is_solid(front, turned)
    )


def _same_face(onlooker: Onlooker, people: list[Person], notice: Notice) -> SameFace:
    own, strangers, left_out = list[bool](), list[bool](), 0
    for nth, person in enumerate(people, 1):
        notice(f"comparing turned faces, {nth}/{len(people)}")
        template = _template(onlooker, person)
        if template is None:
            left_out += 1
            continue
        for other in people:
            same = [onlooker.matcher.is_same_face(template, each.pixels, each.face) for each in other.turned]
            (own if other is person else strangers).extend(same)
    return SameFace(Share.of_those(own), Share.of_those(strangers), left_out)


def _template(onlooker: Onlooker, person: Person) -> Embedding | None:
    try:
        return onlooker.matcher.embed_selfie(person.front.pixels)
    except FaceImageRejected:
        return None
