"""Groups the concurrent saves of a process: while one append is under way, the next ones gather behind it.

Whoever finds a lane free leads: it appends its own save and those that wait, then wakes the next leader. So a
lone save waits for nobody, and many saves share one round trip and one wait for the disk.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from ledger.store.append import Outcome, Save
from ledger.store.sender import ServerAway

MAX_SAVES = 64
MAX_EVENTS = 5_000
LANES = 1
"""Appends under way at a time; two make smaller batches and were slower at every number of writers."""

Append = Callable[[Sequence[Save]], Sequence[Outcome]]


class _Waiting:
    """A save that waits for its outcome, or for its turn to lead."""

    def __init__(self, save: Save) -> None:
        self.save = save
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self.leads = False
        self.wake = Lock()
        self.wake.acquire()


class Batcher:
    """Appends saves in batches and tells each its own outcome."""

    def __init__(self, append: Append, lanes: int = LANES) -> None:
        self._append = append
        self._free_lanes = lanes
        self._waiting: deque[_Waiting] = deque()
        self._lock = Lock()

    def save(self, save: Save) -> Outcome:
        """Append a save, alone or with others; blocks until it is on disk."""
        mine = _Waiting(save)
        if not self._may_lead(mine):
            mine.wake.acquire()
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        if mine.outcome is None:
            msg = "the append was interrupted; the same command may be sent again"
            raise InterruptedError(msg)
        return mine.outcome

    def _may_lead(self, mine: _Waiting) -> bool:
        with self._lock:
            if self._free_lanes:
                self._free_lanes -= 1
                mine.leads = True
            else:
                self._waiting.append(mine)
            return mine.leads

    def _lead(self, mine: _Waiting) -> None:
        batch = self._take(mine)
        try:
            self._settle(batch)
        finally:  # also when this thread is interrupted, nobody is left waiting
            self._hand_over()
            for waiting in batch[1:]:
                waiting.wake.release()

    def _settle(self, batch: list[_Waiting]) -> None:
        try:
            outcomes = self._append([waiting.save for waiting in batch])
        except ServerAway as error:  # it was waited for; each save alone would wait as long again
            for waiting in batch:
                waiting.error = error
        except Exception as error:  # noqa: BLE001 - it is raised in the thread whose save it is
            if len(batch) == 1:
                batch[0].error = error
            else:  # one save that cannot be appended does not fail the others
                for waiting in batch:
                    self._settle([waiting])
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                waiting.outcome = outcome

    def _take(self, mine: _Waiting) -> list[_Waiting]:
        """The leader's save and those of the waiting that touch nothing in common, in order."""
        batch, events = [mine], len(mine.save.events)
        left: deque[_Waiting] = deque()
        with self._lock:
            touched = set(mine.save.touches) if self._waiting else set()
            while self._waiting and len(batch) < MAX_SAVES and events < MAX_EVENTS:
                waiting = self._waiting.popleft()
                touches = waiting.save.touches
                if touched.isdisjoint(touches):
                    batch.append(waiting)
                    events += len(waiting.save.events)
                else:
                    left.append(waiting)
                touched |= touches
            self._waiting.extendleft(reversed(left))
        return batch

    def _hand_over(self) -> None:
        """Give the lane to the one who waits longest, or free it."""
        with self._lock:
            if self._waiting:
                next_one = self._waiting.popleft()
                next_one.leads = True
                next_one.wake.release()
            else:
                self._free_lanes += 1
