"""The actor that imports the enterprise list: a chunk a message, so that no shutdown waits for a file."""

import logging
from uuid import UUID

from ledger.clock import Clock
from ledger.enterprise_imports import EnterpriseImports, Turn
from workers.broker import Enqueue

log = logging.getLogger(__name__)


class Imports:
    """Works through the files of imports; told twice of one, it does each chunk once."""

    def __init__(self, imports: EnterpriseImports, clock: Clock, enqueue: Enqueue) -> None:
        self._imports = imports
        self._clock = clock
        self._enqueue = enqueue

    def import_chunk(self, import_id: str) -> None:
        """Import the next chunk and ask for the one after it; what is in other hands stays there."""
        turn = self._imports.take_turn(UUID(import_id), self._clock())
        log.info("import %s: %s", import_id, turn.value)
        if turn is Turn.READ:
            self._enqueue("import_chunk", import_id)
