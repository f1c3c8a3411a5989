"""What is drawn for a command: nobody can guess it, and a retry of the command draws the same."""

import hmac

from domain.event import Cause
from ledger.credit_ledger import CreditLedger


def octets(ledger: CreditLedger, cause: Cause, what: str) -> bytes:
    """32 octets; `what` tells those of one command apart."""
    return hmac.digest(ledger.keyring.tickets, f"{what}/{cause.command_id}".encode(), "sha256")


def number(ledger: CreditLedger, cause: Cause, what: str) -> int:
    """A number of 64 bits."""
    return int.from_bytes(octets(ledger, cause, what)[:8], "big")
