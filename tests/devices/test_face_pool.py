"""Real processes, killed for real."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from devices.face_image import FaceImageRejected
from devices.face_matcher import FaceMatcher
from devices.face_mesh import FaceMesh
from devices.face_pool import FacePool, FacePoolBusy, FacePoolFailed
from devices.face_series import look_at
from devices.face_thresholds import STRICT_THRESHOLDS, ModelMismatch
from devices.face_worker import PortraitImage
from devices.liveness import ACTIONS
from jiazheng.demo import pictures
from jiazheng.demo.client import until
from jiazheng.demo.doubles.living_face import living_face

Picture = Callable[[str], bytes]
SECONDS = 120.0


def living(name: str) -> list[bytes]:
    """The face of a picture, which does everything that it can be asked to."""
    return living_face(pictures.path(name).read_bytes()).frames(ACTIONS)


def with_pool(
    work: Callable[[FacePool], Coroutine[Any, Any, None]], processes: int = 1, **options: Any
) -> None:
    async def run() -> None:
        async with FacePool(processes, **options) as pool:
            await work(pool)

    asyncio.run(run())


def test_it_gives_what_the_matcher_gives(matcher: FaceMatcher, portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        first = await pool.verify(living("obama.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        again = await pool.verify(living("obama2.jpg"), ACTIONS, first.template, SECONDS)
        seen = look_at(matcher, FaceMesh(), living("obama.jpg"), ACTIONS)
        assert first.comparison == matcher.compare(matcher.embed_portrait(portrait), seen.template)
        assert (first.template.to_bytes(), first.is_live) == (seen.template.to_bytes(), True)
        assert (again.comparison.template_kind, again.comparison.verdict) == ("selfie", "accepted")
        assert await pool.warm_up(SECONDS) == 1

    with_pool(work)


def test_refusals_travel_and_leave_the_pool_whole(picture: Picture, portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        template = (
            await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        ).template
        children = pool.process_ids()
        with pytest.raises(FaceImageRejected) as caught:
            await pool.verify([picture("sample1.jpg")], ACTIONS, template, SECONDS)
        assert (caught.value.code, caught.value.subject) == ("several_faces", "selfie")
        with pytest.raises(FaceImageRejected) as caught:
            await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(b"WLT"), SECONDS)
        assert (caught.value.code, caught.value.subject) == ("not_an_image", "portrait")
        with pytest.raises(ModelMismatch):
            await pool.verify(living("biden.jpg"), ACTIONS, replace(template, model="0" * 64), SECONDS)
        assert pool.process_ids() == children

    with_pool(work)


def spawned() -> set[int]:
    """The face processes of this process, of every pool in it."""
    children = psutil.Process().children()
    return {each.pid for each in children if is_alive(each) and "spawn_main" in " ".join(each.cmdline())}


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_killed_child_is_replaced_and_the_calls_are_made_again(portrait: bytes) -> None:
    before = spawned()

    async def work(pool: FacePool) -> None:
        await pool.warm_up(SECONDS)
        (child,) = pool.process_ids()
        os.kill(child, signal.SIGSTOP)  # so that the calls are surely under way when it dies
        calls = [
            asyncio.ensure_future(pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS))
            for _ in range(3)
        ]
        await asyncio.wait(calls, timeout=0.05)
        os.kill(child, signal.SIGKILL)
        verdicts = [(await call).comparison.verdict for call in calls]
        assert verdicts == ["rejected"] * 3
        assert child not in pool.process_ids()
        assert spawned() - before == set(pool.process_ids())  # one new pool for all three calls

    with_pool(work)


def test_an_idle_child_that_was_killed_costs_no_call(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        await pool.warm_up(SECONDS)
        os.kill(pool.process_ids()[0], signal.SIGKILL)
        await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)

    with_pool(work)


def test_a_pool_whose_children_cannot_start_fails(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        with pytest.raises(FacePoolFailed):
            await pool.verify([b""], ACTIONS, PortraitImage(portrait), SECONDS)

    with_pool(work, thresholds=(replace(STRICT_THRESHOLDS[0], model="0" * 64),))


def test_past_the_deadline_the_pool_is_busy_and_works_again_later(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        await pool.warm_up(SECONDS)
        (child,) = pool.process_ids()
        os.kill(child, signal.SIGSTOP)
        with pytest.raises(FacePoolBusy):
            await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), 0.1)
        os.kill(child, signal.SIGCONT)
        await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        assert pool.process_ids() == [child]

    with_pool(work)


async def given_up(pool: FacePool, portrait: bytes, seconds: float, whose: str) -> str:
    """Why a call is refused."""
    with pytest.raises(FacePoolBusy) as caught:
        await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), seconds, whose)
    return str(caught.value)


def test_a_call_that_was_given_up_keeps_its_place_until_the_child_is_free(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        sent = (living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        await pool.warm_up(SECONDS)
        # given a child that is still at a call past its deadline (the first that it got before that)
        (child,) = pool.process_ids()
        os.kill(child, signal.SIGSTOP)
        try:
            said = [await given_up(pool, portrait, 0.1, "one") for _ in range(30)]
            behind = asyncio.ensure_future(pool.verify(*sent, "another"))
            await asyncio.wait([behind], timeout=0.01)
            said.append(await given_up(pool, portrait, 0.1, "third"))
        finally:  # the pool could not be closed
            os.kill(child, signal.SIGCONT)
        # then the person has no second one, and of two places one is left
        assert said[-2:] == [
            "a face check of the same person is under way",
            "too many face checks wait already",
        ]
        # when the child goes on, then both are free
        await behind
        await asyncio.gather(pool.verify(*sent, "one"), pool.verify(*sent, "another"))

    with_pool(work, queue_limit=2)


def test_a_child_that_dies_after_a_waiting_call_was_given_up_is_replaced_with_its_siblings(
    portrait: bytes,
) -> None:
    before = spawned()

    async def work(pool: FacePool) -> None:
        sent = (living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        await pool.warm_up()
        # given children that are at calls, and others behind these, of which one is given up
        dying, other = pool.process_ids()
        os.kill(dying, signal.SIGSTOP)
        os.kill(other, signal.SIGSTOP)
        try:
            calls = [asyncio.ensure_future(pool.verify(*sent)) for _ in range(3)]
            await asyncio.wait(calls, timeout=0.01)
            await given_up(pool, portrait, 0.1, "one")
            calls.append(asyncio.ensure_future(pool.verify(*sent, "another")))
            await asyncio.wait(calls, timeout=0.01)
        finally:  # when one child dies
            os.kill(dying, signal.SIGKILL)
            os.kill(other, signal.SIGCONT)
        # then every call but that one is answered, and the old children are gone
        assert [(await call).comparison.verdict for call in calls] == ["rejected"] * 4
        until(lambda: spawned() - before == set(pool.process_ids()), "the old children are gone")
        assert not {dying, other} & set(pool.process_ids())

    with_pool(work, processes=2)


def test_a_pool_that_is_closed_cancels_the_calls_under_way(portrait: bytes) -> None:
    before = spawned()
    calls: list[asyncio.Future[Any]] = []

    async def work(pool: FacePool) -> None:
        await pool.warm_up()
        (child,) = pool.process_ids()
        os.kill(child, signal.SIGSTOP)  # so that no call ends before the pool is closed
        sent = (living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        calls.extend(asyncio.ensure_future(pool.verify(*sent)) for _ in range(3))
        await asyncio.wait(calls, timeout=0.01)
        os.kill(child, signal.SIGCONT)

    async def run() -> None:
        async with FacePool(1) as pool:
            await work(pool)
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(each) for each in ended] == [asyncio.CancelledError] * 3
        assert spawned() == before

    asyncio.run(run())


def test_a_full_queue_refuses_at_once(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        call = pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        under_way = asyncio.ensure_future(call)
        await asyncio.wait([under_way], timeout=0.01)
        with pytest.raises(FacePoolBusy):
            await pool.verify(living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        await under_way
        await pool.warm_up()  # the place is free again

    with_pool(work, queue_limit=1)


def test_one_person_has_one_call_at_a_time(portrait: bytes) -> None:
    async def work(pool: FacePool) -> None:
        sent = (living("biden.jpg"), ACTIONS, PortraitImage(portrait), SECONDS)
        under_way = asyncio.ensure_future(pool.verify(*sent, "one"))
        await asyncio.wait([under_way], timeout=0.01)
        with pytest.raises(FacePoolBusy):
            await pool.verify(*sent, "one")
        await asyncio.gather(under_way, pool.verify(*sent, "another"))
        await pool.verify(*sent, "one")  # the first call is over

    with_pool(work)


def test_children_leave_ctrl_c_to_the_parent() -> None:
    async def work(pool: FacePool) -> None:
        await pool.warm_up(SECONDS)
        children = pool.process_ids()
        os.kill(children[0], signal.SIGINT)
        await pool.warm_up(SECONDS)
        assert pool.process_ids() == children

    with_pool(work)


PARENT = """
import asyncio, sys, time
from devices.face_pool import FacePool

async def main():
    pool = FacePool(1)
    await pool.warm_up()
    print(pool.process_ids()[0], flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    _, alive = psutil.wait_procs([child], timeout=60)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
