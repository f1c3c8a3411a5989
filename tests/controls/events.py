"""Every event class of the domain, and one named example of each."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar
from uuid import UUID

import domain
from domain.access_log import Look
from domain.enterprise_import import EnterpriseImport
from domain.event import LedgerAggregate
from domain.face import FaceChecks
from domain.kiosk import Kiosk
from domain.provider import Provider
from domain.staff import StaffMember
from tests.controls import aggregates as made
from tests.controls.moments import (
    AINONG,
    DAY,
    FIRST_ADMINISTRATOR,
    HOUR,
    LI,
    MIDNIGHT,
    MINUTE,
    NEW_YEAR,
    NOON,
    PERIOD,
    RULES,
    SECOND_ADMINISTRATOR,
    WANG,
    ZHAO,
    cause,
)

Aggregate = TypeVar("Aggregate", bound=LedgerAggregate)


def aggregate_classes() -> list[type[LedgerAggregate]]:
    """All of them: also those of a file that nothing imports yet."""
    for module in iter_modules(domain.__path__):
        import_module(f"domain.{module.name}")
    found = [kind for kind in LedgerAggregate.__subclasses__() if kind.__module__.startswith("domain.")]
    return sorted(found, key=lambda kind: kind.__name__)


def event_classes() -> list[type[Any]]:
    """All events that can be stored; the library adds an `Event` to each aggregate, which never happens."""
    return [
        member
        for aggregate in aggregate_classes()
        for name, member in vars(aggregate).items()
        if isinstance(member, type) and issubclass(member, LedgerAggregate.Event) and name != "Event"
    ]


def stories() -> Iterator[LedgerAggregate]:
    """Aggregates in whose pending events every event class occurs."""
    yield made.cancelled_account()
    yield made.account_with_passcode()
    yield made.proven_account()
    yield made.consumer_who_became_worker()
    yield made.account_without_its_number()
    yield made.account_with_another_phone()
    yield made.renamed_account()
    yield made.passcode_tries(wrong=1)
    yield made.withdrawn_face_consent()
    yield made.presence_attempts("identity-mismatch")
    yield from _proofs()
    yield from _recoveries()
    yield from _working_lives()
    yield from _attendances()
    yield _day_after_attempts()
    yield from _scans()
    yield _revised_enterprise()
    yield _finished_import()
    yield _withdrawn_announcement()
    yield made.corrected_record()
    yield _withdrawn_officer()
    yield made.profile()
    yield _withdrawn_provider()
    yield _withdrawn_kiosk()
    yield _unwanted_operator()
    yield _looked_at()
    yield _found_nobody()


def examples() -> dict[str, Any]:
    """The first example of each topic."""
    found: dict[str, Any] = {}
    for event in (event for aggregate in stories() for event in aggregate.pending_events):
        found.setdefault(type(event).TOPIC, event)  # type: ignore[attr-defined] # each has one: a test holds it
    return found


def _working_lives() -> Iterator[LedgerAggregate]:
    turned_away = made.worker_with_choice()
    turned_away.refuse_employment(cause(), AINONG)
    yield turned_away
    wrong_card = made.worker_with_choice()
    wrong_card.refuse_identity(cause(), "identity-mismatch")
    yield wrong_card
    left = made.employed_worker()
    left.end_employment(cause(), AINONG, "worker")
    yield left
    yield made.worker_with_revoked_letter()


def _proofs() -> Iterator[LedgerAggregate]:
    doubted = made.asked_officers()
    doubted.refuse(cause(actor=f"staff:{ZHAO}"), ZHAO, "identity-mismatch", RULES)
    yield doubted
    yield made.confirmed_by(ZHAO)
    used = made.card_proof()
    used.use(cause(NOON + MINUTE), WANG, "check_in")
    yield used


def _recoveries() -> Iterator[LedgerAggregate]:
    doubted = made.recovery()
    doubted.refuse_document(cause(actor=f"staff:{ZHAO}"), "identity-mismatch", ZHAO)
    yield doubted
    yield made.completed_recovery()


def _day_after_attempts() -> LedgerAggregate:
    yesterday = made.face_checks(MIDNIGHT - MINUTE, since=MIDNIGHT - MINUTE)
    today = FaceChecks.begin_day(cause(MIDNIGHT), WANG, yesterday)
    today.attempt(cause(MIDNIGHT + MINUTE), "check_in", made.ACCEPTED, RULES)
    return today


def _attendances() -> Iterator[LedgerAggregate]:
    december = made.attendance(NEW_YEAR - 10 * DAY)
    december.remind(cause(NEW_YEAR + 15 * DAY), 7)
    yield from december.check_in(cause(NEW_YEAR + PERIOD), RULES, made.BY_FACE)


def _scans() -> Iterator[LedgerAggregate]:
    viewed = made.approved_disclosure()
    viewed.view(cause(NOON + MINUTE, f"person:{LI}"), made.letter_in_force())
    yield viewed
    ended = made.approved_disclosure()
    ended.end(cause(NOON + MINUTE, "system:schedule"), None)
    yield ended
    declined = made.disclosure()
    declined.decline(cause(), "digits_wrong")
    yield declined
    expired = made.disclosure()
    expired.expire(cause(NOON + HOUR, "system:sweep"))
    yield expired
    abandoned = made.disclosure()
    abandoned.abandon(cause(actor=f"person:{LI}"))
    yield abandoned
    yield made.refused_scan()
    yield made.ended_handover()


def _revised_enterprise() -> LedgerAggregate:
    revised = made.enterprise()
    details = made.AINONG_LISTED
    revised.revise(
        cause(actor="staff:editor"),
        type(details)(details.uscc, details.name, "爱侬", details.province, details.city, "suspended"),
    )
    entry_id = UUID(int=12)
    revised.add_entry(cause(actor="staff:editor"), entry_id, "red_list", made.PRAISED)
    revised.lift_entry(cause(actor="staff:editor"), entry_id, made.LIFTED)
    return revised


def _finished_import() -> LedgerAggregate:
    made = EnterpriseImport.request(cause(actor="staff:editor"), UUID(int=13), "ef" * 32, 201)
    made.finish(cause(actor="staff:editor"), accepted=197, changed=190, rejected=3)
    return made


def _withdrawn_announcement() -> LedgerAggregate:
    notice = made.announcement()
    notice.revise(cause(actor="staff:editor"), replace(made.CHECK_IN_NOTICE, category="policy"), 1)
    notice.withdraw(cause(actor="staff:editor"))
    return notice


def _withdrawn_officer() -> LedgerAggregate:
    officer = made.officer()
    officer.enrol_passkey(cause(actor="staff:zhao"), "Y3JlZGVudGlhbA", "cHVibGljIGtleQ")
    officer.withdraw(cause(actor=SECOND_ADMINISTRATOR))
    return officer


def _withdrawn_provider() -> LedgerAggregate:
    provider = made.provider()
    provider.propose_record_types(cause(actor=FIRST_ADMINISTRATOR), ["tax", "insurance"])
    provider.grant_record_types(cause(actor=SECOND_ADMINISTRATOR), ["tax", "insurance"])
    _replace_key(provider)
    return provider


def _withdrawn_kiosk() -> LedgerAggregate:
    kiosk = made.kiosk()
    _replace_key(kiosk)
    return kiosk


def _replace_key(signer: Provider | Kiosk) -> None:
    """A new key, confirmed and retired; then the end."""
    signer.add_key(cause(actor=FIRST_ADMINISTRATOR), "2027", made.NEW_KEY)
    signer.confirm_key(cause(actor=SECOND_ADMINISTRATOR), "2027")
    signer.retire_key(cause(actor=FIRST_ADMINISTRATOR), "2027")
    signer.withdraw(cause(actor=FIRST_ADMINISTRATOR))


def _unwanted_operator() -> LedgerAggregate:
    operator = StaffMember.propose(cause(actor="staff:qian"), ZHAO, "operator", AINONG)
    operator.grant(cause(actor="staff:sun"))
    operator.propose_withdrawal(cause(actor="staff:qian"))
    return operator


def _looked_at() -> LedgerAggregate:
    log = made.access_log()
    look = Look("regulator", "trail", "家政服务信用管理办法 12", is_delayed=True)
    log.look(cause(actor="staff:regulator"), look, RULES)
    return log


def _found_nobody() -> LedgerAggregate:
    log = made.failed_lookups()
    look = Look("regulator", "trail", "家政服务信用管理办法 12")
    log.find_nobody(cause(actor="staff:regulator"), look, "id_number")
    return log
