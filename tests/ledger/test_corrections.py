"""Corrections of credit records: they supersede, they never delete."""

from domain.credit_record import CreditRecord
from domain.provider import Provider
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.credit_records import content_of
from tests.conftest import MovableClock
from tests.controls.moments import refused
from tests.controls.people import complete_worker
from tests.controls.races import at_full_width, race, refusals
from tests.controls.tax_office import OWING, PAID, TaxOffice, registered_with, submit


def test_a_correction_and_what_it_corrects_change_in_one_append(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record, and a correction of it
    submit(ledger, clock, office, office.sign())
    correction = office.sign(reference="2026-2", corrects="2026-1", content=OWING)
    appended = submit(ledger, clock, office, correction)
    # then both stay, the first one superseded, and a retry gets the same answer
    first, second = (ledger.load(CreditRecord, office.stream(ledger, r)) for r in ("2026-1", "2026-2"))
    assert (content_of(first), content_of(second)) == (PAID, OWING)
    assert (first.superseded_by, second.superseded_by) == (second.id, None)
    assert len(appended.positions) == 2
    assert submit(ledger, clock, office, correction) == appended


def test_the_answer_to_a_record_stays_the_same_after_its_correction(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    first = submit(ledger, clock, office, office.sign())
    submit(ledger, clock, office, office.sign(reference="2026-2", corrects="2026-1", content=OWING))
    assert submit(ledger, clock, office, office.sign()) == first


def test_corrections_form_a_chain_that_goes_on_at_its_end(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a correction and a correction of it
    submit(ledger, clock, office, office.sign(reference="a"))
    for reference, corrects in (("b", "a"), ("c", "b")):
        submit(ledger, clock, office, office.sign(reference=reference, corrects=corrects))
    # when one in the middle is corrected again, then it is refused
    for corrects in ("a", "b"):
        with refused(Reason.RECORD_CORRECTED):
            submit(ledger, clock, office, office.sign(reference="d", corrects=corrects))


def test_a_record_does_not_correct_itself(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a reference that nobody used yet, and one that is there
    with refused(Reason.CORRECTED_UNKNOWN):
        submit(ledger, clock, office, office.sign(corrects="2026-1"))
    submit(ledger, clock, office, office.sign())
    with refused(Reason.REFERENCE_REUSED):
        submit(ledger, clock, office, office.sign(corrects="2026-1"))


def test_nobody_corrects_another_provider_s_record(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record, and another provider, even one with the same keys
    submit(ledger, clock, office, office.sign())
    keys = ledger.load(Provider, office.id).keys.public
    other = TaxOffice(registered_with(ledger, clock, keys), office.worker)
    # then there is nothing for it to correct
    with refused(Reason.CORRECTED_UNKNOWN):
        submit(ledger, clock, other, other.sign(reference="2026-2", corrects="2026-1"))


def test_a_correction_is_about_the_same_worker(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    submit(ledger, clock, office, office.sign())
    someone_else = str(complete_worker(ledger, clock).person.id_number)
    with refused(Reason.CORRECTED_UNKNOWN):
        token = office.sign(reference="2026-2", corrects="2026-1", id_number=someone_else)
        submit(ledger, clock, office, token)


def test_of_corrections_at_once_one_wins(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record
    submit(ledger, clock, office, office.sign(reference="first"))
    at_full_width(ledger)
    tokens = [office.sign(reference=f"correction-{n}", corrects="first", content=OWING) for n in range(4)]
    # when four corrections of it come at the same moment
    outcomes = race(*(lambda token=token: submit(ledger, clock, office, token) for token in tokens))
    # then one is taken over, and of the others not even the record
    assert refusals(outcomes) == [Reason.RECORD_CORRECTED.code] * 3
    found = [ledger.find(CreditRecord, office.stream(ledger, f"correction-{n}")) for n in range(4)]
    [winner] = [record for record in found if record]
    assert ledger.load(CreditRecord, office.stream(ledger, "first")).superseded_by == winner.id
