"""Real Postgres and real Valkey from wheels, under our own control: no Docker, no root, no system package."""

from jiazheng.embedded.accounts import default_state_dir
from jiazheng.embedded.errors import ServiceError, StateLockedError
from jiazheng.embedded.lock import StateLock
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.valkey import EmbeddedValkey

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedValkey",
    "ServiceError",
    "StateLock",
    "StateLockedError",
    "default_state_dir",
]
