"""The HTTP application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

from api.document.openapi import document_of
from api.http.general_limit import GeneralLimit
from api.http.problems import Problem, problem_of, response_of
from api.parts import Parts
from api.people import certificate, looks, own_letters, personal_centre, profile, registration, worker
from api.public import download, letters, news
from api.public import enterprises as public
from api.signing_in import handovers, presence, recovery, second_factor, sessions
from api.staff import (
    administrator,
    editor,
    enterprise,
    enterprise_list,
    officer,
    provider,
    registry,
    regulator,
)
from api.verification import card_relays, face_challenges, face_consent

ROUTERS = (
    public.routes,
    news.routes,
    download.routes,
    sessions.routes,
    second_factor.routes,
    recovery.routes,
    registration.routes,
    personal_centre.routes,
    face_consent.routes,
    face_challenges.routes,
    presence.routes,
    looks.routes,
    worker.routes,
    card_relays.routes,
    letters.routes,
    own_letters.routes,
    handovers.routes,
    profile.routes,
    certificate.routes,
    enterprise.routes,
    editor.routes,
    enterprise_list.routes,
    provider.routes,
    regulator.routes,
    officer.routes,
    administrator.routes,
    registry.routes,
)


def create_app(open_parts: Callable[[], AbstractAsyncContextManager[Parts]]) -> FastAPI:
    """The application; `open_parts` opens what it works with and closes it at the end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts() as parts:
            app.state.parts = parts
            pushing = asyncio.create_task(parts.push.run())
            yield
            pushing.cancel()
            with suppress(asyncio.CancelledError):
                await pushing

    app = FastAPIOffline(  # the documentation's page brings its scripts with it
        title="Jiazheng Credit Ledger",
        version="1",
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,  # an address with one slash too many is none, and is not led elsewhere
    )
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign] # as FastAPI's guide says
    app.add_middleware(GeneralLimit)
    for routes in ROUTERS:
        app.include_router(routes)
    app.add_exception_handler(404, _unrouted)
    app.add_exception_handler(405, _unrouted)
    app.add_exception_handler(Exception, _unexpected)
    return app


async def _unrouted(_: Request, error: Exception) -> Response:
    return response_of(problem_of(error))


async def _unexpected(_: Request, error: Exception) -> Response:  # noqa: ARG001 - logged by the server
    return response_of(Problem("internal-error", 500))
