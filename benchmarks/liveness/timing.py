"""How long a face check takes with a series of frames, and how long a single photo took."""

from collections.abc import Callable, Iterable
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Final

from PIL import Image

from benchmarks.liveness.findings import Times
from benchmarks.liveness.people import Onlooker
from devices.face_image import FaceImageRejected, Pixels, decode_face_image
from devices.face_series import look_at
from devices.liveness import Action
from jiazheng.demo.doubles.living_face import LivingFace
from jiazheng.demo.portraits import NoPortrait

ASKED: Final[tuple[Action, ...]] = ("turn_right", "blink", "turn_left")
TURNS = 15


def times(
    onlooker: Onlooker, photographs: Iterable[Pixels], turns: int, notice: Callable[[str], None]
) -> Times | None:
    """Of the first photograph whose film passes, so that no check is skipped; both take turns."""
    notice("rendering a film")
    frames = next((film for each in photographs if (film := _film(onlooker, each))), None)
    if frames is None:
        return None
    series, photo = list[float](), list[float]()
    for nth in range(1, turns + 1):
        notice(f"timing face checks, {nth}/{turns}")
        series.append(_milliseconds(lambda: look_at(onlooker.matcher, onlooker.mesh, frames, ASKED)))
        photo.append(_milliseconds(lambda: onlooker.matcher.embed_selfie(decode_face_image(frames[0]))))
    return Times(len(frames), median(series), median(photo))


def _film(onlooker: Onlooker, photograph: Pixels) -> list[bytes] | None:
    """A head rendered from it doing what it is asked to; None if that does not pass."""
    try:
        frames = LivingFace(_encoded(photograph)).frames(ASKED)
        passed = look_at(onlooker.matcher, onlooker.mesh, frames, ASKED).is_live
    except (NoPortrait, FaceImageRejected):
        return None
    return frames if passed else None


def _encoded(pixels: Pixels) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def _milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return 1_000 * (perf_counter() - began)
