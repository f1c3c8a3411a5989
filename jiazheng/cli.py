"""The `jiazheng` command."""

import json
import logging
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.main import create_app
from domain.event import Cause
from domain.rejections import Refused
from jiazheng import bootstrap, doctor, import_command, rebuild_command, system, worker_main
from jiazheng.embedded import ServiceError, StateLockedError
from jiazheng.exposition import metrics_told
from jiazheng.serving import SERVED
from jiazheng.settings import OwnerSettings, Settings, what_is_wrong
from ledger.migrate import MigrationChanged
from ledger.sealing.erasures import ErasureListMissing
from ledger.use_cases import staff as staff_commands
from projections import catalogue, runner
from workers.run import run_loops, stop_at_signals

app = typer.Typer(
    help="Jiazheng Credit Ledger (家政服务信用账本). Start with `jiazheng demo` or `jiazheng up`.",
    no_args_is_help=True,
    add_completion=False,
)
console = Console()

Port = Annotated[int, typer.Option(help="where the API listens, if free", min=0, max=65535)]

STREAMS_END_SECONDS = 3
"""How long open event streams may hold up the end of the API; clients come back with their cursor."""


@app.callback()
def _logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "nfc.clf"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@app.command()
def up(
    port: Port = system.DEFAULT_PORT,
) -> None:
    """Start everything and keep it running until Ctrl-C.

    Example: jiazheng up --port 8080
    """
    whole = system.System(system.state_dir_of(), system.port_told(port, console.print))
    console.print(f"The API will answer at [bold]{whole.url}[/]; its documentation at {whole.url}/docs")
    sys.exit(whole.supervisor(console.print).run_forever())


@app.command()
def demo(
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="stay up with the story's data")
    ] = False,
    port: Port = system.DEFAULT_PORT,
    picture: Annotated[Path | None, typer.Option(help="write what was printed as an SVG picture")] = None,
) -> None:
    """Play the whole story on a fresh system of its own, through the public API.

    Example: jiazheng demo --keep-running
    """
    if system.external_services():
        raise system.ConfigurationError(
            f"the demo wants a system of its own: unset {', '.join(system.EXTERNAL)}"
        )
    from jiazheng.demo.play import play  # noqa: PLC0415 - the demo's doubles are no part of the other commands

    logging.getLogger().setLevel(logging.WARNING)
    sys.exit(play(port, keep_running=keep_running, picture=picture))


@app.command()
def api() -> None:
    """Serve the HTTP API (one role of the system)."""
    settings = Settings()
    application = create_app(lambda: bootstrap.open_api_parts(settings))
    with metrics_told(settings):
        uvicorn.run(
            application,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=STREAMS_END_SECONDS,
            **SERVED,
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
    done = bootstrap.migrate_all(OwnerSettings())
    bootstrap.create_files(Settings())
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
    system.join_running_system()
    rebuild_command.run(console, name, fresh=fresh, changed=changed, back=rollback)


@app.command(name="doctor")
def doctor_() -> None:
    """Check that everything is in order; tells what to do where it is not."""
    system.join_running_system()
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
    system.join_running_system()
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
    if role != "administrator":
        raise typer.BadParameter("only the first administrators are granted here")
    system.join_running_system()
    made = Settings()
    ledger = bootstrap.build_ledger(made)
    cause = Cause(bootstrap.build_clock(made)(), "system:console", uuid4())
    staff_id: UUID = staff_commands.grant_first_administrator(ledger, cause)
    token = staff_commands.enrolment_token(ledger, staff_id, cause.at)
    typer.echo(json.dumps({"staff_id": str(staff_id), "enrolment_token": token}))
    ledger.close()


@app.command()
def import_enterprises(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV in UTF-8 or GB18030")
    ],
) -> None:
    """Import the enterprise list; cut off, the same command goes on where it was.

    Example: jiazheng import-enterprises enterprises.csv
    """
    system.join_running_system()
    import_command.run(console, file)


EXPECTED = (
    bootstrap.AppUnknown,
    bootstrap.KeyringLost,
    ErasureListMissing,
    FileNotFoundError,
    MigrationChanged,
    Refused,
    ServiceError,
    StateLockedError,
    system.ConfigurationError,
)
"""What a person at the console can act on; anything else is a fault of ours and keeps its traceback."""


def main() -> None:
    """The `jiazheng` command: what goes wrong as expected is said in one line."""
    try:
        app()
    except ValidationError as error:
        typer.echo(f"jiazheng: {what_is_wrong(error)}; see `jiazheng settings`", err=True)
        sys.exit(1)
    except EXPECTED as error:
        typer.echo(f"jiazheng: {error}", err=True)
        sys.exit(1)
