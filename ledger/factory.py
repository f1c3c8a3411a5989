"""The library's plug-in point: `PERSISTENCE_MODULE=ledger.factory` brings our recorder and mapper."""

from pathlib import Path
from typing import Any, NoReturn

from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    TrackingRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment

from ledger.sealing.erasures import ErasureList
from ledger.sealing.fields import SealingMapper
from ledger.sealing.keyring import Keyring
from ledger.sealing.subject_keys import SubjectKeys
from ledger.store.connections import LastingPool
from ledger.store.recorder import LedgerRecorder
from ledger.store.transcoding import LedgerTranscoder


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """Builds the parts from DATABASE_URL, KEYS_DATABASE_URL, KEYRING_FILE and ERASURES_FILE."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.keyring = Keyring.load(Path(self._required("KEYRING_FILE")))
        erasures = ErasureList(Path(self._required("ERASURES_FILE")))
        # Only now: a start that is refused for want of a file leaves no connection behind.
        pool_max = int(env.get("POOL_MAX", "16") or "16")
        self.pool = LastingPool(self._required("DATABASE_URL"), pool_max)
        self.keys_pool = LastingPool(self._required("KEYS_DATABASE_URL"), pool_max)
        self.keys = SubjectKeys(self.keys_pool, self.keyring, erasures)

    def _required(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            msg = f"{name} is not set"
            raise ValueError(msg)
        return value

    def transcoder(self) -> Transcoder:
        """The transcoder that reads fast."""
        return LedgerTranscoder()

    def mapper(self, transcoder: Transcoder | None = None, mapper_class: Any = None) -> Mapper[Any]:  # noqa: ARG002 - the library's signature
        """The mapper that seals."""
        return SealingMapper(transcoder or self.transcoder(), self.keys)

    def application_recorder(self) -> LedgerRecorder:
        """Our recorder."""
        return LedgerRecorder(self.pool)

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """No snapshots: they would hold the state in the open."""
        raise NotImplementedError(purpose)

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> NoReturn:
        """Followers keep their positions with `projections.runner`."""
        raise NotImplementedError

    def process_recorder(self) -> NoReturn:
        """Reactions go through the log and dramatiq, never through a process application."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""
        self.pool.close()
        self.keys_pool.close()
