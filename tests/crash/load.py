"""Load on a ledger: people who register, are confirmed or leave, and enterprises that change all the time.

A command is sent again until it is acknowledged, always under the same id, and only then written down.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from random import Random
from threading import Event
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import OperationalError

from domain.enterprise import Enterprise, EnterpriseDetails
from domain.event import Cause
from domain.face_consent import CURRENT_CONSENT
from ledger.clock import system_clock
from ledger.credit_ledger import Appended, CreditLedger
from ledger.store.append import StreamConflict
from ledger.store.claims import ClaimChanges
from ledger.use_cases.accounts import register
from ledger.use_cases.attendances import check_in
from ledger.use_cases.employments import choose_enterprises, confirm_employment
from ledger.use_cases.enterprises import list_enterprises
from ledger.use_cases.face_consents import give_face_consent
from ledger.use_cases.verification import authorize_letter, sign_letter, verify_identity
from tests.controls.accounts import cancel_account
from tests.controls.people import ACCEPTED, TEMPLATE, enterprise, person
from tests.crash.journal import Journal
from workers.run import Loop

CONSENT = (CURRENT_CONSENT.version, CURRENT_CONSENT.text_sha256)
HOT = 8
"""So many enterprises are revised by everybody at once."""
PER_PROCESS = 10_000
"""No process lives long enough to need more people."""
AWAY = (OperationalError, psycopg.OperationalError)
"""What a client sees of a database that is being killed; it tries again."""

Command = Callable[[Cause], Appended]


@dataclass(frozen=True)
class Load:
    """The load of one process; `nth` tells its people from those of the processes before it."""

    ledger: CreditLedger
    journal: Journal
    nth: int

    def loops(self) -> list[Loop]:
        """What runs at once."""
        numbers = count(self.nth * PER_PROCESS)
        workers = [partial(self._forever, lambda: self._worker(next(numbers)))] * 2
        consumers = [partial(self._forever, lambda: self._consumer(next(numbers)))]
        revisions = [partial(self._forever, partial(self._revise, Random(n))) for n in range(3)]  # noqa: S311
        listings = [partial(self._forever, lambda: self._list(next(numbers)))]
        return [*workers, *consumers, *revisions, *listings]

    def _forever(self, act: Callable[[], None], stop: Event) -> None:
        while not stop.is_set():
            act()

    def _do(self, command: Command) -> None:
        """Carry out a command however often it takes, then write down where its events lie."""
        cause = Cause(system_clock(), "system:load", uuid4())
        appended = self._until_acknowledged(cause, command)
        self.journal.write(str(cause.command_id), [str(position) for position in appended.positions])

    def _until_acknowledged(self, cause: Cause, command: Command) -> Appended:
        while True:
            try:
                appended = command(cause)
                if not appended.positions:  # it found its own work done
                    appended = self.ledger.find_appended(cause.command_id) or appended
            except (StreamConflict, *AWAY):
                continue
            return appended

    def _worker(self, number: int) -> None:
        """Registers, is confirmed by one of the hot enterprises, completes the registration."""
        ledger, somebody = self.ledger, person(number)
        chosen = Enterprise.stream_for(enterprise(number % HOT).uscc)
        subject = self._register(number, "worker")
        self._do(lambda cause: choose_enterprises(ledger, cause, subject, [chosen]))
        self._do(lambda cause: confirm_employment(ledger, cause, subject, chosen))
        self._do(lambda cause: give_face_consent(ledger, cause, subject, *CONSENT))
        self._do(lambda c: verify_identity(ledger, c, subject, somebody.card(), ACCEPTED, TEMPLATE))
        text = ledger.letters.current(system_clock())
        self._do(lambda cause: sign_letter(ledger, cause, subject, text.version, text.text_sha256))
        self._do(lambda cause: authorize_letter(ledger, cause, subject, ACCEPTED))
        self._do(lambda cause: check_in(ledger, cause, subject, ACCEPTED))

    def _consumer(self, number: int) -> None:
        """Registers and cancels the account."""
        subject = self._register(number, "consumer")
        self._do(lambda cause: cancel_account(self.ledger, cause, subject))

    def _register(self, number: int, role: str) -> UUID:
        made: list[UUID] = []

        def command(cause: Cause) -> Appended:
            subject, appended = register(self.ledger, cause, person(number).form(role))
            made.append(subject)
            return appended

        self._do(command)
        return made[-1]

    def _revise(self, random: Random) -> None:
        """Several hot enterprises at once, over several partitions, in any order."""
        numbers = random.sample(range(HOT), random.randint(1, 4))
        name = str(uuid4())
        rows = [_named(number, name, of=len(numbers)) for number in numbers]
        self._do(lambda cause: list_enterprises(self.ledger, cause, rows))

    def _list(self, number: int) -> None:
        """A new enterprise, with a claim."""
        details = _named(HOT + number, "新", of=1)
        stream = Enterprise.stream_for(details.uscc)
        claims = ClaimChanges(take=(self.ledger.blind_index.claim("certificate_code", str(number), stream),))
        self._do(lambda c: self.ledger.commit(c, Enterprise.put_on_list(c, details), claims=claims))

    def list_hot(self) -> None:
        """Put the hot enterprises on the list; those that are there stay as they are."""
        for number in range(HOT):
            if self.ledger.find(Enterprise, Enterprise.stream_for(enterprise(number).uscc)) is None:
                rows = [_named(number, "新", of=1)]
                self._do(lambda cause, rows=rows: list_enterprises(self.ledger, cause, rows))  # type: ignore[misc] # mypy infers no lambda with a default


def _named(number: int, name: str, of: int) -> EnterpriseDetails:
    """The brand says how many enterprises the command concerns: all of them change, or none."""
    return replace(enterprise(number), name=name, brand=str(of))
