"""Whose an ID number is: provisionally whoever registered it, for good whoever proved it with the card.

Whoever loses a number is told by an event in the append that takes it. So two who act on the same holder at
the same moment meet in the holder's stream, and one of them loads and decides anew.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from domain.account import Account
from domain.event import Cause
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.gates.lost_claims import decided_anew
from ledger.store.append import StreamConflict
from ledger.store.claims import NO_CHANGES, ClaimChanges, Holder

KIND = "id_number"


@dataclass(frozen=True, slots=True)
class Change:
    """What an append does to the claim on a number, and the accounts that lose it thereby."""

    claims: ClaimChanges
    losers: tuple[Account, ...] = ()


def account_with(ledger: CreditLedger, id_number: str) -> Account | None:
    """The account that a normalised number leads to.

    The claim is only the way there: one that was rewritten in the database leads to nobody, since the
    account's own events say which number it has.
    """
    with ledger.pool.connection() as connection:
        subject = ledger.blind_index.find_owner(connection, KIND, id_number)
    account = ledger.find(Account, subject) if subject else None
    return account if account and str(account.id_number) == id_number else None


def registered(ledger: CreditLedger, cause: Cause, account: Account, *, contests: bool) -> Change:
    """What a registration does: it takes a free number, or one whose claim has lapsed, for some days.

    One that `contests` a number does without it until the card is read.
    """
    holder = _holder(ledger, account)
    lapses_at = cause.at + ledger.rules.provisional_claim_ttl
    if holder is None or holder.lapses_at is None or holder.owner == account.id:
        return _taken(ledger, account, lapses_at)  # one that is held for good is refused by the append itself
    if holder.lapses_at <= cause.at:
        return _taken_over(ledger, cause, account, holder, "lapsed", lapses_at)
    if contests:
        account.lose_id_number(cause, "held_by_another")
        return Change(NO_CHANGES)
    return _taken(ledger, account, lapses_at)


def proven(ledger: CreditLedger, cause: Cause, account: Account) -> Change:
    """What the card does: the number is this account's for good, unless another one has proven it before.

    Raises:
        Refused: it has.
    """
    holder = _holder(ledger, account)
    if holder is None:
        return _taken(ledger, account)
    if holder.owner == account.id:
        return _taken(ledger, account) if holder.lapses_at else Change(NO_CHANGES)
    if holder.lapses_at is None:
        raise Refused(Reason.ID_NUMBER_TAKEN, field="card_reading")
    return _taken_over(ledger, cause, account, holder, "proven_by_another")


def held_until(ledger: CreditLedger, account: Account) -> datetime | None:
    """When the account's provisional claim on its number lapses; none for a proven or a lost number."""
    holder = _holder(ledger, account)
    return holder.lapses_at if holder and holder.owner == account.id else None


def changing_hands() -> AbstractContextManager[None]:
    """Around an append that proves a number: if the number went to somebody else since it was looked up,
    the command decides anew.
    """
    return decided_anew(Reason.ID_NUMBER_TAKEN)


@contextmanager
def contesting(ledger: CreditLedger, account: Account) -> Iterator[None]:
    """Around the append of a registration that contests a number: if somebody else took it for some days
    since it was looked up, the registration decides anew and goes on without it.

    Raises:
        StreamConflict: somebody did.
        Refused: it is somebody else's for good.
    """
    try:
        with changing_hands():
            yield
    except StreamConflict as conflict:
        holder = _holder(ledger, account)
        if holder and holder.lapses_at is None:
            raise Refused(Reason.ID_NUMBER_TAKEN) from conflict
        raise


def _holder(ledger: CreditLedger, account: Account) -> Holder | None:
    with ledger.pool.connection() as connection:
        return ledger.blind_index.find_holder(connection, KIND, str(account.id_number))


def _taken(ledger: CreditLedger, account: Account, lapses_at: datetime | None = None) -> Change:
    claim = ledger.blind_index.claim(KIND, str(account.id_number), account.id, lapses_at)
    return Change(ClaimChanges(take=(claim,)))


def _taken_over(
    ledger: CreditLedger,
    cause: Cause,
    account: Account,
    holder: Holder,
    because: str,
    lapses_at: datetime | None = None,
) -> Change:
    loser = ledger.load(Account, holder.owner)
    if loser.is_erased:  # since the claim was looked up; the number is free, and nothing follows an erasure
        msg = "the holder of the ID number cancelled the account"
        raise StreamConflict(msg)
    loser.lose_id_number(cause, because)
    claim = ledger.blind_index.claim(KIND, str(account.id_number), account.id, lapses_at)
    return Change(ClaimChanges((claim,), release_owner=holder.owner, release_kinds=(KIND,)), (loser,))
