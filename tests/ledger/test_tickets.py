"""Certificate codes and identity challenges, which nothing stores."""

from datetime import timedelta

import pytest

from domain.rejections import Reason
from ledger.sealing.tickets import CERTIFICATE_CODE, IDENTITY_CHALLENGE, Ticket, Tickets
from tests.controls.moments import INSTANT, LI, NOON, WANG, refused

TTL = timedelta(seconds=60)
TICKETS = Tickets(bytes(32))


def test_a_ticket_says_whose_it_is_and_when_it_was_issued() -> None:
    text = TICKETS.issue(CERTIFICATE_CODE, WANG, NOON)
    assert TICKETS.read(CERTIFICATE_CODE, text, NOON + TTL, TTL) == Ticket(WANG, NOON)


def test_no_two_tickets_are_the_same_and_none_shows_what_it_says() -> None:
    first, second = (TICKETS.issue(CERTIFICATE_CODE, WANG, NOON) for _ in range(2))
    assert first != second
    assert str(WANG) not in first


@pytest.mark.parametrize("at", [NOON + TTL + INSTANT, NOON - INSTANT], ids=["late", "from the future"])
def test_a_ticket_out_of_its_time_is_expired(at: object) -> None:
    text = TICKETS.issue(CERTIFICATE_CODE, WANG, NOON)
    with refused(Reason.CODE_EXPIRED):
        TICKETS.read(CERTIFICATE_CODE, text, at, TTL)  # type: ignore[arg-type] # an instant


def _forgeries() -> dict[str, str]:
    genuine = TICKETS.issue(CERTIFICATE_CODE, WANG, NOON)
    flipped = ("B" if genuine[20] == "A" else "A").join((genuine[:20], genuine[21:]))
    elsewhere = Tickets(b"\1" * 32).issue(CERTIFICATE_CODE, LI, NOON)
    of_another_kind = TICKETS.issue(IDENTITY_CHALLENGE, WANG, NOON)
    return {
        "nothing": "",
        "a word": "code",
        "not ASCII": "ä",
        "too long": "A" * 500,
        "cut off": genuine[:-4],
        "one letter changed": flipped,
        "of another system": elsewhere,
        "of another kind": of_another_kind,
    }


FORGERIES = _forgeries()


@pytest.mark.parametrize("text", FORGERIES.values(), ids=FORGERIES.keys())
def test_what_we_did_not_issue_for_this_is_invalid(text: str) -> None:
    with refused(Reason.CODE_INVALID):
        TICKETS.read(CERTIFICATE_CODE, text, NOON, TTL)


def _other_spellings() -> dict[str, str]:
    """Texts that a lenient decoder reads as the same octets."""
    genuine = TICKETS.issue(CERTIFICATE_CODE, WANG, NOON)
    unused_bits = genuine[:-3] + chr(ord(genuine[-3]) + 1) + "=="
    return {
        "a foreign letter": f"{genuine[:9]}!{genuine[9:]}",
        "a line's end": f"{genuine}\n",
        "more padding": f"{genuine}====",
        "unused bits": unused_bits,
    }


OTHER_SPELLINGS = _other_spellings()


@pytest.mark.parametrize("text", OTHER_SPELLINGS.values(), ids=OTHER_SPELLINGS.keys())
def test_a_ticket_has_one_spelling_so_that_it_is_used_once(text: str) -> None:
    with refused(Reason.CODE_INVALID):
        TICKETS.read(CERTIFICATE_CODE, text, NOON, TTL)


def test_an_identity_challenge_has_refusals_of_its_own() -> None:
    with refused(Reason.CHALLENGE_EXPIRED):
        TICKETS.read(IDENTITY_CHALLENGE, "code", NOON, TTL)
