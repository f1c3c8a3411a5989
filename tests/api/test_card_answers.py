"""What a phone hands in as the card's answer: bytes in hexadecimal, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.verification.card_relays import CardAnswerIn
from tests.controls.api import Api
from tests.controls.problems import invalid_fields
from tests.controls.relays import phone_of
from tests.controls.workers import choosing_worker


def test_what_is_no_answer_of_a_card_is_refused_and_the_relay_goes_on(api: Api) -> None:
    phone = phone_of(choosing_worker(api))
    told = phone.begin(api.url).json()
    for wrong in ("", "90", "9x00", "900", "90 00", "00" * 259, 9000):
        assert invalid_fields(phone.answer(api.url, told, answer=wrong)) == {"answer"}
    assert phone.answer(api.url, told).is_success


@given(st.binary(min_size=2, max_size=258), st.booleans())
def test_every_answer_of_a_card_passes_in_either_case(answer: bytes, is_upper: bool) -> None:
    text = answer.hex().upper() if is_upper else answer.hex()
    given_answer = CardAnswerIn(turn=1, answer=text).answer
    assert given_answer is not None
    assert bytes.fromhex(given_answer) == answer


@given(st.text() | st.from_regex(r"[0-9a-f]{0,9}[\s]?", fullmatch=True))
def test_whatever_passes_is_bytes(text: str) -> None:
    try:
        passed = CardAnswerIn(turn=1, answer=text).answer
    except ValidationError:
        return
    assert passed is not None
    assert 2 <= len(bytes.fromhex(passed)) == len(text) / 2
