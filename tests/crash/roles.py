"""The processes that are killed: the roles of the system, and a load on it."""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from signal import SIGKILL

from jiazheng.bootstrap import build_imports
from jiazheng.embedded.processes import PR_SET_PDEATHSIG
from jiazheng.settings import Settings
from ledger.clock import system_clock
from ledger.credit_ledger import CreditLedger
from ledger.vault.sms_outbox import SmsOutbox
from projections import catalogue, runner
from tests.crash.journal import Journal
from tests.crash.load import Load
from workers import reactions
from workers.actors import Parts, declare
from workers.broker import build_broker, enqueue_to
from workers.messages import OutboxDelivery
from workers.run import run, run_loops, stop_at_signals
from workers.schedule import Schedule

HEARTBEAT_MS = 2_000
IDLE_MS = 50

Role = Callable[[Settings, Path, int], None]


def start(role: Role, settings: Settings, folder: Path, nth: int) -> None:
    """Run a role as the `nth` process of this kind; it logs into `folder` and dies with who started it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
    log = os.open(folder / f"{role.__name__}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    role(settings, folder, nth)


def load(settings: Settings, folder: Path, nth: int) -> None:
    """As the API would: commands from many threads."""
    made = Load(_ledger(settings), Journal(folder / f"load-{nth}"), nth)
    made.list_hot()
    run_loops(made.loops(), stop_at_signals())


def project(settings: Settings, _folder: Path, _nth: int) -> None:
    """As `jiazheng project`."""
    run_loops([partial(runner.run, catalogue.followers(_ledger(settings)))], stop_at_signals())


def schedule(settings: Settings, folder: Path, nth: int) -> None:
    """As `jiazheng schedule`, but what it sends is written down before."""
    ledger, send = _ledger(settings), enqueue_to(build_broker(settings.redis_url))
    journal = Journal(folder / f"schedule-{nth}")

    def enqueue(actor: str, about: str) -> None:
        journal.write(actor, about)
        send(actor, about)

    follow = partial(runner.run, [reactions.follower(ledger, enqueue)])
    run_loops([follow, Schedule(ledger, system_clock, enqueue).run], stop_at_signals())


def work(settings: Settings, _folder: Path, _nth: int) -> None:
    """As `jiazheng work`; without a gateway the SMS stay in the outbox."""
    ledger, broker = _ledger(settings), build_broker(settings.redis_url, HEARTBEAT_MS)
    outbox = SmsOutbox(ledger.pool, ledger.keyring.platform)
    declare(broker, Parts(ledger, system_clock, outbox, build_imports(settings, ledger)))
    run(
        broker,
        [OutboxDelivery(outbox, system_clock, None).run],
        stop_at_signals(),
        threads=2,
        idle_ms=IDLE_MS,
    )


def _ledger(settings: Settings) -> CreditLedger:
    ledger = CreditLedger(settings.ledger_environment(), settings.rules)
    ledger.keys.replay_erasures()
    return ledger
