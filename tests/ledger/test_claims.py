"""What only one may hold, taken and given back in the append itself."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.store.claims import TAKEN, BlindIndex, Claim, ClaimChanges
from ledger.store.recorder import LedgerRecorder
from tests.controls.moments import INSTANT, LI, NOON, WANG, refused
from tests.controls.races import at_full_width, race, refusals
from tests.controls.stored_events import claim_on, stored, stream_in

INDEX = BlindIndex(1, bytes(32))
LAPSES = NOON + timedelta(days=7)
ONE = "13800138001"


class Claiming:
    """Appends one event each time, with claims."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._numbers = count(1)

    def __call__(self, *take: Claim, at: object = NOON, release: UUID | None = None) -> None:
        changes = ClaimChanges(take, release, ("phone", "id_number"))
        event = stored(stream_in(1, next(self._numbers)))
        self._recorder.insert_events([event], at=at, claims=changes)  # type: ignore[arg-type] # an instant


@pytest.fixture
def append(ledger: CreditLedger) -> Claiming:
    return Claiming(at_full_width(ledger).event_log)


def test_equal_values_meet_in_one_digest_and_nothing_else_does() -> None:
    assert INDEX.digest("phone", ONE) == INDEX.digest("phone", ONE)
    others = {
        INDEX.digest("phone", "13800138002"),
        INDEX.digest("id_number", ONE),
        BlindIndex(1, b"\1" * 32).digest("phone", ONE),
    }
    assert len(others - {INDEX.digest("phone", ONE)}) == 3
    assert "pepper=" not in repr(INDEX)


def test_a_held_claim_is_found_by_its_value_and_refused_to_others(
    append: Claiming, ledger: CreditLedger
) -> None:
    # given somebody who holds a phone number
    append(ledger.blind_index.claim("phone", ONE, WANG))
    # then the number leads to them, and nobody else gets it
    with ledger.pool.connection() as connection:
        assert ledger.blind_index.find_owner(connection, "phone", ONE) == WANG
        assert ledger.blind_index.find_owner(connection, "id_number", ONE) is None
    with refused(Reason.PHONE_TAKEN):
        append(ledger.blind_index.claim("phone", ONE, LI))


@pytest.mark.parametrize(("kind", "reason"), TAKEN.items())
def test_each_kind_has_its_own_refusal_and_the_event_is_not_written(
    append: Claiming, ledger: CreditLedger, kind: str, reason: Reason
) -> None:
    append(claim_on(ONE, WANG, kind))
    with refused(reason):
        append(claim_on("fresh", LI, kind), claim_on(ONE, LI, kind))
    # then neither the event nor the other claim is there
    assert ledger.event_log.heads()[1] == 1
    append(claim_on("fresh", WANG, kind))


def test_a_released_claim_can_be_taken_by_the_next(append: Claiming) -> None:
    append(claim_on(ONE, WANG), claim_on("code", WANG, "certificate_code"))
    append(release=WANG)
    append(claim_on(ONE, LI))
    # only the named kinds were given back
    with refused(Reason.CODE_ALREADY_USED):
        append(claim_on("code", LI, "certificate_code"))


def test_a_claim_can_be_released_and_another_taken_in_one_append(append: Claiming) -> None:
    append(claim_on(ONE, WANG))
    append(claim_on("new", WANG), release=WANG)
    append(claim_on(ONE, LI))


def _until_lapse(owner: UUID) -> Claim:
    lasting = claim_on(ONE, owner)
    return Claim(lasting.kind, lasting.pepper_id, lasting.digest, owner, LAPSES)


def test_a_provisional_claim_holds_until_it_lapses(append: Claiming) -> None:
    append(_until_lapse(WANG))
    with refused(Reason.PHONE_TAKEN):
        append(claim_on(ONE, LI), at=LAPSES - INSTANT)
    append(claim_on(ONE, LI), at=LAPSES)


def test_who_holds_a_claim_provisionally_can_make_it_last(append: Claiming) -> None:
    append(_until_lapse(WANG))
    append(claim_on(ONE, WANG))
    with refused(Reason.PHONE_TAKEN):
        append(claim_on(ONE, LI), at=LAPSES)


def test_of_many_threads_one_gets_the_claim(append: Claiming) -> None:
    outcomes = race(*[lambda n=n: append(claim_on(ONE, UUID(int=n))) for n in range(1, 9)])
    assert refusals(outcomes) == ["phone-taken"] * 7


MANY = 600
"""Claims of one batch: with fewer it is over before the other one has begun."""


def _claims(name: str, owner: UUID) -> list[Claim]:
    return [claim_on(f"{name}{number}", owner) for number in range(MANY)]


@pytest.mark.parametrize("number", range(5))
def test_claims_in_opposite_orders_never_deadlock(append: Claiming, number: int) -> None:
    # given batches that want the same claims, half of them the other way round
    def take(owner: int) -> None:
        append(*_claims(str(number), UUID(int=owner))[:: 1 if owner % 2 else -1])

    # when they race, then one gets all
    outcomes = race(*[lambda n=n: take(n) for n in range(1, 5)])
    assert refusals(outcomes) == ["phone-taken"] * 3


@pytest.mark.parametrize("number", range(5))
def test_two_people_who_swap_numbers_never_deadlock(append: Claiming, number: int) -> None:
    # given two people with numbers of their own
    append(*_claims(f"a{number}", WANG))
    append(*_claims(f"b{number}", LI))
    # when each gives theirs back and takes the other's at the same moment
    outcomes = race(
        lambda: append(*_claims(f"b{number}", WANG), release=WANG),
        lambda: append(*_claims(f"a{number}", LI), release=LI),
    )
    # then they are told apart by a refusal, never by a broken transaction
    assert set(refusals(outcomes)) <= {"phone-taken"}
