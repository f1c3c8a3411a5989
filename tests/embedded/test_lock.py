"""Others can tell whether a supervisor uses a state folder."""

from pathlib import Path

from jiazheng.embedded import StateLock


def test_a_folder_is_in_use_from_the_lock_to_its_release(tmp_path: Path) -> None:
    held = StateLock(tmp_path)
    assert not StateLock(tmp_path).is_held()
    held.acquire()
    assert StateLock(tmp_path).is_held()
    held.release()
    assert not StateLock(tmp_path).is_held()
