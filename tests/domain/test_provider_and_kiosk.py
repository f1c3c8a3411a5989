"""Providers and kiosks: registered with four eyes, keys that overlap and retire, and the end."""

from collections.abc import Callable
from typing import Final

import pytest

from domain.event import Cause
from domain.kiosk import CERTIFIED_READER, FIRST_KEY, Kiosk
from domain.provider import Provider
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.aggregates import NEW_KEY, PUBLIC_KEY
from tests.controls.moments import (
    FIRST_ADMINISTRATOR,
    KIOSK,
    SECOND_ADMINISTRATOR,
    TAX_OFFICE,
    cause,
    refused,
)
from tests.golden.stored import EVENTS, read_event

FIRST: Final = cause(actor=FIRST_ADMINISTRATOR)
SECOND: Final = cause(actor=SECOND_ADMINISTRATOR)
Signer = Provider | Kiosk
Made = Callable[[], Signer]
BOTH = pytest.mark.parametrize("made", [aggregates.provider, aggregates.kiosk])
REGISTERED = pytest.mark.parametrize("made", [aggregates.registered_provider, aggregates.registered_kiosk])


def first_kid(signer: Signer) -> str:
    return FIRST_KEY if isinstance(signer, Kiosk) else "2026"


def with_new_key(made: Made, confirmed_by: Cause = SECOND) -> Signer:
    signer = made()
    signer.add_key(FIRST, "2027", NEW_KEY)
    signer.confirm_key(confirmed_by, "2027")
    return signer


def test_a_provider_has_the_keys_and_types_it_was_registered_with() -> None:
    provider = aggregates.provider()
    assert provider.id == TAX_OFFICE
    assert provider.key("2026") == PUBLIC_KEY
    provider.require_record_type("tax")


def test_a_kiosk_has_a_site_and_a_first_key() -> None:
    kiosk = aggregates.kiosk()
    assert kiosk.id == KIOSK
    assert (kiosk.site, kiosk.key(FIRST_KEY)) == ("朝阳区政务服务中心", PUBLIC_KEY)


def test_a_certified_reader_is_registered_as_a_kiosk_is() -> None:
    reader = Kiosk.register(
        FIRST, KIOSK, kind=CERTIFIED_READER, site="李师傅,上门核验", public_key=PUBLIC_KEY
    )
    assert (reader.kind, aggregates.kiosk().kind) == ("certified_reader", "kiosk")
    with refused(Reason.SIGNER_NOT_CONFIRMED):
        reader.key(FIRST_KEY)
    reader.confirm(SECOND)
    assert reader.key(FIRST_KEY) == PUBLIC_KEY


def test_what_was_registered_before_there_were_kinds_is_a_kiosk() -> None:
    text = (EVENTS / "jz.kiosk.registered.v1.json").read_text(encoding="utf-8")
    assert read_event(text).mutate(None).kind == "kiosk"


@REGISTERED
def test_before_a_second_administrator_confirms_nothing_can_be_signed(made: Made) -> None:
    # given a registration
    signer = made()
    # then its key is of no use, and none can be added
    with refused(Reason.SIGNER_NOT_CONFIRMED):
        signer.key(first_kid(signer))
    with refused(Reason.SIGNER_NOT_CONFIRMED):
        signer.add_key(FIRST, "2027", NEW_KEY)


@REGISTERED
def test_nobody_confirms_their_own_registration(made: Made) -> None:
    with refused(Reason.SECOND_ADMINISTRATOR_NEEDED):
        made().confirm(FIRST)


@BOTH
def test_a_registration_is_confirmed_once(made: Made) -> None:
    with refused(Reason.GRANT_NOT_PROPOSED):
        made().confirm(SECOND)


@REGISTERED
def test_a_registration_may_be_turned_down(made: Made) -> None:
    signer = made()
    signer.withdraw(SECOND)
    with refused(Reason.GRANT_NOT_PROPOSED):
        signer.confirm(SECOND)


@BOTH
def test_an_unknown_key_signs_nothing(made: Made) -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        made().key("2025")


@BOTH
def test_a_new_key_waits_for_a_second_administrator(made: Made) -> None:
    # given a key that one administrator added
    signer = made()
    signer.add_key(FIRST, "2027", NEW_KEY)
    # then it signs nothing yet, and the same administrator cannot confirm it
    with refused(Reason.SIGNER_UNKNOWN):
        signer.key("2027")
    with refused(Reason.SECOND_ADMINISTRATOR_NEEDED):
        signer.confirm_key(FIRST, "2027")


@BOTH
def test_the_old_and_the_new_key_are_in_force_together_until_the_old_one_retires(made: Made) -> None:
    # given a confirmed second key
    signer = with_new_key(made)
    old = first_kid(signer)
    assert (signer.key(old), signer.key("2027")) == (PUBLIC_KEY, NEW_KEY)
    # when the old one is retired
    signer.retire_key(FIRST, old)
    # then only the new one signs
    assert signer.key("2027") == NEW_KEY
    with refused(Reason.KEY_RETIRED):
        signer.key(old)


@BOTH
def test_a_key_is_confirmed_once_and_retired_once(made: Made) -> None:
    signer = with_new_key(made)
    with refused(Reason.GRANT_NOT_PROPOSED):
        signer.confirm_key(SECOND, "2027")
    signer.retire_key(FIRST, "2027")
    with refused(Reason.KEY_RETIRED):
        signer.retire_key(FIRST, "2027")


@BOTH
def test_a_proposed_key_may_be_turned_down(made: Made) -> None:
    signer = made()
    signer.add_key(FIRST, "2027", NEW_KEY)
    signer.retire_key(SECOND, "2027")
    with refused(Reason.GRANT_NOT_PROPOSED):
        signer.confirm_key(SECOND, "2027")


@BOTH
def test_neither_a_name_nor_a_key_comes_back(made: Made) -> None:
    # given a retired key
    signer = with_new_key(made)
    signer.retire_key(FIRST, "2027")
    # then neither its name nor the key itself is taken again
    with refused(Reason.KEY_TAKEN):
        signer.add_key(FIRST, "2027", PUBLIC_KEY | {"x": "other"})
    with refused(Reason.KEY_TAKEN):
        signer.add_key(FIRST, "2028", NEW_KEY)


def test_one_key_under_two_names_is_not_registered() -> None:
    # given a key that would go on signing under one name when it is retired under the other
    keys = {"2026": PUBLIC_KEY, "2027": dict(reversed(PUBLIC_KEY.items()))}
    with refused(Reason.KEY_TAKEN):
        Provider.register(FIRST, TAX_OFFICE, name="税务局", record_types=["tax"], keys=keys)


@BOTH
def test_a_key_that_nobody_added_is_neither_confirmed_nor_retired(made: Made) -> None:
    signer = made()
    for act in (signer.confirm_key, signer.retire_key):
        with refused(Reason.NOT_FOUND):
            act(SECOND, "2030")


@BOTH
def test_what_is_withdrawn_signs_nothing_and_takes_no_key(made: Made) -> None:
    signer = made()
    signer.withdraw(FIRST)
    with refused(Reason.SIGNER_WITHDRAWN):
        signer.key(first_kid(signer))
    with refused(Reason.SIGNER_WITHDRAWN):
        signer.add_key(FIRST, "2027", NEW_KEY)
    with refused(Reason.SIGNER_WITHDRAWN):
        signer.withdraw(FIRST)


def test_a_provider_submits_only_the_types_it_was_granted() -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        aggregates.provider().require_record_type("health")


def test_other_types_count_once_a_second_administrator_has_granted_them() -> None:
    # given types that one administrator proposed
    provider = aggregates.provider()
    provider.propose_record_types(FIRST, ["insurance", "health"])
    with refused(Reason.SIGNER_UNKNOWN):
        provider.require_record_type("insurance")
    provider.require_record_type("tax")
    # when another one grants them
    provider.grant_record_types(SECOND, ["health", "insurance"])
    # then they count instead of the former ones
    provider.require_record_type("insurance")
    with refused(Reason.SIGNER_UNKNOWN):
        provider.require_record_type("tax")


def test_nobody_grants_types_alone_or_others_than_were_proposed() -> None:
    provider = aggregates.provider()
    with refused(Reason.GRANT_NOT_PROPOSED):
        provider.grant_record_types(SECOND, ["health"])
    provider.propose_record_types(FIRST, ["health"])
    with refused(Reason.SECOND_ADMINISTRATOR_NEEDED):
        provider.grant_record_types(FIRST, ["health"])
    with refused(Reason.GRANT_NOT_PROPOSED):
        provider.grant_record_types(SECOND, ["health", "bank_credit"])
