"""A named example of an SMS."""

from datetime import timedelta
from typing import Final

from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.vault.sms_outbox import SmsOutbox

PHONE: Final = "+8613800138000"
TEXT: Final = "【家政信用】您的验证码是123456"
FIVE_MINUTES: Final = timedelta(minutes=5)


def queue(ledger: CreditLedger, clock: Clock, outbox: SmsOutbox, key: str | None = None) -> bool:
    """Queue the example; it is of use for five minutes."""
    with ledger.pool.connection() as connection, connection.transaction():
        return outbox.queue(connection, PHONE, TEXT, clock(), clock() + FIVE_MINUTES, key)
