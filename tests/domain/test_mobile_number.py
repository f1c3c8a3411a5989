import pytest

from domain.identifiers import InvalidIdentifier, MobileNumber
from tests.controls import identifiers as controls


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "(+86)13800138000",
        "0086-13800138000",
        "8613800138000",
        "１３８００１３８０００",
        "\u202d13800138000\u202c",
    ],
)
def test_a_mobile_number_is_read_however_it_is_typed(text: str) -> None:
    assert MobileNumber.parse(text) == MobileNumber(controls.MOBILE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345678901", "mobile_number.range"),
        ("01082109821", "mobile_number.format"),
        ("+85251234567", "mobile_number.format"),
        ("+8686 13800138000", "mobile_number.format"),
        ("13800138000 ext. 5", "mobile_number.format"),
        ("1380013800", "mobile_number.format"),
        ("400-800-8000", "mobile_number.format"),
    ],
)
def test_what_no_mainland_mobile_has_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        MobileNumber.parse(text)
    assert refusal.value.code == code
