from dataclasses import dataclass

import pytest

from devices.card_evidence import CardEvidence, TranscribedLink


@dataclass
class Played:
    """A link that answers every APDU alike."""

    answer: bytes
    atqb: bytes = bytes(12)
    uid: bytes = bytes(8)

    def exchange(self, apdu: bytes, timeout_seconds: float) -> bytes:
        assert apdu
        assert timeout_seconds
        return self.answer


def evidence(answer: bytes, *apdus: bytes) -> CardEvidence:
    link = TranscribedLink(Played(answer))
    for apdu in apdus:
        assert link.exchange(apdu, 1.0) == answer
    return link.evidence("sam:1")


@pytest.mark.parametrize(
    "other",
    [
        evidence(b"\x90\x01", b"ab", b"c"),  # another answer
        evidence(b"\x90\x00", b"ac", b"c"),  # another command
        evidence(b"\x90\x00", b"c", b"ab"),  # another order
        evidence(b"\x90\x00", b"ab"),  # one less
    ],
)
def test_the_transcript_depends_on_all_that_was_said(other: CardEvidence) -> None:
    one = evidence(b"\x90\x00", b"ab", b"c")
    assert one == evidence(b"\x90\x00", b"ab", b"c")
    assert one.transcript_sha256 != other.transcript_sha256


def test_without_a_key_nothing_is_derived_from_the_uid() -> None:
    assert evidence(b"\x90\x00", b"a").uid_hash is None
