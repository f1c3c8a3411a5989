"""What was found, and the one JSON object of it."""

import os
import platform
from dataclasses import asdict, dataclass
from functools import cached_property

from benchmarks.liveness.shares import Share
from devices.face_matcher import SAME_FACE_BELOW
from devices.liveness import AHEAD_DEGREES, CLOSED_BELOW, MIN_DEPTH, MIN_WIDTH, TURNED_DEGREES

THRESHOLDS = {
    "ahead_degrees": AHEAD_DEGREES,
    "turned_degrees": TURNED_DEGREES,
    "closed_below": CLOSED_BELOW,
    "min_depth": MIN_DEPTH,
    "min_width": MIN_WIDTH,
    "same_face_below": SAME_FACE_BELOW,
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the folder held; who never looks ahead is left out, and pictures in which no face is seen."""

    people: int
    people_left_out: int
    pictures: int
    pictures_left_out: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A face that looks turned, or a print that does, against its front.

    Attributes:
        person: the name of the folder.
        yaw: degrees, positive to the person's own left.
    """

    person: str
    yaw: float
    depth: float
    width: float
    solid: bool


@dataclass(frozen=True, slots=True)
class Eyes:
    """Eyes of somebody who looks ahead.

    Attributes:
        openness: as a share of the person's own when they are open.
    """

    picture: str
    openness: float

    @property
    def shut(self) -> bool:
        """Whether they count as shut."""
        return self.openness < CLOSED_BELOW


@dataclass(frozen=True, slots=True)
class SameFace:
    """Turned faces that pass for the front's; left out are fronts that a face check does not take."""

    own: Share
    strangers: Share
    fronts_left_out: int


@dataclass(frozen=True, slots=True)
class Times:
    """Medians, in milliseconds: of a whole face check with so many frames, and of embedding one photo."""

    frames: int
    series: float
    photo: float

    def as_json(self) -> dict[str, float]:
        """With the ratio of both."""
        figures = {"series": self.series, "photo": self.photo, "ratio": self.series / self.photo}
        return {"frames": self.frames, **{name: round(figure, 2) for name, figure in figures.items()}}


@dataclass(frozen=True)
class Findings:
    """Everything that was measured.

    Attributes:
        prints: those that look turned, of `prints_tried`.
        times: None if nobody's picture makes a film that passes.
    """

    counts: Counts
    heads: list[Turned]
    prints: list[Turned]
    prints_tried: int
    eyes: list[Eyes]
    same_face: SameFace
    times: Times | None

    @cached_property
    def solid_heads(self) -> Share:
        """Of the turned faces."""
        return Share.of_those(head.solid for head in self.heads)

    @cached_property
    def solid_prints(self) -> Share:
        """Of the prints that look turned."""
        return Share.of_those(each.solid for each in self.prints)

    @cached_property
    def solid_of_all_prints(self) -> Share:
        """Of the prints that were tried."""
        return Share(self.solid_prints.hits, self.prints_tried)

    @cached_property
    def people_with_solid_prints(self) -> Share:
        """People of whom a print is found solid to each side, as a film needs it."""
        left, right = (
            {each.person for each in self.prints if each.solid and side * each.yaw > 0} for side in (1, -1)
        )
        return Share(len(left & right), self.counts.people)

    @property
    def heads_by_prints(self) -> float | None:
        """How many times as often a turned face is found solid as a print; None if no print is."""
        heads, prints = self.solid_heads.value, self.solid_prints.value
        return None if heads is None or not prints else heads / prints

    @cached_property
    def shut(self) -> Share:
        """Of the pictures in which somebody looks ahead."""
        return Share.of_those(eyes.shut for eyes in self.eyes)

    def lowest(self, number: int) -> list[Eyes]:
        """The pictures with the eyes that are least open, the least first."""
        return sorted(self.eyes, key=lambda eyes: eyes.openness)[:number]

    def as_json(self, listed: int = 0) -> dict[str, object]:
        """The object that `--json` prints; names of pictures only if so many are asked for."""
        ratio = self.heads_by_prints
        found: dict[str, object] = {
            "name": "liveness",
            **asdict(self.counts),
            "turned_faces_solid": self.solid_heads.as_json(),
            "turned_prints_solid": self.solid_prints.as_json(),
            "all_prints_solid": self.solid_of_all_prints.as_json(),
            "people_with_solid_prints_to_each_side": self.people_with_solid_prints.as_json(),
            "faces_by_prints": ratio and round(ratio, 2),
            "eyes_shut": self.shut.as_json(),
            "same_face": self._same_face(),
            "milliseconds": self.times and self.times.as_json(),
            "settings": _settings(),
        }
        lowest = [
            {"picture": eyes.picture, "openness": round(eyes.openness, 3)} for eyes in self.lowest(listed)
        ]
        return found | ({"lowest": lowest} if listed else {})

    def _same_face(self) -> dict[str, object]:
        same = self.same_face
        own, strangers = same.own.as_json(), same.strangers.as_json()
        return {"own": own, "strangers": strangers, "fronts_left_out": same.fronts_left_out}


def _settings() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "thresholds": THRESHOLDS}
