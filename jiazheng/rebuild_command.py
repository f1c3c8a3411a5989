"""`jiazheng rebuild`: the progress bar, and what to do where it does not end well."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from jiazheng.bootstrap import build_ledger
from jiazheng.settings import OwnerSettings, Settings
from projections.catalogue import BY_NAME
from projections.rebuild import NothingKept, RebuildUnderWay, TablesDiffer, rebuild, rollback
from projections.switch import SwitchBlocked


def run(console: Console, name: str, *, fresh: bool, changed: bool, back: bool) -> None:
    """Rebuild a read model, or go back to the tables before its last rebuild; leaves with 1 if that fails."""
    owner_url, projection = OwnerSettings().database_owner_url, BY_NAME[name]
    with (
        closing(build_ledger(Settings())) as ledger,
        explained(console),
        progress_bar(console, name) as progress,
    ):
        if back:
            rollback(ledger, owner_url, projection, progress)
        else:
            rebuild(ledger, owner_url, projection, progress, fresh=fresh, changed=changed)
    console.print(f"{name}: switched; `jiazheng rebuild {name} --rollback` leads back")


class Rate(ProgressColumn):
    """Events a second, over the last half minute."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed:,.0f} events/s" if task.speed else "")


@contextmanager
def progress_bar(console: Console, name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the share of the log that is done; yields whom to tell."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def explained(console: Console) -> Iterator[None]:
    """Tell what ended it and what to do then; leaves with status 1."""
    try:
        yield
    except TablesDiffer as differ:
        for difference in differ.differences:
            console.print(f"[red]{difference}[/]")
        console.print("Nothing was switched. If the model has changed, say so with --changed.")
        raise SystemExit(1) from None
    except (NothingKept, RebuildUnderWay, SwitchBlocked) as error:
        console.print(f"[red]{error}[/]. Nothing was switched.")
        raise SystemExit(1) from None
