"""Sessions: a quarter of an hour of access, thirty days of refreshing, both void at once when need be."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import httpx
import pytest
from psycopg.sql import SQL

from domain.account import Account
from ledger.use_cases.staff import withdraw_role
from tests.controls.api import Api
from tests.controls.people import cause
from tests.controls.problems import refusal
from tests.controls.visitors import (
    Visitor,
    administrator,
    challenge,
    complete_worker,
    register_consumer,
    register_worker,
    sms_code,
    staff_member,
)

A_SECOND = timedelta(seconds=1)
ACCESS, REFRESH = timedelta(minutes=15), timedelta(days=30)
HALF_A_DAY = timedelta(hours=12)


def session_of(api: Api, visitor: Visitor) -> dict[str, str]:
    """Fresh tokens for somebody, on another device."""
    body = {"phone": str(visitor.person.phone), "sms_code": sms_code(api, visitor.person), "device": "tablet"}
    tokens: dict[str, str] = api.post("/v1/sessions", json=body).json()
    return tokens


def refresh(api: Api, refresh_token: str) -> httpx.Response:
    return api.post("/v1/session-refreshes", json={"refresh_token": refresh_token})


def lets_in(api: Api, tokens: dict[str, str]) -> bool:
    answer = api.get("/v1/me", tokens["access_token"])
    assert answer.status_code in (200, 401)
    return answer.is_success


def test_an_access_token_holds_a_quarter_of_an_hour(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    api.clock.advance(ACCESS - A_SECOND)
    assert lets_in(api, tokens)
    api.clock.advance(A_SECOND)
    assert not lets_in(api, tokens)


def test_a_refresh_token_holds_thirty_days(api: Api) -> None:
    # given a session of a month ago, less a second
    tokens = session_of(api, register_worker(api))
    api.clock.advance(REFRESH - A_SECOND)
    # when it is refreshed, and another month passes
    fresh = refresh(api, tokens["refresh_token"]).json()
    assert lets_in(api, fresh)
    api.clock.advance(REFRESH)
    # then the thirty days are over
    assert refresh(api, fresh["refresh_token"]).status_code == 401


def test_an_answer_tells_when_its_tokens_expire(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    now = api.clock()
    assert tokens["access_expires_at"] == (now + ACCESS).isoformat().replace("+00:00", "Z")
    assert tokens["refresh_expires_at"] == (now + REFRESH).isoformat().replace("+00:00", "Z")


def test_a_refresh_voids_the_access_token_before_it(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    fresh = refresh(api, tokens["refresh_token"]).json()
    assert not lets_in(api, tokens)
    assert lets_in(api, fresh)


def test_a_refresh_token_that_comes_twice_ends_the_session(api: Api) -> None:
    # given a refresh token that was used
    tokens = session_of(api, register_worker(api))
    fresh = refresh(api, tokens["refresh_token"]).json()
    # when it comes again, from whoever copied it
    answer = refresh(api, tokens["refresh_token"])
    # then neither side goes on with the session
    assert answer.json()["code"] == "token-invalid"
    assert not lets_in(api, fresh)
    assert refresh(api, fresh["refresh_token"]).status_code == 401


def test_a_reused_refresh_token_ends_no_other_session_of_the_person(api: Api) -> None:
    worker = register_worker(api)
    one, other = session_of(api, worker), session_of(api, worker)
    refresh(api, one["refresh_token"])
    refresh(api, one["refresh_token"])
    assert lets_in(api, other)


def test_a_client_that_lost_the_answer_to_a_refresh_gets_it_again(api: Api) -> None:
    # given a refresh whose answer got lost on the way
    tokens, body = session_of(api, register_worker(api)), {}
    body = {"refresh_token": tokens["refresh_token"]}
    first = api.post("/v1/session-refreshes", key="the-same-key-again", json=body)
    # when it is repeated under its key
    again = api.post("/v1/session-refreshes", key="the-same-key-again", json=body)
    # then it is no reuse
    assert again.json() == first.json()
    assert lets_in(api, again.json())


def test_signing_out_voids_both_tokens_at_once(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert api.http.delete("/v1/session", headers=headers).status_code == 204
    assert not lets_in(api, tokens)
    assert refresh(api, tokens["refresh_token"]).status_code == 401


FORGERIES = {
    "truncated": lambda token: token[:-2],
    "another session": lambda token: token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
    "the next generation": lambda token: token[:29] + ("g" if token[29] != "g" else "w") + token[30:],
    "without its kind": lambda token: token[4:],
    "of no length": lambda token: token[:4],
    "no base64": lambda token: token[:4] + "*" * 75,
    "longer": lambda token: token + "AAAA",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_token_that_is_not_ours_to_the_bit_is_refused(api: Api, name: str) -> None:
    # given a session, and its tokens bent
    tokens = session_of(api, register_worker(api))
    bent: dict[str, Any] = {kind: FORGERIES[name](tokens[kind]) for kind in ("access_token", "refresh_token")}
    # when they are used
    assert not lets_in(api, bent)
    assert refresh(api, bent["refresh_token"] or "x").status_code == 401
    # then the session itself goes on: nobody ends a stranger's by guessing
    assert lets_in(api, tokens)


def test_the_two_kinds_of_token_do_not_replace_each_other(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    assert not lets_in(api, {"access_token": tokens["refresh_token"]})
    swapped = tokens["refresh_token"].replace("jzr_", "jza_")
    assert not lets_in(api, {"access_token": swapped})
    assert refresh(api, tokens["access_token"]).status_code == 401
    assert lets_in(api, tokens)


def test_withdrawing_a_role_ends_its_sessions_at_once(api: Api) -> None:
    # given an editor who is signed in
    editor = staff_member(api, "editor")
    path = f"/v1/staff/{editor.staff_id}/withdrawal"
    # when the role is withdrawn
    administrator(api, "first").post(path)
    # then the editor's token is refused from then on
    assert api.post("/v1/enterprise-imports", editor.token).status_code == 401


@pytest.mark.parametrize("register", [register_worker, register_consumer])
def test_cancelling_the_account_ends_every_session(api: Api, register: Any) -> None:
    # given somebody with two sessions
    visitor = register(api)
    other = session_of(api, visitor)
    # when they cancel the account from one
    body = {"sms_code": sms_code(api, visitor.person)}
    assert api.post("/v1/me/cancellation", visitor.token, data=body).is_success
    # then both are over
    assert not lets_in(api, other)
    assert not lets_in(api, {"access_token": visitor.token})
    assert refresh(api, other["refresh_token"]).status_code == 401


def test_no_session_outlives_its_person(api: Api) -> None:
    # given somebody whose cancellation was committed by a process that died before it deleted the sessions
    ledger, worker = api.parts.ledger, register_worker(api)
    tokens, own = session_of(api, worker), cause(api.clock, "person")
    account = ledger.load(Account, worker.subject)
    account.cancel(own)
    ledger.commit(own, account, erase=worker.subject)
    # when a session of theirs is used, refreshed or listened with, then it is over
    assert not lets_in(api, tokens)
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert not api.parts.sessions.living(api.clock(), _sessions_of(api, worker))


def _sessions_of(api: Api, visitor: Visitor) -> set[UUID]:
    query = "SELECT session_id FROM ops.sessions WHERE subject_id = %s"
    with api.parts.ledger.pool.connection() as connection:
        return {row[0] for row in connection.execute(query, (visitor.subject,))}


def test_no_session_outlives_its_role(api: Api) -> None:
    # given an editor whose withdrawal was committed by a process that died before it revoked the sessions
    editor = staff_member(api, "editor")
    withdraw_role(api.parts.ledger, cause(api.clock, f"staff:{api.staff['first']}"), editor.staff_id)
    # when the session is used, then it is over
    answer = api.post("/v1/enterprise-imports", editor.token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_a_database_reader_finds_no_token(api: Api) -> None:
    tokens = session_of(api, register_worker(api))
    with api.parts.ledger.pool.connection() as connection:
        rows = connection.execute("SELECT s::text FROM ops.sessions s").fetchall()
    assert rows
    assert not [kind for kind in ("access_token", "refresh_token") if tokens[kind] in str(rows)]


def rewritten(api: Api, subject: UUID, assignments: LiteralString, *values: object) -> None:
    """What somebody does who may write to the database and has no key."""
    query = SQL("UPDATE ops.sessions SET {} WHERE subject_id = %s").format(SQL(assignments))
    with api.parts.ledger.pool.connection() as connection:
        assert connection.execute(query, (*values, subject)).rowcount


def test_a_session_whose_row_was_rewritten_to_somebody_else_opens_nothing(api: Api) -> None:
    # given somebody's session, whose row names another person by now
    tokens, victim = session_of(api, intruder := register_worker(api)), register_worker(api)
    rewritten(api, intruder.subject, "subject_id = %s", victim.subject)
    # when its tokens are used, then they are nobody's
    assert not lets_in(api, tokens)
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert lets_in(api, {"access_token": victim.token})


@pytest.mark.parametrize("role", ["regulator", "administrator", "editor"])
def test_a_role_written_into_a_row_opens_nothing(api: Api, role: str) -> None:
    # given a person whose session's row says that they are staff
    person = register_consumer(api)
    rewritten(api, person.subject, "role = %s", role)
    # when they call what that role may call, then the log knows of no such office
    path = {"regulator": "/v1/statistics?month=2026-03", "administrator": "/v1/providers"}.get(role)
    answer = api.get(path, person.token) if path else api.post("/v1/announcements", person.token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_another_role_than_the_one_granted_opens_nothing(api: Api) -> None:
    # given an operator whose session's row names another role, and one whose row names another enterprise
    one, other = (complete_worker(api).enterprise for _ in range(2))
    editor, operator = staff_member(api, "editor"), staff_member(api, "operator", one)
    rewritten(api, editor.staff_id, "role = 'regulator'")
    rewritten(api, operator.staff_id, "enterprise_id = %s", other)
    # when they look, then nothing is shown
    assert api.get("/v1/statistics?month=2026-03", editor.token).status_code == 401
    assert api.get("/v1/enterprise/employments", operator.token).status_code == 401


def test_a_session_of_staff_ends_twelve_hours_after_the_sign_in_however_often_it_is_refreshed(
    api: Api,
) -> None:
    # given an editor who signed in this morning and whose app refreshed the tokens in time
    signed_in_at, editor = api.clock(), staff_member(api, "editor")
    tokens = {"refresh_token": editor.client._tokens["refresh_token"]}
    for _ in range(2):
        api.clock.advance(HALF_A_DAY / 2 - A_SECOND)
        answer = refresh(api, tokens["refresh_token"])
        tokens = answer.json()
    # then nothing outlasts the twelfth hour
    end = datetime.fromisoformat(tokens["refresh_expires_at"])
    assert datetime.fromisoformat(tokens["access_expires_at"]) == end
    assert end == signed_in_at + HALF_A_DAY
    # and when it has come, the passkey signs in again
    api.clock.advance(2 * A_SECOND)
    assert refusal(api.get("/v1/enterprise-imports/" + str(UUID(int=7)), tokens["access_token"]))[0] == 401
    assert refusal(refresh(api, tokens["refresh_token"])) == (401, "token-invalid", None)
    body = {
        "staff_id": str(editor.staff_id),
        "credential": editor.passkey.get(challenge(api)),
        "device": "desk",
    }
    assert api.post("/v1/staff-sessions", json=body).is_success


def test_a_session_of_staff_that_was_to_last_a_month_ends_at_its_next_refresh(api: Api) -> None:
    # given a session from before there was an end
    editor = staff_member(api, "editor")
    with api.parts.ledger.pool.connection() as connection:
        connection.execute(
            "UPDATE ops.sessions SET refresh_expires_at = %s WHERE subject_id = %s",
            (api.clock() + REFRESH, editor.staff_id),
        )
    # when it is refreshed a day later, then it is over
    api.clock.advance(2 * HALF_A_DAY)
    answer = refresh(api, editor.client._tokens["refresh_token"])
    assert refusal(answer) == (401, "token-invalid", None)
