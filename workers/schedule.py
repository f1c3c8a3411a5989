"""The scheduler: looks at deadlines when they are due, and says what has to be done about them."""

import logging
from datetime import datetime, timedelta
from threading import Event

from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.housekeeping import tidy
from ledger.sealing.subject_keys import SubjectKeyMissing
from workers import wakeups
from workers.broker import Enqueue
from workers.deadlines import Deadlines, next_look, reminder_due
from workers.wakeups import Wakeup

log = logging.getLogger(__name__)

BATCH_WAKEUPS = 200
IDLE_SECONDS = 1.0

TIDY_EVERY = timedelta(minutes=10)
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""The reaction to its event removes a settled deadline's wake-up; until then a lost message is sent anew."""


class Schedule:
    """Takes what is due; several processes may sweep at once, since each skips what another one holds."""

    def __init__(self, ledger: CreditLedger, clock: Clock, enqueue: Enqueue) -> None:
        self._ledger = ledger
        self._clock = clock
        self._enqueue = enqueue
        self._deadlines = Deadlines(ledger, clock)

    def sweep(self) -> int:
        """Fire one batch of what is due: first the messages, then the rows, so a crash repeats both.

        Returns:
            how many wake-ups fired.
        """
        at = self._clock()
        with self._ledger.pool.connection() as connection, connection.transaction():
            due = wakeups.take_due(connection, at, BATCH_WAKEUPS)
            wakeups.move(connection, [(wakeup, self._fired(wakeup, at)) for wakeup in due])
        return len(due)

    def _fired(self, wakeup: Wakeup, at: datetime) -> datetime:
        """Fire, and say when to look again; one damaged person does not stop everybody's deadlines."""
        try:
            return self._fire(wakeup, at)
        except SubjectKeyMissing as damage:
            log.error("%s; its deadline is looked at again in an hour", damage)
            return at + LOOK_AGAIN_AFTER

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Sweep again and again until `stop` is set; an error stops the process, nothing is skipped."""
        tidied_at = self._clock() - TIDY_EVERY
        while not stop.is_set():
            if self._clock() - tidied_at >= TIDY_EVERY:
                tidied_at = self._clock()
                tidy(self._ledger.pool, tidied_at)
            if not self.sweep():
                stop.wait(idle_seconds)

    def _fire(self, wakeup: Wakeup, at: datetime) -> datetime:
        """Send what the deadline asks for, and say when to look again."""
        if wakeup.kind == wakeups.DISCLOSURE:
            self._enqueue("expire", str(wakeup.id))
            return at + LOOK_AGAIN_AFTER
        if wakeup.kind == wakeups.IMPORT:
            self._enqueue("import_chunk", str(wakeup.id))
            return at + LOOK_AGAIN_AFTER
        attendance = self._deadlines.attendance(wakeup.subject_id, at)
        if attendance.is_overdue(at):
            self._enqueue("leave", str(wakeup.subject_id))
        elif reminder_due(attendance.due_at, at, self._ledger.rules):
            self._enqueue("remind", str(wakeup.subject_id))
        return next_look(attendance.due_at, at, self._ledger.rules) or at + LOOK_AGAIN_AFTER
