"""The table of roles is the whole truth about who gets in."""

from uuid import uuid4

import httpx
import pytest

from api.access import PUBLIC, ROLES_OF_ROUTE, SIGNED_IN
from api.http.caching import MAX_AGE_SECONDS
from api.http.route import LedgerRoute
from tests.controls.api import Api, bearer
from tests.controls.routes import OPERATIONS, Operation, a_session_role, contexts
from tests.controls.visitors import signed_in

PAGES = "/download"
"""What people open in a browser, and what it shows: links to it must not change with the API."""
CLOSED = [operation for operation in OPERATIONS if "public" not in operation.roles]


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert {operation.name for operation in OPERATIONS} == set(ROLES_OF_ROUTE)


def test_the_table_names_known_roles_only() -> None:
    assert frozenset().union(*ROLES_OF_ROUTE.values()) <= SIGNED_IN | {"public"}


def test_every_route_admits_and_answers_once_and_has_a_version_unless_it_is_a_page() -> None:
    for context in contexts():
        assert isinstance(context.original_route, LedgerRoute)
        assert str(context.path).startswith(("/v1/", PAGES))


def answer_to(api: Api, operation: Operation, token: str | None) -> httpx.Response:
    """Call without a body; a stream is left as soon as it has begun."""
    headers = bearer(token) | {"Idempotency-Key": str(uuid4())}
    with api.http.stream(operation.method, operation.path, headers=headers) as answer:
        if answer.is_error:
            answer.read()
    return answer


@pytest.mark.parametrize("role", sorted(SIGNED_IN))
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_role_gets_in_where_the_table_says_so_and_nowhere_else(
    api: Api, operation: Operation, role: str
) -> None:
    # given somebody who is signed in with the role
    token, before = signed_in(api, uuid4(), role).access_token, api.appended()
    # when they call the route
    answer = answer_to(api, operation, token)
    # then they are let in, or refused and nothing happened
    if role in operation.roles or "public" in operation.roles:
        assert answer.status_code != httpx.codes.UNAUTHORIZED
        assert answer.is_success or answer.json()["code"] != "not-allowed"
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
        assert api.appended() == before


@pytest.mark.parametrize("token", [None, "jza_forged", "jzr_", "x" * 5000])
@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_nobody_gets_into_a_closed_route_without_a_token_of_ours(
    api: Api, operation: Operation, token: str | None
) -> None:
    # given no token, or one that is not ours
    before = api.appended()
    # when the route is called
    answer = answer_to(api, operation, token)
    # then the caller is asked to sign in, and nothing happened
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert api.appended() == before


def test_another_scheme_than_bearer_is_refused(api: Api) -> None:
    token = signed_in(api, uuid4(), "worker").access_token
    answer = api.http.get("/v1/me/receipts", headers={"Authorization": f"Basic {token}"})
    assert answer.status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_answers_are_never_stored_by_a_cache_but_those_of_listed_pages(
    api: Api, operation: Operation
) -> None:
    # given somebody who may call the route
    role = a_session_role(operation)
    token = signed_in(api, uuid4(), role).access_token if role else None
    # when they get an answer, or a refusal
    answer = answer_to(api, operation, token)
    # then it may be kept on the way only if it is a page and the list says so
    is_public = answer.is_success and operation.name in MAX_AGE_SECONDS
    assert answer.headers["cache-control"].startswith("public, max-age=" if is_public else "no-store")


def test_only_what_everybody_may_read_is_listed_for_caches() -> None:
    assert all(route.startswith("GET ") for route in MAX_AGE_SECONDS)
    assert {ROLES_OF_ROUTE[route] for route in MAX_AGE_SECONDS} == {PUBLIC}


def test_a_refusal_is_never_stored_by_a_cache(api: Api) -> None:
    for answer in (api.get("/v1/me/receipts"), api.get("/v1/announcements?limit=0")):
        assert answer.is_error
        assert answer.headers["cache-control"] == "no-store"
