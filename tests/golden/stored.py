"""Events as they are stored, but with nothing sealed: formatted JSON, one file an event version."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from ledger.credit_ledger import CreditLedger

EVENTS = Path(__file__).parent / "events"


def mapper() -> Mapper[UUID]:
    """The library's mapper, which seals nothing, over the transcoder as the ledger sets it up."""
    transcoder = JSONTranscoder()
    CreditLedger.register_transcodings(object.__new__(CreditLedger), transcoder)
    return Mapper(transcoder)


def file_of(kind: type[Any], folder: Path = EVENTS) -> Path:
    """The golden file of today's version of an event class."""
    return folder / f"{kind.TOPIC}.v{getattr(kind, 'class_version', 1)}.json"


def stored_text(event: Any) -> str:
    """What the event's golden file says."""
    stored = mapper().to_stored_event(event)
    envelope = {
        "topic": stored.topic,
        "stream": str(stored.originator_id),
        "version": stored.originator_version,
        "state": json.loads(stored.state),
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2) + "\n"


def read_event(text: str) -> Any:
    """The event behind a golden file, upcast to today's version where it is an older one."""
    envelope = json.loads(text)
    state = json.dumps(envelope["state"]).encode()
    stored = StoredEvent(UUID(envelope["stream"]), envelope["version"], envelope["topic"], state)
    return mapper().to_domain_event(stored)
