"""What a route needs to act: the caller, the cause of what it does, and ways to run commands and queries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from psycopg import Connection

from api.http.answers import Begun
from api.http.route import POSITION_HEADER
from api.http.tokens import Session
from api.parts import Parts, parts_of
from domain.event import Cause
from domain.rejections import Reason, Refused
from domain.staff import STAFF_ROLES
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

NOT_A_COMMAND = Begun(UUID(int=0), is_retry=False)
"""A request that appends nothing."""


@dataclass(frozen=True)
class Act:
    """One request's means to act."""

    parts: Parts
    session: Session | None
    cause: Cause
    response: Response
    is_retry: bool

    @property
    def caller(self) -> UUID:
        """Who calls; their subject or staff id."""
        return self.signed_in.subject_id

    @property
    def signed_in(self) -> Session:
        """The caller's session.

        Raises:
            Refused: nobody is signed in.
        """
        if self.session is None:
            raise Refused(Reason.TOKEN_INVALID)
        return self.session

    def as_actor(self, actor: str) -> "Act":
        """The same request, caused by whoever signed what it brings."""
        return replace(self, cause=replace(self.cause, actor=actor))

    def seeing(self) -> "Act":
        """The same request as a command of its own: what is read is recorded each time it is read."""
        return replace(self, cause=replace(self.cause, command_id=uuid4()))

    def as_command(self, about: UUID, what: str) -> "Act":
        """The same request, with no key of its own: its command id follows from what it is about."""
        return replace(self, cause=replace(self.cause, command_id=id_of_command(about, what)))

    async def run(
        self,
        command: Callable[Concatenate[CreditLedger, Cause, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run a use case in a thread; its positions become the response's `Ledger-Position`."""
        work = partial(command, self.parts.ledger, self.cause, *args, **kwargs)
        result = await run_in_threadpool(self._durably, work)
        self._tell_positions(result)
        return result

    async def carried_out(self) -> Appended | None:
        """What an earlier attempt at this request appended that died before it answered.

        Routes ask before they check what the work itself has changed since.
        """
        if not self.is_retry:
            return None
        before = await self.read(CreditLedger.find_appended, self.cause.command_id)
        self._tell_positions(before)
        return before

    async def read(
        self,
        reading: Callable[Concatenate[CreditLedger, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Read from the ledger in a thread."""
        work = partial(reading, self.parts.ledger, *args, **kwargs)
        return await run_in_threadpool(self._durably, work)

    def _durably(self, work: Callable[[], Result]) -> Result:
        """Do the work; neither its result nor its refusal tells of an event that a crash could still undo."""
        try:
            return work()
        finally:
            self.parts.ledger.event_log.settle()

    async def query(
        self,
        question: Callable[Concatenate[Connection, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Ask a read model, in a thread."""

        def ask() -> Result:
            with self.parts.ledger.pool.connection() as connection:
                return question(connection, *args, **kwargs)

        return await run_in_threadpool(ask)

    def _tell_positions(self, result: object) -> None:
        """In the order of the log: a retry knows no other."""
        outcome = result[-1] if isinstance(result, tuple) and result else result
        if isinstance(outcome, Appended) and outcome.positions:
            self.response.headers[POSITION_HEADER] = ",".join(map(str, sorted(outcome.positions)))


def act(request: Request, response: Response) -> Act:
    """The dependency."""
    parts = parts_of(request)
    session: Session | None = request.state.session
    begun: Begun = getattr(request.state, "begun", NOT_A_COMMAND)
    cause = Cause(parts.clock(), _actor(session), begun.command_id)
    return Act(parts, session, cause, response, begun.is_retry)


def _actor(session: Session | None) -> str:
    if session is None:
        return "public"
    return f"{'staff' if session.role in STAFF_ROLES else 'person'}:{session.subject_id}"


Acting = Annotated[Act, Depends(act)]
