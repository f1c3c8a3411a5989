import signal

import pytest

from devices import face_worker
from devices.face_image import FaceImageCode, FaceImageRejected
from devices.face_worker import JOB_LIMIT_SECONDS, PortraitImage


class Clock:
    """In place of the matcher: tells how long the process still has to live."""

    left = 0.0

    def embed_portrait(self, _: bytes) -> None:
        self.left = signal.getitimer(signal.ITIMER_REAL)[0]
        raise FaceImageRejected(FaceImageCode.NO_FACE, "portrait")


def test_a_job_that_hangs_would_end_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(face_worker._Process, "models", (clock, None))
    with pytest.raises(FaceImageRejected):
        face_worker.verify([], [], PortraitImage(b""))
    assert 0 < clock.left <= JOB_LIMIT_SECONDS
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0  # and one that ends does not
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_without_its_models_a_worker_says_so() -> None:
    with pytest.raises(RuntimeError, match="initialised"):
        face_worker.verify([], [], PortraitImage(b""))
