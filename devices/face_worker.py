"""What runs inside a child process of the face pool."""

import ctypes
import os
import signal
from dataclasses import dataclass, field

from devices.face_matcher import Embedding, FaceMatcher
from devices.face_thresholds import FaceComparison, Thresholds

JOB_LIMIT_SECONDS = 20  # a job takes 0.3 s; whatever makes one hang, the child kills itself and is replaced
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class PortraitImage:
    """An encoded card portrait, as a PortraitDecoder returns it."""

    octets: bytes = field(repr=False)


@dataclass(frozen=True)
class Verification:
    """The outcome of one call; `template` is the selfie's, for enrolment."""

    comparison: FaceComparison
    template: Embedding


class _Process:
    """The models of this process, loaded once."""

    matcher: FaceMatcher | None = None


def initialise(parent: int, thresholds: tuple[Thresholds, ...]) -> None:
    """Prepare a child: die with the parent, leave Ctrl-C to it, load the models."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above could take effect
        os.kill(os.getpid(), signal.SIGKILL)
    _Process.matcher = FaceMatcher(thresholds)


def verify(selfie: bytes, reference: PortraitImage | Embedding) -> Verification:
    """Embed the selfie and the reference (unless it is a template) and compare; raises as FaceMatcher."""
    signal.alarm(JOB_LIMIT_SECONDS)  # SIGALRM is left at its default, which ends the process
    try:
        matcher = _loaded()
        known = reference if isinstance(reference, Embedding) else matcher.embed_portrait(reference.octets)
        template = matcher.embed_selfie(selfie)
        return Verification(matcher.compare(known, template), template)
    finally:
        signal.alarm(0)


def process_id() -> int:
    """Tell this child's id; a call without work, for warming up."""
    return os.getpid()


def _loaded() -> FaceMatcher:
    if _Process.matcher is None:
        raise RuntimeError("the face worker was not initialised")
    return _Process.matcher
