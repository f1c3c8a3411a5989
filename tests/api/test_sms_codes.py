"""SMS codes: six digits, five minutes, five tries, one a minute, ten a day; and they tell nothing."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.controls.api import Api
from tests.controls.people import Person, new_person
from tests.controls.visitors import form, last_code, register_worker, sms_code

A_SECOND = timedelta(seconds=1)
INTERVAL, TTL, A_DAY = timedelta(seconds=60), timedelta(minutes=5), timedelta(days=1)
A_DAYS_CODES, TRIES = 10, 5


def ask(api: Api, person: Person) -> httpx.Response:
    return api.post("/v1/sms-codes", json={"phone": str(person.phone)})


def sign_in(api: Api, person: Person, code: str) -> str:
    """Try a code; `account-unknown` says that it was right, for somebody without an account."""
    body = {"phone": str(person.phone), "sms_code": code, "device": "phone"}
    said: str = api.post("/v1/sessions", json=body).json()["code"]
    return said


RIGHT, WRONG = "account-unknown", "sms-code-wrong"


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_phone_gets_one_code_a_minute(api: Api) -> None:
    person = new_person()
    assert ask(api, person).status_code == 202
    api.clock.advance(INTERVAL - A_SECOND)
    early = ask(api, person)
    assert (early.status_code, early.json()["code"]) == (429, "sms-too-many")
    # then it is when they are told
    api.clock.advance(A_SECOND)
    assert datetime.fromisoformat(early.json()["again_at"]) == api.clock()
    assert ask(api, person).status_code == 202


def test_a_phone_gets_ten_codes_a_day(api: Api) -> None:
    # given ten codes within a day
    person = new_person()
    for _ in range(A_DAYS_CODES):
        assert ask(api, person).status_code == 202
        api.clock.advance(INTERVAL)
    # when an eleventh is asked for
    eleventh = ask(api, person)
    # then it waits until the first is a day old
    assert eleventh.status_code == 429
    api.clock.advance(A_DAY - A_DAYS_CODES * INTERVAL)
    assert datetime.fromisoformat(eleventh.json()["again_at"]) == api.clock()
    assert ask(api, person).status_code == 202


def test_the_limit_of_one_phone_is_not_another_s(api: Api) -> None:
    ask(api, new_person())
    assert ask(api, new_person()).status_code == 202


def test_other_spellings_of_a_phone_share_its_limit(api: Api) -> None:
    # given a code for a phone
    person = new_person()
    ask(api, person)
    # when the same phone asks without the country's code, then it is the same phone
    local = str(person.phone).removeprefix("+86")
    assert api.post("/v1/sms-codes", json={"phone": local}).status_code == 429


def test_a_code_holds_five_minutes(api: Api) -> None:
    person = new_person()
    code = sms_code(api, person)
    api.clock.advance(TTL)
    assert sign_in(api, person, code) == RIGHT
    late = sms_code(api, person)
    api.clock.advance(TTL + A_SECOND)
    assert sign_in(api, person, late) == WRONG


def test_a_code_works_once(api: Api) -> None:
    person = new_person()
    code = sms_code(api, person)
    assert [sign_in(api, person, code) for _ in range(2)] == [RIGHT, WRONG]


@pytest.mark.parametrize(("wrong_tries", "outcome"), [(TRIES - 1, RIGHT), (TRIES, WRONG)])
def test_a_code_bears_five_tries(api: Api, wrong_tries: int, outcome: str) -> None:
    # given a code and some wrong tries
    person = new_person()
    code = sms_code(api, person)
    for _ in range(wrong_tries):
        assert sign_in(api, person, other_than(code)) == WRONG
    # when the right one is tried, then it counts only within the five
    assert sign_in(api, person, code) == outcome


def test_only_the_latest_code_counts(api: Api) -> None:
    person = new_person()
    first, latest = sms_code(api, person), sms_code(api, person)
    assert first == latest or sign_in(api, person, first) == WRONG
    assert sign_in(api, person, latest) == RIGHT


def test_a_code_is_for_its_phone_only(api: Api) -> None:
    person, other = new_person(), new_person()
    code, others_code = sms_code(api, person), sms_code(api, other)
    assert code == others_code or sign_in(api, other, code) == WRONG


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """Everything that an answer tells, but its instant."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("path", ["/v1/sms-codes", "/v1/workers", "/v1/consumers", "/v1/sessions"])
def test_before_the_code_is_right_nobody_learns_whether_a_phone_is_registered(api: Api, path: str) -> None:
    # given a person with an account, whose ID number is known as well, and one without
    registered, unknown = register_worker(api).person, new_person()
    api.clock.advance(INTERVAL)
    # when somebody asks with each, without knowing the code
    answers = [api.post(path, json=form(person, "000000")) for person in (registered, unknown)]
    # then the answers are the same in status, body and headers
    assert told(answers[0]) == told(answers[1])


def test_the_limits_do_not_tell_either(api: Api) -> None:
    registered, unknown = register_worker(api).person, new_person()
    api.clock.advance(INTERVAL)
    answers = [[ask(api, person) for _ in range(2)] for person in (registered, unknown)]
    assert [told(answer) for answer in answers[0]] == [told(answer) for answer in answers[1]]


def test_a_database_reader_finds_neither_phone_nor_code(api: Api) -> None:
    # given a code on its way to a phone
    person = new_person()
    code = sms_code(api, person)
    # when somebody reads every table of the operations
    with api.parts.ledger.pool.connection() as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('ops', 'ledger', 'views')"
        ).fetchall()
        rows = [str(connection.execute(f"SELECT t::text FROM {name} t").fetchall()) for (name,) in tables]  # noqa: S608 - names of the catalogue
    # then neither is there, in plain text or as hexadecimal bytes
    local = str(person.phone).removeprefix("+86")
    for secret in (local, local.encode().hex(), f"码{code}", code.encode().hex()):
        assert not [name for (name,), text in zip(tables, rows, strict=True) if secret in text]
    assert last_code(api, person) == code
