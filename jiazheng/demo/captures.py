"""What is signed of pictures: by a kiosk, or by the app on a phone."""

import hashlib
from collections.abc import Sequence
from typing import Any


def capture_claims(audience: str, challenge: str, frames: Sequence[bytes]) -> dict[str, Any]:
    """The claims of a capture: the frames' hashes in the order in which they are sent."""
    hashes = [hashlib.sha256(frame).hexdigest() for frame in frames]
    return {"aud": audience, "challenge": challenge, "frames_sha256": hashes}
