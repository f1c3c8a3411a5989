"""A supervisor as a process of its own: `python supervised.py STATE_DIR`, says what happens on its output."""

import logging
import sys
from pathlib import Path

from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey
from jiazheng.supervisor import Role, Supervisor

if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    state = Path(sys.argv[1])
    sleeper = Role("sleeper", ["sh", "-c", f"sleep 100; : {state}"])
    supervisor = Supervisor([EmbeddedPostgres(state), EmbeddedValkey(state)], [sleeper], state)
    sys.exit(supervisor.run_forever())
