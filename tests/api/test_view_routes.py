"""What the consumer reads (经授权查看), and for how long."""

from datetime import timedelta
from typing import Final

from api.people.disclosed_records import disclosed
from domain.rejections import Reason
from tests.controls.accounts import cancel_account
from tests.controls.api import Api
from tests.controls.certificates import answer, approved, path, requested, viewed
from tests.controls.moments import refused
from tests.controls.people import ACCEPTED, cause
from tests.controls.problems import refusal
from tests.controls.providers import TAX, registered_provider
from tests.controls.trails import fields_of
from tests.controls.visitors import Employed, Visitor
from tests.controls.workers import THIRTY_DAYS, again

HALF_AN_HOUR: Final = timedelta(minutes=30)
LETTER_SCOPES: Final = [
    "basic",
    "identity",
    "tax",
    "bank_credit",
    "criminal_record",
    "health",
    "insurance",
    "training",
]


def test_exactly_what_was_approved_is_shown(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a worker with a tax record, asked for everything
    provider = registered_provider(api)
    provider.submit(api, provider.record(worker.person))
    disclosure = requested(worker, consumer, LETTER_SCOPES)
    # when two scopes are approved
    worker.client.post(path(disclosure, "approval"), **answer(worker, disclosure, "basic", "tax"))
    # then those are shown; the ID number is masked
    shown = viewed(api, consumer, disclosure)
    number = worker.person.id_number
    assert shown == {
        "basic": {
            "name": str(worker.person.name),
            "id_number": number.masked(),
            "sex": number.sex,
            "birth_year": number.birth_date.year,
            "native_province": None,
        },
        "tax": [TAX],
    }


def test_a_scope_without_a_record_is_empty(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a worker about whom no provider has submitted anything
    disclosure = approved(worker, consumer, LETTER_SCOPES)
    # when the consumer reads everything
    shown = viewed(api, consumer, disclosure)
    # then the identity is there, and the rest is empty
    assert list(shown) == LETTER_SCOPES
    assert (shown["identity"]["verified"], shown["identity"]["assurance"]) == (True, "kiosk")
    assert [shown[scope] for scope in LETTER_SCOPES[2:6]] == [[]] * 4
    assert [shown[scope] for scope in LETTER_SCOPES[6:]] == [{"records": [], "declared": []}] * 2


def test_nothing_is_shown_before_the_approval(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a request that waits, one that was refused, one that was abandoned
    waiting, refused, abandoned = (requested(worker, consumer, ["basic"]) for _ in range(3))
    worker.client.post(path(refused, "refusal"))
    consumer.client.post(path(abandoned, "abandonment"))
    # when the consumer tries to read
    tries = [api.post(path(one, "views"), consumer.token) for one in (waiting, refused, abandoned)]
    # then nothing is shown
    assert {refusal(one) for one in tries} == {(403, "disclosure-not-approved", None)}


def test_an_expired_request_shows_nothing(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = requested(worker, consumer, ["basic"])
    api.clock.advance(timedelta(seconds=121))
    answered = api.post(path(disclosure, "views"), consumer.token)
    assert refusal(answered) == (403, "disclosure-not-approved", None)


def test_the_worker_reads_nothing_as_the_consumer(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = approved(worker, consumer, ["basic"])
    assert refusal(api.post(path(disclosure, "views"), worker.token)) == (404, "not-found", None)


def test_reading_ends_after_half_an_hour(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given an approved disclosure, in the last instant of its half hour
    disclosure = approved(worker, consumer, ["basic"])
    api.clock.advance(HALF_AN_HOUR)
    reader = again(api, consumer, "consumer")
    in_time = viewed(api, reader, disclosure)
    # when that instant is over
    api.clock.advance(timedelta(microseconds=1))
    # then it is too late
    assert list(in_time) == ["basic"]
    assert refusal(api.post(path(disclosure, "views"), reader.token)) == (410, "disclosure-expired", None)
    assert reader.client.get(path(disclosure))["status"] == "ended"


def test_reading_ends_with_the_letter(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = approved(worker, consumer, ["basic"])
    worker.client.post("/v1/letter-revocations")
    assert refusal(api.post(path(disclosure, "views"), consumer.token)) == (403, "letter-not-in-force", None)


def test_reading_ends_when_the_check_in_is_overdue(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a disclosure that was approved ten minutes before the worker's deadline
    api.clock.advance(THIRTY_DAYS - timedelta(minutes=15))
    late, reader = again(api, worker), again(api, consumer, "consumer")
    disclosure = approved(late, reader, ["basic"])
    # when the deadline passes within the half hour
    api.clock.advance(timedelta(minutes=14))
    # then nothing more is shown
    answered = api.post(path(disclosure, "views"), reader.token)
    assert refusal(answered) == (403, "check-in-overdue", None)


def test_every_look_is_recorded(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a disclosure at which the consumer looked twice
    disclosure = approved(worker, consumer, ["basic", "tax"])
    for _ in range(2):
        viewed(api, consumer, disclosure)
    # when the trail is read, then both looks are there
    looks = fields_of(api, worker, "jz.disclosure.viewed")
    assert [look["scopes"] for look in looks] == [["basic", "tax"]] * 2
    assert fields_of(api, consumer, "jz.disclosure.viewed") == looks


def test_a_repeated_request_for_a_look_is_one_look(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = approved(worker, consumer, ["basic"])
    answers = [api.post(path(disclosure, "views"), consumer.token, key="one-look-only") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(fields_of(api, worker, "jz.disclosure.viewed")) == 1


def test_the_same_request_a_minute_later_is_another_look(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a look
    disclosure = approved(worker, consumer, ["basic"])
    api.post(path(disclosure, "views"), consumer.token, key="one-look-only")
    # when the request comes again, later than a client repeats it for want of an answer
    api.clock.advance(timedelta(seconds=61))
    api.post(path(disclosure, "views"), consumer.token, key="one-look-only")
    # then nobody reads on under a look of before
    assert len(fields_of(api, worker, "jz.disclosure.viewed")) == 2


def test_a_worker_who_cancels_between_the_look_and_its_answer_is_not_shown(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a look that is recorded, whose worker is erased before anything is read
    viewed(api, consumer, approved(worker, consumer, ["basic"]))
    cancel_account(api.parts.ledger, cause(api.clock, "person"), worker.subject, ACCEPTED)
    # then the answer is a refusal, no half of a person
    with refused(Reason.SUBJECT_ERASED):
        disclosed(api.parts.ledger, worker.subject, ["basic"])
