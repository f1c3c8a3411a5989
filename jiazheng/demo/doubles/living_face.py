"""Somebody before a camera: a head rendered from one photograph, which blinks and turns as it is asked to.

It stands for the person, whom no machine has. It is also what a challenge of movements cannot stop: whoever
can put such pictures in the place of a camera's passes it (docs/threat-model.md).
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from io import BytesIO
from itertools import product

import dlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from devices.face_mesh import LEFT_EYE, NOSE_BRIDGE, RIGHT_EYE, FaceMesh, Region, SeenFace
from devices.liveness import Action
from jiazheng.demo.portraits import NoPortrait

Points = npt.NDArray[np.float64]

SIDE = 480
"""Pixels of a frame, which is a square."""
FRAMES_AHEAD, FRAMES_OF_ACTION = 2, 3
_HEAD_PER_FACE = 1.4  # of the region that the mesh works with
_GRID = 8  # pixels between the points where a warp is computed
_BORDER = 9  # points on each side of the frame that stay where they are
_TURN_DEGREES = 25.0
_STRAIGHT_DEGREES = 5.0
_AXIS_PER_EYE_SPAN = 1.0  # how far behind the bridge of the nose a head turns
_UPPER_LIDS = {RIGHT_EYE: (246, 161, 160, 159, 158, 157, 173), LEFT_EYE: (466, 388, 387, 386, 385, 384, 398)}
_LOWER_LIDS = {RIGHT_EYE: (7, 163, 144, 145, 153, 154, 155), LEFT_EYE: (249, 390, 373, 374, 380, 381, 382)}


class LivingFace:
    """The face of a photograph that shows one, an encoded image."""

    def __init__(self, photograph: bytes) -> None:
        self._mesh = FaceMesh()
        self._ahead = _looking_ahead(self._mesh, photograph)

    def frames(self, actions: Sequence[Action]) -> list[bytes]:
        """JPEGs in which it does what it is asked to, one after the other."""
        return list(self._play(actions))

    def still(self, number: int) -> list[bytes]:
        """JPEGs in which it does nothing."""
        return [self._frame("ahead")] * number

    def _play(self, actions: Sequence[Action]) -> Iterator[bytes]:
        for action in actions:
            yield from self.still(FRAMES_AHEAD)
            yield from [self._frame(action)] * FRAMES_OF_ACTION
        yield from self.still(FRAMES_AHEAD)

    def _frame(self, what: str) -> bytes:
        return _encoded(self._poses[what])

    @cached_property
    def _poses(self) -> dict[str, Image.Image]:
        seen = _seen(self._mesh, self._ahead)
        return {
            "ahead": self._ahead,
            "blink": _with_closed_eyes(self._ahead, seen),
            "turn_left": _turned(self._ahead, seen, _TURN_DEGREES),
            "turn_right": _turned(self._ahead, seen, -_TURN_DEGREES),
        }


@lru_cache(16)
def living_face(photograph: bytes) -> LivingFace:
    """Rendered once for each photograph, which takes half a second."""
    return LivingFace(photograph)


def _looking_ahead(mesh: FaceMesh, photograph: bytes) -> Image.Image:
    """The head, cut out and turned to the camera."""
    head = _cut_out(mesh, ImageOps.exif_transpose(Image.open(BytesIO(photograph))).convert("RGB"))
    seen = _seen(mesh, head)
    return head if abs(seen.yaw) < _STRAIGHT_DEGREES else _turned(head, seen, -1.15 * seen.yaw)


def _cut_out(mesh: FaceMesh, picture: Image.Image) -> Image.Image:
    picture.thumbnail((2_000, 2_000), Image.Resampling.LANCZOS)
    where = _seen(mesh, picture).region
    half = where.side * _HEAD_PER_FACE / 2
    box = (where.x - half, where.y - half, where.x + half, where.y + half)
    return picture.transform((SIDE, SIDE), Image.Transform.EXTENT, box, Image.Resampling.BICUBIC)


def _seen(mesh: FaceMesh, picture: Image.Image) -> SeenFace:
    pixels = np.asarray(picture)
    faces = dlib.get_frontal_face_detector()(pixels, 0)
    rough = mesh.see(pixels, Region.around(max(faces, key=lambda found: found.area()))) if faces else None
    found = rough and mesh.see(pixels, rough.region)
    if found is None:
        raise NoPortrait("the picture shows no face")
    return found


def _turned(picture: Image.Image, seen: SeenFace, degrees: float) -> Image.Image:
    """Turn the head about an upright axis behind the nose; the background stays where it is."""
    angle, bridge = np.radians(degrees), seen.points[NOSE_BRIDGE]
    across = seen.points[:, 0] - bridge[0]
    behind = seen.points[:, 2] - bridge[2] - _AXIS_PER_EYE_SPAN * seen.eye_span
    moved = seen.points[:, :2].copy()
    moved[:, 0] = bridge[0] + across * np.cos(angle) - behind * np.sin(angle)
    return _warped(picture, seen.points[:, :2], moved)


def _with_closed_eyes(picture: Image.Image, seen: SeenFace) -> Image.Image:
    """Paint lids of the skin's colour over the eyes, and the lashes on their lower edge."""
    closed = picture.copy()
    for corners in (RIGHT_EYE, LEFT_EYE):
        outer, inner = corners
        width = float(np.linalg.norm(seen.points[outer, :2] - seen.points[inner, :2]))
        edge = seen.points[[outer, *_UPPER_LIDS[corners], inner, *_LOWER_LIDS[corners][::-1]], :2]
        middle = edge.mean(axis=0)
        skin = _colour_at(picture, middle[0], edge[:, 1].min() - 0.12 * width)
        lid = Image.new("L", picture.size)
        ImageDraw.Draw(lid).polygon(_pairs((edge - middle) * (1.15, 1.5) + middle), fill=255)
        closed.paste(skin, mask=lid.filter(ImageFilter.GaussianBlur(1.5)))
        lashes = seen.points[[outer, *_LOWER_LIDS[corners], inner], :2]
        dark = tuple(value // 3 for value in skin)
        ImageDraw.Draw(closed).line(_pairs(lashes), fill=dark, width=max(2, round(width / 18)))
    return closed


def _colour_at(picture: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    patch = picture.crop((round(x) - 8, round(y) - 3, round(x) + 8, round(y) + 2)).resize((1, 1))
    red, green, blue = np.asarray(patch)[0, 0]
    return int(red), int(green), int(blue)


def _pairs(points: Points) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]


def _warped(picture: Image.Image, before: Points, after: Points) -> Image.Image:
    """Move points of a picture, and what lies between them smoothly (thin-plate splines, Bookstein 1989)."""
    steps = np.linspace(0, SIDE, _BORDER)
    border = np.array([(x, y) for x, y in product(steps, steps) if {x, y} & {0.0, SIDE}])
    knots, offsets = np.vstack([after, border]), np.vstack([before - after, np.zeros_like(border)])
    lines = range(0, SIDE + 1, _GRID)
    grid = np.array(list(product(lines, lines)), dtype=np.float64)
    source = (grid + _spline(knots, offsets, grid)).reshape(len(lines), len(lines), 2)
    cells = [
        ((x * _GRID, y * _GRID, (x + 1) * _GRID, (y + 1) * _GRID), _quadrilateral(source, x, y))
        for x, y in product(range(len(lines) - 1), repeat=2)
    ]
    return picture.transform(picture.size, Image.Transform.MESH, cells, Image.Resampling.BICUBIC)


def _quadrilateral(source: Points, x: int, y: int) -> tuple[float, ...]:
    """Where a cell's corners come from: upper left, lower left, lower right, upper right."""
    corners = (source[x, y], source[x, y + 1], source[x + 1, y + 1], source[x + 1, y])
    return tuple(float(value) for corner in corners for value in corner)


def _spline(knots: Points, values: Points, at: Points) -> Points:
    size = len(knots)
    affine = np.column_stack([np.ones(size), knots])
    bending = _bending(knots, knots) + 0.1 * np.eye(size)  # the mesh is not so exact that it must be met
    system = np.block([[bending, affine], [affine.T, np.zeros((3, 3))]])
    weights = np.linalg.solve(system, np.vstack([values, np.zeros((3, 2))]))
    bent: Points = (
        _bending(at, knots) @ weights[:size] + np.column_stack([np.ones(len(at)), at]) @ weights[size:]
    )
    return bent


def _bending(left: Points, right: Points) -> Points:
    squares = ((left[:, None] - right[None]) ** 2).sum(axis=2)
    bent: Points = squares * np.log(np.maximum(squares, 1e-9))
    return bent


def _encoded(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
