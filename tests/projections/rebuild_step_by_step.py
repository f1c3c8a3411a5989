"""Rebuilds a read model and waits for a line of input after each step: `rebuild_step_by_step NAME`."""

import os
import sys

import domain.kiosk  # noqa: F401 - as the command does, know every event
from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from projections.catalogue import BY_NAME
from projections.rebuild import rebuild


def main(name: str) -> None:
    """Print each step as `done of`, go on when told to."""

    def step(done: int, of: int) -> None:
        sys.stdout.write(f"{done} {of}\n")
        sys.stdout.flush()
        sys.stdin.readline()

    rebuild(build_ledger(Settings()), os.environ["DATABASE_OWNER_URL"], BY_NAME[name], step)


if __name__ == "__main__":
    main(sys.argv[1])
