"""The peers there are, and those of them that can be measured on this machine."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

from benchmarks.harness import Run
from benchmarks.peers.emmett_store import emmett
from benchmarks.peers.fetched import NotMeasured
from benchmarks.peers.message_db import message_db
from benchmarks.peers.uma import umadb
from benchmarks.server import Server
from benchmarks.writers import Rate

Peer = Callable[[Server], AbstractContextManager[dict[str, Rate]]]

PEERS: dict[str, Peer] = {
    "message-db": message_db,
    "emmett": emmett,
    "umadb": umadb,
}


VERSIONS = {"message-db": "1.3.1", "emmett": "0.42.0", "umadb": "0.7.8"}
"""As pinned in `message_db.py`, `emmett/package-lock.json` and `umadb.txt`."""


@dataclass(frozen=True, slots=True)
class Peers:
    """What is ready, by label, and why the others are not measured."""

    ready: dict[str, Rate] = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)


@contextmanager
def peers(run: Run) -> Iterator[Peers]:
    """Fetch, install and start what can be."""
    found = Peers()
    with ExitStack() as stack:
        for label, peer in PEERS.items():
            run.notice(f"preparing {label}")
            try:
                found.ready.update(stack.enter_context(peer(run.server)))
            except NotMeasured as reason:
                found.not_measured[label] = str(reason)
        yield found
