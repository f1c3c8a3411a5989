"""What every route does before its own work: let the right role in, answer a repeated request once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from time import monotonic
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from api.access import ROLES_OF_ROUTE
from api.http.answers import SHOW_PEOPLE, Begun
from api.http.answers import Request as RepeatableRequest
from api.http.bodies import read_body
from api.http.caching import tell_caches
from api.http.documentation import admission_to, operation_id, parameters_of
from api.http.etags import unless_known
from api.http.problems import KNOWN_ERRORS, Problem, problem_of, response_of
from api.http.request_limits import KIND_OF_OWN_ROUTE, KIND_OF_ROUTE
from api.http.tokens import BORROWED, Session
from api.http.uploads import UPLOADS, received
from api.parts import Parts, parts_of
from domain.rejections import Reason, Refused
from domain.staff import STAFF_ROLES, StaffMember
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import InvalidPosition, Position, latest, parse_positions
from ledger.use_cases.handovers import running_handover
from projections.catalogue import reached

POSITION_HEADER = "Ledger-Position"
POSITION_WAIT_SECONDS = 2.0
POSITION_POLL_SECONDS = 0.01

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class LedgerRoute(APIRoute):
    """A route of this API."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        (method,) = settings["methods"]
        settings["dependencies"] = [*(settings.get("dependencies") or ()), *admission_to(f"{method} {path}")]
        settings["openapi_extra"] = (settings.get("openapi_extra") or {}) | parameters_of(method)
        super().__init__(path, endpoint, **settings)

    def get_route_handler(self) -> Handler:
        """Wrap the route's own handler."""
        own = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                request.state.session = await _admit(request, self)
                await _require_allowance(request, f"{request.method} {self.path}")
                if request.method == "POST":
                    is_kept = f"POST {self.path}" not in SHOW_PEOPLE
                    answer = await _answer_once(request, own, is_kept=is_kept)
                elif request.method == "PUT":
                    answer = await _answer_put(request, own)
                else:
                    await _wait_for_position(request)
                    answer = unless_known(request, await own(request))
            except KNOWN_ERRORS as error:
                answer = response_of(problem_of(error))
            tell_caches(f"{request.method} {self.path}", answer)
            return answer

        return handle


def router(tag: str, prefix: str = "/v1") -> APIRouter:
    """A router whose routes are all `LedgerRoute`."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=LedgerRoute, generate_unique_id_function=operation_id
    )


async def _admit(request: Request, route: APIRoute) -> Session | None:
    """The caller's session; nobody calls what the table of roles does not let them."""
    roles = ROLES_OF_ROUTE[f"{request.method} {route.path}"]
    if "public" in roles:
        return None
    session: Session | None = request.state.signed_in
    if session is None:
        raise Refused(Reason.TOKEN_INVALID)
    if session.role in STAFF_ROLES:
        await run_in_threadpool(_require_in_office, parts_of(request).ledger, session)
    if session.role == BORROWED:
        await run_in_threadpool(_require_borrowed, parts_of(request), session)
    if session.role not in roles:
        raise Problem("not-allowed", 403)
    return session


async def _require_allowance(request: Request, route: str) -> None:
    """Before anything is written; a client on a socket without addresses is for its proxy to limit."""
    limits, session = parts_of(request).request_limits, request.state.session
    if route in KIND_OF_ROUTE and request.client is not None:
        await run_in_threadpool(limits.require_allowance, KIND_OF_ROUTE[route], request.client.host)
    if route in KIND_OF_OWN_ROUTE:
        await run_in_threadpool(limits.require_allowance, KIND_OF_OWN_ROUTE[route], str(session.subject_id))


def _require_in_office(ledger: CreditLedger, session: Session) -> None:
    """The log says who is in office, not the session's row: one that was rewritten opens nothing.

    Nor does a withdrawn role, even if whoever withdrew it died before the sessions were revoked.
    """
    member = ledger.load(StaffMember, session.subject_id, missing=Reason.TOKEN_INVALID)
    office = (member.status, member.role, member.enterprise_id)
    if office != ("granted", session.role, session.enterprise_id):
        raise Refused(Reason.TOKEN_INVALID)


def _require_borrowed(parts: Parts, session: Session) -> None:
    """The session ends with its handover, even if whoever ended it died before the row was deleted."""
    running_handover(parts.ledger, parts.clock(), session.session_id)


async def _answer_once(request: Request, own: Handler, *, is_kept: bool) -> Response:
    """Serve a POST under its Idempotency-Key: the same request again gets the same answer."""
    async with _body_of(request) as body:
        return await _served_once(request, own, body, is_kept=is_kept)


async def _served_once(request: Request, own: Handler, body: bytes, *, is_kept: bool) -> Response:
    parts = parts_of(request)
    repeatable = _repeatable(request, parts, body)
    begun = await run_in_threadpool(parts.answers.begin, repeatable, parts.clock(), is_kept=is_kept)
    if not isinstance(begun, Begun):
        return begun
    request.state.begun = begun
    try:
        answer = await own(request)
    except KNOWN_ERRORS as error:
        answer = response_of(problem_of(error))
    except BaseException:
        await run_in_threadpool(parts.answers.give_up, repeatable, parts.clock())
        raise
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or not is_kept:
        await run_in_threadpool(parts.answers.give_up, repeatable, parts.clock())
    else:
        await run_in_threadpool(parts.answers.keep, repeatable, answer)
    return answer


async def _answer_put(request: Request, own: Handler) -> Response:
    """Serve a PUT: it says what shall be, so it may come again without a key; with one it is served once."""
    if "idempotency-key" in request.headers:
        return await _answer_once(request, own, is_kept=True)
    await read_body(request)
    request.state.begun = Begun(uuid4(), is_retry=False)
    return await own(request)


def _repeatable(request: Request, parts: Parts, body: bytes) -> RepeatableRequest:
    key = request.headers["idempotency-key"]
    session: Session | None = request.state.session
    actor = str(session.subject_id) if session else "public"
    content_type = request.headers.get("content-type", "").partition(";")[0].encode()
    if content_type == b"multipart/form-data":  # the boundary differs each time, the parts do not
        body = body.replace(_boundary(request), b"")
    precondition = request.headers.get("if-match", "").encode()
    mac = parts.answers.digest(request.url.path.encode(), content_type, body, precondition)
    return RepeatableRequest(actor, key, mac)


def _boundary(request: Request) -> bytes:
    return request.headers["content-type"].partition("boundary=")[2].strip('"').encode() or b"\x00none"


@asynccontextmanager
async def _body_of(request: Request) -> AsyncIterator[bytes]:
    """What tells one request from another: the body, or the digest of a file that it is."""
    if not 8 <= len(request.headers.get("idempotency-key", "")) <= 128:
        raise Problem("idempotency-key-missing", 400)
    if request.url.path in UPLOADS:
        async with received(request, parts_of(request).imports.folder) as upload:
            request.state.upload = upload
            yield upload.sha256.encode()
    else:
        yield await read_body(request)


def _are_told(ledger: CreditLedger, wanted: Sequence[Position]) -> bool:
    """Whether the log has come that far: nobody, signed in or not, waits here for what was never written."""
    heads = ledger.event_log.heads()
    return all(position.number <= heads[position.partition] for position in wanted)


async def _wait_for_position(request: Request) -> None:
    """A client that must see its own write sends back the position it got; the wait is bounded."""
    sent = request.headers.get(POSITION_HEADER)
    if sent is None:
        return
    try:
        wanted = latest(parse_positions(sent))
    except InvalidPosition as error:
        raise Problem("position-invalid", 400) from error
    ledger = parts_of(request).ledger
    if not await run_in_threadpool(_are_told, ledger, wanted):
        raise Problem("position-invalid", 400)
    deadline = monotonic() + POSITION_WAIT_SECONDS
    while not await run_in_threadpool(reached, ledger, wanted):
        if monotonic() > deadline:
            raise Problem("view-behind", 503)
        await asyncio.sleep(POSITION_POLL_SECONDS)
