"""Personal fields in the log: sealed for everybody without a key, erased once the key is destroyed."""

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from domain.account import Account
from domain.personal import ERASED, Sealed, readable
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import SealingMapper, read_sealed
from tests.conftest import MovableClock
from tests.controls import aggregates
from tests.controls.accounts import cancel_account
from tests.controls.people import Registered, cause, complete_worker, registered_worker

EVERYTHING = "SELECT topic, state FROM ledger.events"
EVERY_TABLE = """
    SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('ledger', 'ops', 'views')
"""
EVERY_ROW = SQL("SELECT coalesce(string_agg(t::text, ''), '') FROM {} t")


def _plain_texts(worker: Registered) -> list[bytes]:
    """What must not be found; the escapes too, since JSON may write them."""
    person = worker.person
    texts = [str(person.name), str(person.id_number), str(person.phone), person.phone.national]
    texts.append(person.card().authority)
    return [form for t in texts for form in (t.encode(), t.encode("unicode_escape"), t.encode("utf-16-be"))]


def test_no_name_number_or_phone_lies_in_the_log(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker who has done everything that puts personal data into events
    worker = complete_worker(ledger, clock)
    # then none of it can be found in the stored bytes
    with ledger.pool.connection() as connection:
        states = connection.execute(EVERYTHING).fetchall()
    assert len(states) > 8
    for topic, state in states:
        assert [text for text in _plain_texts(worker) if text in bytes(state)] == [], topic


def test_nor_in_any_other_table(ledger: CreditLedger, clock: MovableClock, owner_url: str) -> None:
    worker = complete_worker(ledger, clock)
    with psycopg.connect(owner_url) as connection:
        for table in connection.execute(EVERY_TABLE).fetchall():
            [(written,)] = connection.execute(EVERY_ROW.format(Identifier(*table))).fetchall()
            found = [text for text in _plain_texts(worker) if text in str(written).encode()]
            assert found == [], table


def test_who_has_the_keys_reads_what_was_registered(ledger: CreditLedger, clock: MovableClock) -> None:
    worker = registered_worker(ledger, clock)
    account = ledger.load(Account, worker.subject)
    assert (account.name, account.phone) == (str(worker.person.name), str(worker.person.phone))


def test_a_reader_without_keys_gets_the_seal_and_its_address(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a registration
    worker = registered_worker(ledger, clock)
    [stored, *_] = ledger.event_log.select_events(worker.subject)
    # when a reader without keys reads it
    event = ledger.reader().to_domain_event(stored)
    assert isinstance(event, Account.Created)
    # then the name is sealed for its place, and the rest is readable
    assert isinstance(event.name, Sealed)
    assert event.name.address == f"{worker.subject}/1/jz.account.registered/name/{worker.subject}"
    assert event.role == "worker"
    with pytest.raises(LookupError, match="sealed"):
        readable(event.name)
    # and who has the keys can read the seal wherever it was carried
    assert read_sealed(ledger.keys, Sealed.parse(str(event.name))) == str(worker.person.name)


def test_a_reader_without_keys_cannot_write(ledger: CreditLedger) -> None:
    with pytest.raises(TypeError, match="only reads"):
        ledger.reader().to_stored_event(aggregates.account().pending_events[0])


def test_the_same_text_never_gives_the_same_seal(ledger: CreditLedger) -> None:
    event = aggregates.account().pending_events[0]
    assert isinstance(event, Account.Created)
    ledger.keys.create(event.subject_id)
    mapper = SealingMapper(ledger.construct_transcoder(), ledger.keys)
    assert mapper.to_stored_event(event).state != mapper.to_stored_event(event).state


def test_after_the_erasure_personal_fields_read_as_erased(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a person who cancels the account
    worker = registered_worker(ledger, clock)
    before = ledger.event_log.select_events(worker.subject)
    cancel_account(ledger, cause(clock, "person"), worker.subject)
    # then the events are what they were, byte for byte, and say nothing personal
    assert ledger.event_log.select_events(worker.subject)[: len(before)] == before
    account = ledger.load(Account, worker.subject)
    assert account.name is account.id_number is account.phone is ERASED
    with pytest.raises(LookupError, match="erased"):
        readable(account.name)
