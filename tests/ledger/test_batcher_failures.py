"""What becomes of the others when one save of a batch cannot be appended, or its leader is interrupted."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from uuid import uuid4

from jiazheng.embedded.waiting import wait_until
from ledger.store.append import Outcome, Save
from ledger.store.batcher import Batcher
from ledger.store.claims import NO_CHANGES
from tests.controls.moments import NOON
from tests.controls.stored_events import stored, stream_in

STREAMS = [stream_in(1, number) for number in range(4)]
WAIT_SECONDS = 60.0
APPENDED = Outcome([], None, None)


def save_to(nth: int) -> Save:
    return Save([stored(STREAMS[nth])], uuid4(), NOON, NO_CHANGES, (), None)


def appended_behind(append: Callable[[Sequence[Save]], None]) -> tuple[list[Future[Outcome]], list[int]]:
    """Three saves that gathered while another one was under way; how many each append then had."""
    free, sizes = Event(), []

    def appending(saves: Sequence[Save]) -> list[Outcome]:
        if saves[0].events[0].originator_id == STREAMS[0]:
            assert free.wait(WAIT_SECONDS)
        else:
            sizes.append(len(saves))
            append(saves)
        return [APPENDED] * len(saves)

    batcher = Batcher(appending, lanes=1)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(batcher.save, save_to(0))
        wait_until(lambda: batcher._free_lanes == 0, WAIT_SECONDS)
        behind = [threads.submit(batcher.save, save_to(nth)) for nth in (1, 2, 3)]
        wait_until(lambda: len(batcher._waiting) == len(behind), WAIT_SECONDS)
        free.set()
        assert first.result() == APPENDED
    assert batcher._free_lanes == 1
    return behind, sizes


def test_one_save_that_cannot_be_appended_fails_alone() -> None:
    # given a save that no database takes among two that it takes
    def append(saves: Sequence[Save]) -> None:
        if STREAMS[2] in {save.events[0].originator_id for save in saves}:
            raise ValueError

    # when they are appended together
    behind, sizes = appended_behind(append)
    # then that one fails, and the others are appended
    assert sizes == [3, 1, 1, 1]
    assert [type(future.exception()) for future in behind].count(ValueError) == 1
    assert [future.result() for future in behind if not future.exception()] == [APPENDED] * 2


def test_whose_leader_is_interrupted_is_told_so_and_the_lane_is_free_again() -> None:
    # given a leader that is interrupted in the middle of an append for three
    class Interrupted(BaseException):
        pass

    def append(_: Sequence[Save]) -> None:
        raise Interrupted

    # when they are appended together
    behind, sizes = appended_behind(append)
    # then one thread is interrupted, the others may send again, and nobody appended without a lane
    assert sizes == [3]
    told = sorted(type(future.exception()).__name__ for future in behind)
    assert told == ["Interrupted", "InterruptedError", "InterruptedError"]
