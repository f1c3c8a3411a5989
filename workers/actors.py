"""Tells a broker which function answers which message."""

from dataclasses import dataclass

import dramatiq

from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.enterprise_imports import EnterpriseImports
from ledger.vault.sms_outbox import SmsOutbox
from workers.broker import QUEUE, enqueue_to
from workers.deadlines import Deadlines
from workers.imports import Imports
from workers.notices import Notices
from workers.push import PhoneWaker, PushGateway


@dataclass(frozen=True, slots=True)
class Parts:
    """What the actors work with."""

    ledger: CreditLedger
    clock: Clock
    outbox: SmsOutbox
    imports: EnterpriseImports
    push: PushGateway | None = None


def declare(broker: dramatiq.Broker, parts: Parts) -> None:
    """Declare every actor on a broker, named after its function.

    Actors are declared by a call, not by an import, since their parts exist only at run time.
    """
    deadlines = Deadlines(parts.ledger, parts.clock)
    notices = Notices(parts.ledger, parts.clock, parts.outbox)
    phones = PhoneWaker(parts.ledger, parts.clock, parts.push)
    imports = Imports(parts.imports, parts.clock, enqueue_to(broker))
    for function in (
        deadlines.leave,
        deadlines.remind,
        deadlines.expire,
        deadlines.end,
        notices.send_reminder,
        notices.send_confirmation,
        notices.send_phone_change,
        notices.send_id_number_loss,
        notices.erase,
        phones.wake_phone,
        imports.import_chunk,
        notices.forget_face,
    ):
        dramatiq.actor(broker=broker, queue_name=QUEUE)(function)
