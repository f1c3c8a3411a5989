"""Named examples of identifiers, and strategies that draw valid ones; made up, or printed in a standard."""

from datetime import date
from typing import Final

from hypothesis import strategies as st

from domain.check_characters import USCC_ALPHABET, id_check_character, uscc_check_character
from domain.identifiers import EARLIEST_BIRTH, LATEST_BIRTH, IdNumber, MobileNumber, PersonName, Uscc
from domain.regions import known_regions

STANDARD_WOMAN: Final = "11010519491231002X"  # GB 11643-1999, first example
STANDARD_MAN: Final = "440524188001010014"  # second example; its region has been abolished
QIANTANG: Final = "330114199003070022"  # 钱塘区, founded in 2021
WUZHONG: Final = "320507198506150018"  # 相城区 of Suzhou
YUHUAN: Final = "331083198802290041"  # 玉环市; born on a leap day
HONG_KONG_PERMIT: Final = "810000199408230021"
MACAU_PERMIT: Final = "820000199301010012"
TAIWAN_PERMIT: Final = "830000199201300022"
FOREIGNER: Final = "911124198108030024"  # Beijing, Canada (124)

RIGHT_ID_NUMBERS: Final = (
    STANDARD_WOMAN,
    STANDARD_MAN,
    QIANTANG,
    WUZHONG,
    YUHUAN,
    HONG_KONG_PERMIT,
    MACAU_PERMIT,
    TAIWAN_PERMIT,
    FOREIGNER,
)

STATE_OWNED: Final = "91110000600037341L"
ARMED_FORCES: Final = "A1110000600037341K"
FARMERS: Final = "N2330100MA28A1B2C7"
OTHER_AUTHORITY: Final = "Y1440300MA5D1E2F3D"
PUBLIC_INSTITUTION: Final = "12100000400010275N"
RIGHT_USCCS: Final = (STATE_OWNED, ARMED_FORCES, FARMERS, OTHER_AUTHORITY, PUBLIC_INSTITUTION)

MOBILE: Final = "+8613800138000"

HAN_NAMES: Final = "王李张刘陈杨赵黄周吴芳伟娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平刚桂英玉萍𠮷䶮〇"


@st.composite
def id_numbers(draw: st.DrawFn) -> IdNumber:
    """Any right number: every region there ever was, and foreigners."""
    issuer = draw(st.sampled_from(sorted(known_regions())) | st.from_regex(r"911[0-9]{3}", fullmatch=True))
    born: date = draw(st.dates(EARLIEST_BIRTH, LATEST_BIRTH))
    body = f"{issuer}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return IdNumber(body + id_check_character(body))


@st.composite
def usccs(draw: st.DrawFn) -> Uscc:
    """Any right code."""
    letters = st.sampled_from(USCC_ALPHABET)
    head, region = draw(st.tuples(letters, letters)), draw(st.integers(0, 999_999))
    body = f"{''.join(head)}{region:06}{''.join(draw(st.lists(letters, min_size=9, max_size=9)))}"
    return Uscc(body + uscc_check_character(body))


@st.composite
def mobile_numbers(draw: st.DrawFn) -> MobileNumber:
    """Any right number of the large ranges."""
    return MobileNumber(
        f"+86{draw(st.sampled_from((135, 138, 150, 186, 189, 199)))}{draw(st.integers(0, 10**8 - 1)):08}"
    )


@st.composite
def person_names(draw: st.DrawFn) -> PersonName:
    """Chinese names of one or two parts."""
    part = st.text(HAN_NAMES, min_size=2, max_size=6)
    return PersonName("·".join(draw(st.lists(part, min_size=1, max_size=2))))
