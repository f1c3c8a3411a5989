"""The `jiazheng` command."""

import json
import logging
import sys
from contextlib import closing
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from api.main import create_app
from domain.event import Cause
from domain.staff import STAFF_ROLES
from jiazheng import bootstrap, doctor, worker_main
from jiazheng.exposition import metrics_told
from jiazheng.rebuild_command import explained, progress_bar
from jiazheng.settings import OwnerSettings, Settings
from jiazheng.system import System, free_port, state_dir_of
from ledger.tickets import STAFF_ENROLMENT
from ledger.use_cases import staff as staff_commands
from projections import catalogue, runner
from projections import rebuild as projections_rebuild
from workers.run import run_loops, stop_at_signals

app = typer.Typer(
    help="Jiazheng Credit Ledger (家政服务信用账本). Start with `jiazheng demo` or `jiazheng up`.",
    no_args_is_help=True,
    add_completion=False,
)
console = Console()


@app.callback()
def _logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "nfc.clf"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@app.command()
def up(port: Annotated[int, typer.Option(help="where the API listens, if free")] = 8000) -> None:
    """Start everything and keep it running until Ctrl-C.

    Example: jiazheng up --port 8080
    """
    system = System(state_dir_of(), free_port(port))
    console.print(f"The API will answer at [bold]{system.url}[/]; its documentation at {system.url}/docs")
    sys.exit(system.supervisor(console.print).run_forever())


@app.command()
def demo(
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="stay up with the story's data")
    ] = False,
    port: Annotated[int, typer.Option(help="where the API listens, if free")] = 8000,
) -> None:
    """Play the whole story on a fresh system, through the public API.

    Example: jiazheng demo --keep-running
    """
    from jiazheng.demo.play import play  # noqa: PLC0415 - the demo's doubles are no part of the other commands

    logging.getLogger().setLevel(logging.WARNING)
    sys.exit(play(port, keep_running=keep_running))


@app.command()
def api() -> None:
    """Serve the HTTP API (one role of the system)."""
    settings = Settings()
    application = create_app(lambda: bootstrap.open_api_parts(settings))
    with metrics_told(settings):
        uvicorn.run(
            application, host=settings.host, port=settings.port, log_level="warning", server_header=False
        )


@app.command()
def project() -> None:
    """Keep the read models up to date (one role of the system)."""
    made = Settings()
    with closing(bootstrap.build_ledger(made)) as ledger, metrics_told(made):
        follow = partial(runner.run, catalogue.followers(ledger), wakeups=ledger.wakeups)
        run_loops([follow], stop_at_signals())


@app.command()
def work() -> None:
    """Carry out queued messages (one role of the system; run as many as needed)."""
    made = Settings()
    with metrics_told(made):
        worker_main.work(made, stop_at_signals())


@app.command()
def schedule() -> None:
    """Enqueue what events and deadlines ask for (one role of the system)."""
    made = Settings()
    with metrics_told(made):
        worker_main.schedule(made, stop_at_signals())


@app.command()
def migrate() -> None:
    """Bring the databases up to date; needs DATABASE_OWNER_URL and KEYS_DATABASE_OWNER_URL.

    Creates the secrets and the list of erasures of a new system, too.
    """
    bootstrap.create_files(Settings())
    done = bootstrap.migrate_all(OwnerSettings())
    console.print(f"migrations run: {', '.join(done) or 'none, all up to date'}")


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(help=f"one of: {', '.join(catalogue.BY_NAME)}")],
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="begin anew where one was ended")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="the model changed: other rows are right")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="back to the tables before the last one")
    ] = False,
) -> None:
    """Rebuild a read model from the log beside the live one, compare, then switch; queries go on meanwhile.

    Example: jiazheng rebuild enterprise_directory
    """
    if name not in catalogue.BY_NAME:
        raise typer.BadParameter(f"there is no read model {name!r}")
    if rollback and (fresh or changed):
        raise typer.BadParameter("--rollback stands alone")
    ledger, owner_url = bootstrap.build_ledger(Settings()), OwnerSettings().database_owner_url
    with closing(ledger), explained(console), progress_bar(console, name) as progress:
        if rollback:
            projections_rebuild.rollback(ledger, owner_url, catalogue.BY_NAME[name], progress)
        else:
            projections_rebuild.rebuild(
                ledger, owner_url, catalogue.BY_NAME[name], progress, fresh=fresh, changed=changed
            )
    console.print(f"{name}: switched; `jiazheng rebuild {name} --rollback` leads back")


@app.command(name="doctor")
def doctor_() -> None:
    """Check that everything is in order; tells what to do where it is not."""
    findings = doctor.examine()
    for finding in findings:
        mark = "[green]ok[/]   " if finding.is_good else "[red]wrong[/]"
        console.print(f"{mark} {finding.what}" + ("" if finding.is_good else f": {finding.advice}"))
    sys.exit(0 if all(finding.is_good for finding in findings) else 1)


@app.command()
def settings() -> None:
    """List every setting with its default; secrets are never shown."""
    table = Table("variable", "default", "meaning")
    for variable, default, meaning in bootstrap.describe_settings():
        table.add_row(variable, default, meaning)
    console.print(table)


@app.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document.

    Example: jiazheng openapi > openapi.json
    """
    document = create_app(lambda: bootstrap.open_api_parts(Settings())).openapi()
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


@app.command()
def sms() -> None:
    """Show the SMS that wait in the outbox; a demo has no gateway that would send them."""
    made = Settings()
    ledger = bootstrap.build_ledger(made)
    for message in bootstrap.build_outbox(ledger).show(bootstrap.build_clock(made)()):
        console.print(f"[bold]{message.phone}[/] {message.text}")
    ledger.close()


@app.command()
def staff(role: Annotated[str, typer.Argument(help="only `administrator`")] = "administrator") -> None:
    """Grant one of the first two administrators; all other grants go through the API, with four eyes.

    Prints the staff id and the enrolment token that the person registers a passkey with.
    """
    if role not in STAFF_ROLES or role != "administrator":
        raise typer.BadParameter("only the first administrators are granted here")
    made = Settings()
    ledger = bootstrap.build_ledger(made)
    cause = Cause(bootstrap.build_clock(made)(), "system:console", uuid4())
    staff_id: UUID = staff_commands.grant_first_administrator(ledger, cause)
    token = ledger.tickets.issue(STAFF_ENROLMENT, staff_id, cause.at)
    typer.echo(json.dumps({"staff_id": str(staff_id), "enrolment_token": token}))
    ledger.close()
