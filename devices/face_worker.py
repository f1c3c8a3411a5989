"""What runs inside a child process of the face pool."""

import ctypes
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

from devices.face_matcher import Embedding, FaceMatcher
from devices.face_mesh import FaceMesh
from devices.face_series import look_at
from devices.face_thresholds import FaceComparison, Thresholds
from devices.liveness import Action

JOB_LIMIT_SECONDS = 8  # a series takes 0.3 s, the costliest some seconds; what hangs ends, and is replaced
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class PortraitImage:
    """An encoded card portrait, as a PortraitDecoder returns it."""

    octets: bytes = field(repr=False)


@dataclass(frozen=True)
class Verification:
    """The outcome of one call; `template` is of the face's front, for enrolment.

    `is_live`: the face made the movements in their order, is solid, and was the same all the time.
    """

    comparison: FaceComparison
    template: Embedding
    is_live: bool


class _Process:
    """The models of this process, loaded once."""

    models: tuple[FaceMatcher, FaceMesh] | None = None


def initialise(parent: int, thresholds: tuple[Thresholds, ...]) -> None:
    """Prepare a child: die with the parent, leave Ctrl-C to it, load the models."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above could take effect
        os.kill(os.getpid(), signal.SIGKILL)
    _Process.models = FaceMatcher(thresholds), FaceMesh()


def verify(
    pictures: Sequence[bytes], actions: Sequence[Action], reference: PortraitImage | Embedding
) -> Verification:
    """Look at a series of pictures and compare its face with the reference.

    Raises as `look_at`, and FaceMatcher of the reference.
    """
    signal.alarm(JOB_LIMIT_SECONDS)  # SIGALRM is left at its default, which ends the process
    try:
        matcher, mesh = _loaded()
        known = reference if isinstance(reference, Embedding) else matcher.embed_portrait(reference.octets)
        seen = look_at(matcher, mesh, pictures, actions)
        return Verification(matcher.compare(known, seen.template), seen.template, seen.is_live)
    finally:
        signal.alarm(0)


def process_id() -> int:
    """Tell this child's id; a call without work, for warming up."""
    return os.getpid()


def _loaded() -> tuple[FaceMatcher, FaceMesh]:
    if _Process.models is None:
        raise RuntimeError("the face worker was not initialised")
    return _Process.models
