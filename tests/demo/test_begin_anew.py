"""A demo removes the one before it, and never one that runs."""

from pathlib import Path

import pytest

from jiazheng.demo.play import play
from jiazheng.embedded import StateLock, StateLockedError


def test_a_demo_that_runs_is_left_alone_by_a_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a demo that runs
    monkeypatch.setenv("JIAZHENG_STATE_DIR", str(tmp_path))
    data = tmp_path / "demo" / "postgres" / "data"
    data.mkdir(parents=True)
    running = StateLock(tmp_path / "demo")
    running.acquire()
    # when a second one begins, then it is refused
    with pytest.raises(StateLockedError, match=r"in use by process [0-9]+ .*: stop it first"):
        play(0, keep_running=False)
    # and what the first one has is still there
    assert data.exists()
    running.release()
