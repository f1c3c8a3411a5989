"""What each step asks of a person: the one table of ways, and the least assurance of each.

A face may never be the only way: every step that takes one has another way, chosen by the person.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.rejections import Reason, Refused

FACE: Final = "face"
CARD: Final = "card_code_passcode"
"""The ID card on a kiosk, the SMS code of the account's phone, and the passcode."""
OFFICERS: Final = "officers"
"""Officers (核验员) who hold the person's document in their hands."""
PASSCODE: Final = "passcode"

ASSURANCES: Final = ("web", "attested_app", "kiosk", "officer")
"""How far the device or the person that made a check is trusted, the least first."""

LEAST_ASSURANCE: Final[dict[str, dict[str, str]]] = {
    "identity": {FACE: "attested_app", CARD: "kiosk", OFFICERS: "officer"},
    "authorization": {FACE: "web", CARD: "kiosk", OFFICERS: "officer"},
    "check_in": {FACE: "web", CARD: "kiosk", OFFICERS: "officer"},
    "disclosure": {FACE: "web", CARD: "kiosk", OFFICERS: "officer"},
    "sign_in": {FACE: "web", PASSCODE: "web", OFFICERS: "officer"},
    "phone_change": {OFFICERS: "officer"},
    "recovery": {FACE: "kiosk", OFFICERS: "officer"},
    "passcode_change": {FACE: "web", PASSCODE: "web", OFFICERS: "officer"},
    "cancellation": {FACE: "web", PASSCODE: "web", OFFICERS: "officer"},
}
"""Step -> the ways that lead through it -> the least assurance of each.

Where the passcode is enough, or the old phone's code, no card is asked for: that way needs both as well.
"""

OFFICERS_NEEDED: Final = {"identity": 2, "recovery": 2}
"""How many different officers must confirm; one, where nothing is said."""


@dataclass(frozen=True, slots=True)
class Presence:
    """How a person showed that it is them; the event of the step records it.

    Attributes:
        method: `face`, `card_code_passcode`, `officers` or `passcode`.
        assurance: one of `ASSURANCES`.
        proof_id: the stream of the proof, where there was no face.
    """

    method: str
    assurance: str
    proof_id: UUID | None = None

    def is_enough_for(self, step: str) -> bool:
        """Whether the way leads through the step, and is trusted enough."""
        least = LEAST_ASSURANCE[step].get(self.method)
        return least is not None and ASSURANCES.index(self.assurance) >= ASSURANCES.index(least)

    def require_enough_for(self, step: str) -> None:
        """Refuse a way that does not lead through the step, or one that is trusted too little."""
        if not self.is_enough_for(step):
            raise Refused(Reason.ASSURANCE_TOO_LOW)


def ways_without_face(step: str) -> list[str]:
    """The ways through a step that need no face."""
    return [method for method in LEAST_ASSURANCE[step] if method != FACE]


def officers_needed(step: str) -> int:
    """How many officers must confirm a proof for the step."""
    return OFFICERS_NEEDED.get(step, 1)
