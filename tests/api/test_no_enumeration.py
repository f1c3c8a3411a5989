"""Before the code is right nobody learns whether a phone or an ID number is registered: by no means.

Answers are compared to the byte, the work behind them by its statements; times: `test_times_tell_nothing.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread
from typing import Any

import httpx
import psycopg
import pytest

from tests.controls.api import Api
from tests.controls.devices import with_passcode
from tests.controls.people import Person, new_person
from tests.controls.visitors import complete_worker, form, sms_code

PATHS = ("/v1/sms-codes", "/v1/sessions", "/v1/workers", "/v1/consumers", "/v1/recovery-requests")

FLUSHING = ("pg_logical_emit_message", "_lsn()")
"""Whoever comes first puts what was appended on disk, of this request or of another."""

Bodies = Callable[[Api], tuple[dict[str, str], dict[str, str]]]
"""What a stranger sends about somebody registered, and about nobody."""


def _known(api: Api) -> Person:
    """Somebody with everything that an answer could tell of: a passcode, a face, a verified identity."""
    return with_passcode(api, complete_worker(api)).person


def by_phone_and_number(api: Api) -> tuple[dict[str, str], dict[str, str]]:
    return form(_known(api), "000000"), form(new_person(), "000000")


def by_phone(api: Api) -> tuple[dict[str, str], dict[str, str]]:
    known, unknown, stranger = _known(api), new_person(), new_person()
    return tuple(form(stranger, "000000") | {"phone": str(p.phone)} for p in (known, unknown))  # type: ignore[return-value] # two


def by_id_number(api: Api) -> tuple[dict[str, str], dict[str, str]]:
    known, strangers = _known(api), (new_person(), new_person())
    numbers = (known.id_number, new_person().id_number)
    return tuple(  # type: ignore[return-value] # two
        form(stranger, "000000") | {"id_number": str(number)}
        for stranger, number in zip(strangers, numbers, strict=True)
    )


GIVEN = pytest.mark.parametrize("bodies", [by_phone_and_number, by_phone, by_id_number])


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """Everything that an answer tells, but its instant."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, len(answer.content), answer.content


@GIVEN
@pytest.mark.parametrize("path", PATHS)
def test_the_answers_are_the_same_to_the_byte(api: Api, path: str, bodies: Bodies) -> None:
    known, unknown = (api.post(path, json=body) for body in bodies(api))
    assert told(known) == told(unknown)


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that the API sends to Postgres for requests, not those of its followers and pushers."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noting(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = query if isinstance(query, str) else query.as_string(cursor)
        if current_thread().name.startswith("AnyIO") and "ops.tracking" not in text:
            sent.append(text)
        return execute(cursor, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noting)
        yield sent


@GIVEN
@pytest.mark.parametrize("path", PATHS)
def test_the_work_behind_the_answers_is_the_same(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, bodies: Bodies
) -> None:
    # given what a stranger sends about somebody registered, and about nobody
    work = []
    for body in bodies(api):
        # when it is sent
        with statements(monkeypatch) as sent:
            api.post(path, json=body)
        work.append(sent)
    # then the same is asked of the database, and nothing of accounts
    assert work[0] == work[1] != []
    assert not [text for text in work[0] if "ledger.claims" in text or "FROM ledger.events" in text]


def _recovery_bodies(api: Api) -> list[dict[str, str]]:
    """With right codes: a phone and an ID number of somebody registered, and of nobody."""
    return [form(person, sms_code(api, person)) for person in (_known(api), new_person())]


def test_the_way_back_tells_nothing_to_who_holds_the_phone_either(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given right codes of a phone that is registered, and of one that is not
    bodies, work, answers = _recovery_bodies(api), [], []
    for body in bodies:
        # when the way back is asked for, and gone on with before any document was shown
        with statements(monkeypatch) as sent:
            asked = api.post("/v1/recovery-requests", json=body)
            data = {"recovery_ticket": asked.json()["recovery_ticket"], "phone": body["phone"]}
            answers.append((asked, api.post("/v1/recoveries", data=data, files={"none": ("", b"")})))
        work.append([text for text in sent if not any(word in text for word in FLUSHING)])
    # then the answers differ by what was drawn alone, the work not at all, and no account is asked for
    (known, known_end), (unknown, unknown_end) = answers
    assert told(known_end) == told(unknown_end)
    drawn = {"recovery_ticket", "code", "challenge", "expires_at"}
    assert known.json().keys() == unknown.json().keys() == drawn
    assert len(known.content) == len(unknown.content)
    assert work[0] == work[1] != []
    assert not [text for text in work[0] if "ledger.claims" in text]
