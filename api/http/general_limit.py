"""The limit of all requests: of who is signed in by their account, of everybody else by the address."""

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import KNOWN_ERRORS, problem_of, response_of
from api.http.request_limits import FROM_ADDRESS, OF_ACCOUNT
from api.http.tokens import Session
from api.parts import Parts, parts_of
from domain.rejections import Refused

WITHOUT_LIMIT = frozenset({"GET /v1/health", "POST /v1/credit-records"})
"""Asked by machines: whether we answer; and providers' deliveries, which have a limit of their own."""


class GeneralLimit:
    """Looks who is asking and counts the request before anything else is done for it.

    Who is signed in counts by the account wherever they are: people behind one address of a carrier share the
    limit of that address only until they sign in. A token that is not in force counts as none. A stream of
    events counts once, when it is opened.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, with who is signed in as `state.signed_in`, or refuse it."""
        if scope["type"] != "http" or f"{scope['method']} {scope['path']}" in WITHOUT_LIMIT:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.signed_in = await run_in_threadpool(_counted, request)
        except KNOWN_ERRORS as error:
            refusal = response_of(problem_of(error))
            refusal.headers["Cache-Control"] = "no-store"
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _counted(request: Request) -> Session | None:
    parts = parts_of(request)
    session = _signed_in(parts, request.headers.get("authorization", ""))
    if session is not None:
        parts.request_limits.require_allowance(OF_ACCOUNT, str(session.subject_id))
    elif request.client is not None:  # a client on a socket without addresses is for its proxy to limit
        parts.request_limits.require_allowance(FROM_ADDRESS, request.client.host)
    return session


def _signed_in(parts: Parts, authorization: str) -> Session | None:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return parts.sessions.authenticate(parts.clock(), token)
    except Refused:  # the route says so, if it needs a token
        return None
