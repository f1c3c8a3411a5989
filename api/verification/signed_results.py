"""What a registered machine signed: kiosks and certified readers name themselves in the header's `kid`."""

from typing import Any
from uuid import UUID

from domain.kiosk import FIRST_KEY, Kiosk
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.credit_records import key_id_of, verify_jws


def signed_by_machine(ledger: CreditLedger, token: str, field: str) -> tuple[Kiosk, dict[str, Any]]:
    """Who signed a compact JWS, and what; `kid` is the machine's id, after a slash that of a later key.

    Raises:
        Refused: no machine in force has that key, or it did not sign this.
    """
    named, _, kid = key_id_of(token).partition("/")
    try:
        machine_id = UUID(named)
    except ValueError as error:
        raise Refused(Reason.SIGNER_UNKNOWN, field) from error
    machine = ledger.load(Kiosk, machine_id, missing=Reason.SIGNER_UNKNOWN)
    return machine, verify_jws(token, machine.key(kid or FIRST_KEY))
