"""The trail names everybody whom an event concerns."""

from typing import get_type_hints
from uuid import UUID

from projections.trail import CONCERNED_FIELDS
from tests.controls.events import event_classes

NO_PARTY = {"originator_id", "command_id", "entry_id", "correction_id", "proof_id", "authorization"}
"""What an event is about that is neither a person nor an enterprise, a provider or staff."""
IDS = {UUID, UUID | None}


def test_every_party_that_an_event_names_finds_it_on_their_trail() -> None:
    hints = [get_type_hints(kind) for kind in event_classes()]
    named = {name for fields in hints for name, kind in fields.items() if kind in IDS}
    assert named - NO_PARTY == set(CONCERNED_FIELDS)
