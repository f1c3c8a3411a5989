"""The registry of providers and kiosks: every command once, however often it is sent."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kiosk import CERTIFIED_READER, FIRST_KEY, KIOSK, Kiosk
from domain.provider import Provider
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import registry
from ledger.use_cases.registry import Signer
from tests.conftest import MovableClock
from tests.controls.aggregates import NEW_KEY, PUBLIC_KEY
from tests.controls.moments import FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR, refused
from tests.controls.people import cause
from tests.controls.races import at_full_width, race, refusals

BOTH = pytest.mark.parametrize("kind", [Provider, Kiosk])


def registered(ledger: CreditLedger, clock: MovableClock, kind: Signer) -> UUID:
    """A provider or a kiosk that waits for a second administrator; the command was sent twice."""
    first = cause(clock, FIRST_ADMINISTRATOR)
    for _ in range(2):
        if kind is Provider:
            keys = {FIRST_KEY: PUBLIC_KEY}
            made = registry.register_provider(ledger, first, "税务局", ["tax"], keys)
        else:
            made = registry.register_kiosk(ledger, first, KIOSK, "政务中心", PUBLIC_KEY)
    return made[0]


@pytest.mark.parametrize("kind", [KIOSK, CERTIFIED_READER])
def test_a_machine_is_of_the_kind_it_was_registered_as(
    ledger: CreditLedger, clock: MovableClock, kind: str
) -> None:
    once = cause(clock, FIRST_ADMINISTRATOR)
    made = [registry.register_kiosk(ledger, once, kind, "政务中心", PUBLIC_KEY) for _ in range(2)]
    assert made[0] == made[1]
    assert ledger.load(Kiosk, made[0][0]).kind == kind


def twice(ledger: CreditLedger, clock: MovableClock, who: str, command: Any, *args: Any) -> None:
    """Send one command two times: the second time it is answered as the first."""
    once = cause(clock, who)
    assert command(ledger, once, *args) == command(ledger, once, *args)


@BOTH
def test_every_step_of_a_registration_happens_once(
    ledger: CreditLedger, clock: MovableClock, kind: Signer
) -> None:
    # given a registration
    signer_id = registered(ledger, clock, kind)
    # when it is confirmed, its key replaced, and it is withdrawn, each command sent twice
    twice(ledger, clock, SECOND_ADMINISTRATOR, registry.confirm, kind, signer_id)
    twice(ledger, clock, FIRST_ADMINISTRATOR, registry.add_key, kind, signer_id, "2", NEW_KEY)
    twice(ledger, clock, SECOND_ADMINISTRATOR, registry.confirm_key, kind, signer_id, "2")
    twice(ledger, clock, SECOND_ADMINISTRATOR, registry.retire_key, kind, signer_id, FIRST_KEY)
    twice(ledger, clock, FIRST_ADMINISTRATOR, registry.withdraw, kind, signer_id)
    # then each stands once in the stream
    signer = ledger.load(kind, signer_id)
    assert (signer.version, signer.status) == (6, "withdrawn")
    assert signer.keys.status == {FIRST_KEY: "retired", "2": "in_force"}


def test_a_proposal_that_is_repeated_after_a_withdrawal_is_answered_as_before(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a proposal, after which the provider was withdrawn
    provider_id = registered(ledger, clock, Provider)
    registry.confirm(ledger, cause(clock, SECOND_ADMINISTRATOR), Provider, provider_id)
    proposal = cause(clock, FIRST_ADMINISTRATOR)
    appended = registry.propose_record_types(ledger, proposal, provider_id, ["health"])
    registry.withdraw(ledger, cause(clock, FIRST_ADMINISTRATOR), Provider, provider_id)
    # when it is sent again, then its events are where they were
    assert registry.propose_record_types(ledger, proposal, provider_id, ["health"]) == appended


def test_record_types_are_changed_by_two(ledger: CreditLedger, clock: MovableClock) -> None:
    provider_id = registered(ledger, clock, Provider)
    registry.confirm(ledger, cause(clock, SECOND_ADMINISTRATOR), Provider, provider_id)
    types = ["tax", "insurance"]
    twice(ledger, clock, FIRST_ADMINISTRATOR, registry.propose_record_types, provider_id, types)
    twice(ledger, clock, SECOND_ADMINISTRATOR, registry.grant_record_types, provider_id, types)
    provider = ledger.load(Provider, provider_id)
    assert (provider.version, provider.record_types) == (4, ("tax", "insurance"))


def test_a_key_added_by_two_at_once_is_added_once(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a provider
    provider_id = registered(ledger, clock, Provider)
    registry.confirm(ledger, cause(clock, SECOND_ADMINISTRATOR), Provider, provider_id)
    at_full_width(ledger)

    def add(who: str) -> object:
        return registry.add_key(ledger, cause(clock, who), Provider, provider_id, "2", NEW_KEY)

    # when two administrators add the same key at once
    outcomes = race(lambda: add(FIRST_ADMINISTRATOR), lambda: add(SECOND_ADMINISTRATOR))
    # then one is told that it is there, and neither made it valid alone
    assert refusals(outcomes) == [Reason.KEY_TAKEN.code]
    assert ledger.load(Provider, provider_id).keys.status["2"] == "proposed"


@BOTH
def test_what_was_never_registered_is_not_found(
    ledger: CreditLedger, clock: MovableClock, kind: Signer
) -> None:
    # given the id of nothing, and that of the other kind
    other: Signer = Kiosk if kind is Provider else Provider
    for signer_id in (uuid4(), registered(ledger, clock, other)):
        # then nothing is confirmed or withdrawn under it
        for act in (registry.confirm, registry.withdraw):
            with refused(Reason.NOT_FOUND):
                act(ledger, cause(clock, SECOND_ADMINISTRATOR), kind, signer_id)
