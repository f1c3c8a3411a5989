"""Lets time pass in the demo that keeps running: `python -m jiazheng.demo.pass_time SECONDS`."""

import sys
from datetime import timedelta

from jiazheng.system import state_dir_of
from ledger.clock import DemoClock


def main(arguments: list[str]) -> int:
    """Move the clock on, tell the demo's present, and return the exit code."""
    clock = DemoClock(state_dir_of() / "demo" / "clock")
    clock.move_to(clock() + timedelta(seconds=float(arguments[0])))
    sys.stdout.write(f"{clock():%Y-%m-%d %H:%M:%S} UTC\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
