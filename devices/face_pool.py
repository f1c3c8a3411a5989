"""Face verification for asyncio: a pool of processes, since dlib's embedding holds the GIL (54 ms)."""

import asyncio
import os
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from devices import face_worker
from devices.face_matcher import Embedding
from devices.face_thresholds import STRICT_THRESHOLDS, Thresholds
from devices.face_worker import PortraitImage, Verification
from devices.liveness import Action

P = ParamSpec("P")
T = TypeVar("T")


class FacePoolBusy(Exception):
    """No process got round to the call in time, or too many calls wait already: try again later."""


class FacePoolFailed(Exception):
    """The processes died twice under one call; the weights may be missing, or the picture kills dlib."""


class FacePool:
    """`processes` children with the models loaded; one per core is right.

    Pictures travel through pipes and are never written to disk. At most `queue_limit` calls are accepted at a
    time, running ones included, also those past their deadline: a child cannot be stopped in the middle of
    one, and is not free before it has ended it. A call waits here until a child is free, and once handed to
    the executor is never cancelled: Python 3.11's breaks down over a cancelled one when a child dies.

    At the end of its context calls under way are cancelled, and the children stopped. Use it from one event
    loop, on the thread that made it: the children die with that thread.
    """

    def __init__(
        self,
        processes: int,
        thresholds: tuple[Thresholds, ...] = STRICT_THRESHOLDS,
        queue_limit: int = 16,
    ) -> None:
        self._processes = processes
        self._thresholds = thresholds
        self._queue_limit = queue_limit
        self._in_flight: set[asyncio.Task[Any]] = set()
        self._free_children = asyncio.Semaphore(processes)
        self._being_checked: set[Hashable] = set()
        self._executor = self._built()

    async def verify(
        self,
        pictures: Sequence[bytes],
        actions: Sequence[Action],
        reference: PortraitImage | Embedding,
        deadline_seconds: float,
        whose: Hashable = None,
    ) -> Verification:
        """Compare the face of a series with a card portrait or an enrolled template, within the deadline.

        The `actions` are what the face was asked to do in it.

        Of a person named by `whose` one call is taken at a time: bad pictures use up no attempt, and nobody
        shall fill the queue with them alone.

        Raises FaceImageRejected for a picture, ModelMismatch for a template of another model, FacePoolBusy
        and FacePoolFailed. A call whose process was killed is made once more.
        """
        if whose in self._being_checked:
            raise FacePoolBusy("a face check of the same person is under way")
        call = self._accepted(face_worker.verify, pictures, actions, reference)
        self._being_checked |= {whose} - {None}
        call.add_done_callback(lambda _: self._being_checked.discard(whose))
        return await _within(deadline_seconds, call)

    async def warm_up(self, deadline_seconds: float = 30.0) -> int:
        """Start every process and load its models; return how many children answered. Raises as verify."""
        calls = [self._accepted(face_worker.process_id) for _ in range(self._processes)]
        return len(await asyncio.gather(*(_within(deadline_seconds, call) for call in calls)))

    def process_ids(self) -> list[int]:
        """Ids of the living children."""
        # the executor has no public way to name its children, and a supervisor needs to measure them
        return list(self._executor._processes or ())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for call in self._in_flight:
            call.cancel()
        await asyncio.to_thread(self._executor.shutdown)

    def _accepted(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[T]:
        """A call that has its place until it is done; cancelled, it is done once no child is at it."""
        if len(self._in_flight) >= self._queue_limit:
            raise FacePoolBusy("too many face checks wait already")
        call = asyncio.create_task(self._in_turn(work, *args, **kwargs))
        self._in_flight.add(call)
        call.add_done_callback(self._in_flight.discard)
        return call

    async def _in_turn(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._free_children:
            return await self._retried(work, *args, **kwargs)

    async def _retried(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        executor = self._executor
        try:
            return await self._answer(work, *args, **kwargs)
        except BrokenProcessPool:
            self._replace(executor)
        try:
            return await self._answer(work, *args, **kwargs)
        except BrokenProcessPool as error:
            raise FacePoolFailed("the face processes died twice under one call") from error

    async def _answer(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        answer = asyncio.wrap_future(self._executor.submit(work, *args, **kwargs))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            await asyncio.wait([answer])  # unlike a gather, leaves it alone if cancelled once more
            raise

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        # all calls in flight see the same pool break; only the first of them builds the next one
        if self._executor is broken:
            self._executor = self._built()
            broken.shutdown(wait=False)

    def _built(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes,
            mp_context=get_context(
                "spawn"
            ),  # fork would copy threads' locks, a fork server would be the parent
            initializer=face_worker.initialise,
            initargs=(os.getpid(), self._thresholds),
        )


async def _within(deadline_seconds: float, call: asyncio.Task[T]) -> T:
    try:
        done, _ = await asyncio.wait([call], timeout=deadline_seconds)
    finally:
        call.cancel()
    if not done:
        raise FacePoolBusy("the face check did not finish in time")
    return call.result()
