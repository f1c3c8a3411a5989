"""The rows that a read model has after the events, and what its queries say."""

import json
from datetime import datetime, timedelta

from psycopg import Connection

from domain.kiosk import CERTIFIED_READER, FIRST_KEY, Kiosk
from domain.personal import Sealed
from domain.provider import Provider
from domain.staff import StaffMember
from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import read_sealed
from projections import (
    credit_records,
    disclosures,
    employment,
    enterprise_record,
    pushed,
    signers,
    staff,
    trail,
    worker_directory,
)
from projections.catalogue import PROJECTIONS, followers
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls import aggregates as made
from tests.controls.aggregates import CORRECTION, LIFTED, NEW_KEY, PRAISED, PUBLIC_KEY, credit_record
from tests.controls.events import stories
from tests.controls.moments import (
    AINONG,
    FIRST_ADMINISTRATOR,
    INSTANT,
    KIOSK,
    LI,
    NOON,
    PERIOD,
    TAX_OFFICE,
    WANG,
    cause,
)
from tests.controls.tables import dump
from tests.projections.conftest import NEW_NAME, Story

ALL_OF = 100


def test_names_are_sealed_in_the_view_and_read_only_with_the_keys(
    ledger: CreditLedger, connection: Connection, projected: Story
) -> None:
    # given the people of the story
    subject = projected.worker.subject
    found = worker_directory.find_people(connection, [subject, projected.gone.subject])
    # then the view has the seal of the event, and the erased person is not there
    name = str(projected.worker.person.name)
    assert list(found) == [subject]
    assert name not in found[subject].sealed_name
    assert read_sealed(ledger.keys, Sealed.parse(found[subject].sealed_name)) == name


def test_a_newer_card_changes_the_name_in_the_view(
    ledger: CreditLedger, connection: Connection, projected: Story
) -> None:
    former = projected.former.subject
    sealed = worker_directory.find_people(connection, [former])[former].sealed_name
    assert read_sealed(ledger.keys, Sealed.parse(sealed)) == NEW_NAME


def test_consumers_are_in_the_directory_too(connection: Connection, projected: Story) -> None:
    consumer = projected.consumer.subject
    assert worker_directory.find_people(connection, [consumer])[consumer].role == "consumer"


def test_a_consumer_who_became_a_worker_is_one_in_the_directory(
    connection: Connection, projected: Story
) -> None:
    later = projected.later.subject
    assert worker_directory.find_people(connection, [later])[later].role == "worker"


def test_a_worker_s_employments_say_employed_or_left_by_deadline_and_clock(
    connection: Connection, clock: MovableClock, projected: Story
) -> None:
    # given a worker who checked in, and one who did not
    of = {
        who.subject: {
            row.enterprise_id: row.status_at(clock())
            for row in employment.of_worker(connection, who.subject, None, 100)
        }
        for who in (projected.worker, projected.former, projected.gone)
    }
    # then the one is employed and waits for a second enterprise, the other ended, the erased has no row
    own, other = projected.worker.enterprise, projected.former.enterprise
    assert of[projected.worker.subject] == {own: "employed", other: "chosen"}
    assert of[projected.former.subject] == {other: "ended"}
    assert of[projected.gone.subject] == {}


def test_a_deadline_ends_the_employment_in_every_read_with_all_jobs_down(
    connection: Connection, clock: MovableClock, projected: Story
) -> None:
    # given an employed worker
    enterprise = projected.worker.enterprise
    [row] = employment.of_enterprise(connection, enterprise, None, ALL_OF)
    assert row.due_at is not None
    assert row.enterprise_name != ""
    # then at the deadline they are employed, and an instant later they have left
    assert row.status_at(row.due_at) == "employed"
    assert row.status_at(row.due_at + INSTANT) == "left"
    assert employment.active_workers(connection, enterprise, row.due_at) == 1
    assert employment.active_workers(connection, enterprise, row.due_at + INSTANT) == 0
    assert row.due_at == clock() - timedelta(hours=1) - PERIOD + timedelta(days=20) + PERIOD


def test_an_enterprise_s_workers_are_paged(connection: Connection, projected: Story) -> None:
    enterprise = projected.former.enterprise
    every = [row.worker_id for row in employment.of_enterprise(connection, enterprise, None, ALL_OF)]
    assert len(every) == 2
    [second] = employment.of_enterprise(connection, enterprise, every[0], 1)
    assert second.worker_id == every[1]


def test_an_entry_shows_the_decision_that_lifted_it(connection: Connection, projected: Story) -> None:
    assert projected
    [entry] = enterprise_record.entries_of(connection, AINONG, "red_list", None, ALL_OF)
    assert (entry.authority, entry.document_number) == (PRAISED.authority, PRAISED.document_number)
    assert (entry.lifted_by_document, entry.lifted_because) == (LIFTED.document_number, LIFTED.reason)
    assert enterprise_record.entries_of(connection, AINONG, "black_list", None, ALL_OF) == []


def test_both_sides_have_the_receipts_of_every_scan(connection: Connection, projected: Story) -> None:
    for party in (projected.worker.subject, projected.consumer.subject):
        scans = disclosures.receipts_of(connection, party, None, ALL_OF)
        steps = {scan[0].disclosure_id: [step.what for step in scan] for scan in scans}
        assert steps == {
            projected.disclosure: ["requested", "approved", "viewed"],
            projected.declined: ["requested", "declined"],
        }


def test_a_receipt_has_scopes_and_reasons_and_is_paged(connection: Connection, projected: Story) -> None:
    party = projected.consumer.subject
    [first] = disclosures.receipts_of(connection, party, None, 1)
    [second] = disclosures.receipts_of(connection, party, (first[0].at, first[0].disclosure_id), ALL_OF)
    assert (first[0].at, first[0].disclosure_id) > (second[0].at, second[0].disclosure_id)
    by_id = {scan[0].disclosure_id: scan for scan in (first, second)}
    assert [step.scopes for step in by_id[projected.disclosure]] == [["tax", "health"], ["tax"], ["tax"]]
    assert by_id[projected.declined][1].because == "refused"


def test_steps_after_a_place_are_told_for_the_push(connection: Connection, projected: Story) -> None:
    # given the last step of a scan
    worker = projected.worker.subject
    partition = partition_of(worker)
    [*_, last] = pushed.steps_of_party_after(connection, worker, {partition: 0})
    # then nothing comes after it, and it comes after the place before it
    seen, before = {partition: last.position}, {partition: last.position - 1}
    assert pushed.steps_of_party_after(connection, worker, seen) == []
    assert pushed.steps_of_party_after(connection, worker, before) == [last]
    assert pushed.steps_after(connection, before) == [last]


def test_a_submitted_record_is_listed_by_type_without_what_it_says(
    connection: Connection, projected: Story
) -> None:
    # given a record of the story and its correction
    assert projected
    correction = credit_record(CORRECTION).id
    # then the correction is listed, in place of what it corrects
    assert credit_records.records_of(connection, WANG, ["tax", "health"]) == [correction]
    assert credit_records.records_of(connection, WANG, ["health"]) == []


def test_a_provider_is_listed_with_every_key_and_what_waits(connection: Connection, projected: Story) -> None:
    # given the provider of the story
    assert projected
    [row] = signers.of_kinds(connection, ["provider"], None, ALL_OF)
    # then it has both keys, oldest first, and its types beside those that were proposed
    assert (row.signer_id, row.status) == (TAX_OFFICE, "in_force")
    assert (row.record_types, row.proposed_record_types) == (["tax"], ["tax", "insurance"])
    keys = [(key.kid, key.status, json.loads(key.public_key), key.proposed_by) for key in row.keys]
    assert sorted(keys) == [
        ("2026", "retired", PUBLIC_KEY, FIRST_ADMINISTRATOR),
        ("2027", "in_force", NEW_KEY, FIRST_ADMINISTRATOR),
    ]
    # and is no kiosk, nor on the next page
    assert signers.of_kinds(connection, ["kiosk"], None, ALL_OF) == []
    assert signers.of_kinds(connection, ["provider"], TAX_OFFICE, ALL_OF) == []


def test_a_whole_registry_is_folded_event_by_event(ledger: CreditLedger, connection: Connection) -> None:
    # given a provider and a kiosk to which everything happened
    for number, story in enumerate(stories()):
        if isinstance(story, Provider | Kiosk):
            ledger.commit(cause(NOON, command=number), story)
    # when the log is followed
    catch_up(followers(ledger))
    # then both are at their end, the provider with the types it was granted
    [provider], [kiosk] = (
        signers.of_kinds(connection, [kind], None, ALL_OF) for kind in ("provider", "kiosk")
    )
    assert (provider.status, kiosk.status) == ("withdrawn", "withdrawn")
    assert (provider.record_types, provider.proposed_record_types) == (["tax", "insurance"], [])
    assert {key.kid: key.status for key in kiosk.keys} == {FIRST_KEY: "in_force", "2027": "retired"}


def test_a_machine_is_listed_with_its_kind(ledger: CreditLedger, connection: Connection) -> None:
    # given a certified reader beside a kiosk
    reader = Kiosk.register(
        cause(NOON, FIRST_ADMINISTRATOR), LI, kind=CERTIFIED_READER, site="上门核验", public_key=PUBLIC_KEY
    )
    ledger.commit(cause(NOON), reader)
    ledger.commit(cause(NOON, command=2), made.registered_kiosk())
    # when the log is followed
    catch_up(followers(ledger))
    # then each is found under its kind, and both together in the order of their ids
    [found] = signers.of_kinds(connection, [CERTIFIED_READER], None, ALL_OF)
    assert (found.signer_id, found.kind, found.label) == (LI, CERTIFIED_READER, "上门核验")
    both = signers.of_kinds(connection, ["kiosk", CERTIFIED_READER], None, ALL_OF)
    assert [row.signer_id for row in both] == sorted([LI, KIOSK])


def test_the_trail_of_a_person_outlives_the_erasure_and_is_paged(
    connection: Connection, projected: Story
) -> None:
    # given the trail of an erased person
    gone = projected.gone.subject
    entries = trail.trail_of(connection, gone, None, ALL_OF)
    topics = [entry.topic for entry in entries]
    assert topics[0] == "jz.account.registered"
    # with a later look, the first one of its month
    assert topics[-3:] == ["jz.account.erased", "jz.access_log.month_began", "jz.access_log.looked"]
    # then it reads the same page by page
    paged: list[trail.TrailEntry] = []
    while page := trail.trail_of(connection, gone, _after(paged), 2):
        paged += page
    assert paged == entries


def _after(entries: list[trail.TrailEntry]) -> tuple[datetime, int, int] | None:
    return (entries[-1].at, entries[-1].partition, entries[-1].position) if entries else None


def test_a_scan_is_in_the_trail_of_worker_and_consumer_an_employment_in_the_enterprise_s(
    connection: Connection, projected: Story
) -> None:
    for party in (projected.worker.subject, projected.consumer.subject):
        topics = {entry.topic for entry in trail.trail_of(connection, party, None, ALL_OF)}
        assert "jz.disclosure.viewed" in topics
    of_enterprise = trail.trail_of(connection, projected.former.enterprise, None, ALL_OF)
    assert "jz.worker.employment_ended" in {entry.topic for entry in of_enterprise}


def test_an_erased_person_is_only_in_the_trail_and_in_receipts(
    connection: Connection, projected: Story
) -> None:
    gone = str(projected.gone.subject)
    tables = {name: rows for projection in PROJECTIONS for name, rows in dump(connection, projection).items()}
    kept = {name for name, rows in tables.items() if any(gone in row for row in rows)}
    assert kept <= {"trail", "receipts"}
    assert "trail" in kept


def test_staff_are_listed_with_what_became_of_their_role(
    ledger: CreditLedger, connection: Connection
) -> None:
    # given an officer who was withdrawn, and an operator whose withdrawal is proposed
    officer = made.officer()
    officer.enrol_passkey(cause(), "Y3JlZGVudGlhbA", "cHVibGljIGtleQ")
    officer.withdraw(cause())
    operator = StaffMember.propose(cause(actor="staff:qian"), WANG, "operator", AINONG)
    operator.grant(cause(actor="staff:sun"))
    operator.propose_withdrawal(cause(actor="staff:qian"))
    ledger.commit(cause(), officer, operator)
    # when the log is followed
    catch_up(followers(ledger))
    # then both are listed, the operator among those of the enterprise
    listed = staff.members(connection, None, None, ALL_OF)
    assert {(row.role, row.status, row.has_passkey) for row in listed} == {
        ("officer", "withdrawn", True),
        ("operator", "granted", False),
    }
    [colleague] = staff.members(connection, AINONG, None, ALL_OF)
    assert (colleague.staff_id, colleague.withdrawal_proposed_by) == (WANG, "staff:qian")
    assert staff.members(connection, AINONG, WANG, ALL_OF) == []
