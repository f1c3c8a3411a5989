"""Plays the story on a fresh system; the clock begins some weeks ago and ends at the present."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

from rich.console import Console
from rich.panel import Panel

from jiazheng.demo import pictures
from jiazheng.demo.borrowed_phone import play_borrowed_phone
from jiazheng.demo.certificate import play_certificate
from jiazheng.demo.client import Refusal
from jiazheng.demo.enterprise_list import play_enterprise_list
from jiazheng.demo.kiosk import Kiosk
from jiazheng.demo.ledger_of_time import play_time
from jiazheng.demo.narrator import Narrator
from jiazheng.demo.personal_centre import play_personal_centre
from jiazheng.demo.phone import Phone, phone
from jiazheng.demo.picture import recorder, write_picture
from jiazheng.demo.registration import play_registration
from jiazheng.demo.world import World
from jiazheng.embedded.errors import ServiceError
from jiazheng.embedded.lock import StateLock
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.settings import Settings
from jiazheng.supervisor import Supervisor
from jiazheng.system import System, port_told, state_dir_of
from ledger.clock import DemoClock, system_clock
from workers.waits import next_of

STORY = (
    play_enterprise_list,
    play_registration,
    play_personal_centre,
    play_borrowed_phone,
    play_certificate,
    play_time,
)
STORY_LENGTH = timedelta(days=31)
"""30 days from a check-in to its deadline, and some hours."""
BEGINS_AT_HOUR = 1
"""In UTC, nine in the morning in China: a face challenge ends with its day there, far from every step."""


def play(port: int, *, keep_running: bool, picture: Path | None = None) -> int:
    """Play the story on a system of the demo's own; `picture` gets what was printed, as SVG.

    Returns:
        the exit status: 0, or 1 if a step failed.
    """
    console = recorder() if picture else Console()
    state_dir = state_dir_of() / "demo"
    _begin_anew(state_dir)
    listening = port_told(port, console.print)
    with _stopped_by_signals(), playing(state_dir, listening, console) as (system, failed):
        if picture:
            write_picture(console, picture)
        if keep_running and not failed:
            _wait(console, system)
        elif not failed:
            console.print("`make run` plays it again, and then stays up for a browser and for curl.")
    return failed


@contextmanager
def playing(state_dir: Path, port: int, console: Console) -> Iterator[tuple[System, int]]:
    """Play on a system that has no event yet; it runs until the end of the block.

    Yields:
        the system, and the exit status of the story.
    """
    pictures.fetch()
    clock_file = state_dir / "clock"
    clock = DemoClock(clock_file)
    clock.move_to((system_clock() - STORY_LENGTH).replace(hour=BEGINS_AT_HOUR))
    with phone(state_dir) as lent:
        system = System(state_dir, port, clock_file, lent.settings)
        console.print(f"Starting {system.parts()} at [bold]{system.url}[/] …")
        with system.supervisor(lambda line: console.print(f"  [dim]{line}[/]")) as supervisor:
            yield system, _tell(console, system, clock, supervisor, lent)


def _begin_anew(state_dir: Path) -> None:
    """Remove the last demo, and a server that it may have left behind.

    Raises:
        StateLockedError: it is still running.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    lock = StateLock(state_dir)
    lock.acquire()
    try:
        if (state_dir / "postgres").exists():
            left_over = EmbeddedPostgres(state_dir)
            left_over.start()
            left_over.stop()
            shutil.rmtree(state_dir)
            state_dir.mkdir()
    finally:
        lock.release()


def _tell(console: Console, system: System, clock: DemoClock, supervisor: Supervisor, lent: Phone) -> int:
    started = perf_counter()
    narrator = Narrator(console, os.environ["DATABASE_URL"])
    world = World(system.url, clock, narrator, supervisor, Settings(), lent)
    try:
        narrator.explain()
        for chapters in STORY:
            chapters(world)
        Kiosk(world.kiosk, world.facts["kiosk_id"], system.url).keep(system.state_dir)
    except (AssertionError, Refusal, ServiceError) as error:
        console.print(f"[red bold]The story stops:[/] {error}")
        return 1
    finally:
        clock.move_to(system_clock())
        world.close()
    seconds = perf_counter() - started
    console.print(
        Panel(
            f"{narrator.steps} steps, {narrator.events} events in the log, {seconds:.1f} s. Nothing of the "
            "worker is readable any more; everything that happened can still be replayed.",
            title="The whole story, through the public API",
            expand=False,
        )
    )
    return 0


def _wait(console: Console, system: System) -> None:
    console.print(f"The system stays up with the story's data. Look around at [bold]{system.url}/docs[/];")
    console.print(f"for example: curl '{system.url}/v1/enterprises?text=anjz'")
    console.print("Ctrl-C stops it and everything it started.")
    try:
        next_of(SimpleQueue[None]())  # nothing is ever put into it
    except KeyboardInterrupt:
        console.print("stopping")


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that what was started is stopped."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
