"""Real pictures, real dlib, and the doubles of the card and of its decoder."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from devices.card_document import CardDocument
from devices.card_ports import CardKind
from devices.face_matcher import FaceMatcher
from jiazheng.demo import pictures
from jiazheng.demo.doubles.id_card import CardField, IdCard
from jiazheng.demo.portraits import card_portrait

Picture = Callable[[str], bytes]


@pytest.fixture(scope="session")
def picture_folder() -> Path:
    return pictures.fetch()


@pytest.fixture(scope="session")
def picture(picture_folder: Path) -> Picture:
    return lambda name: pictures.path(name, picture_folder).read_bytes()


@pytest.fixture(scope="session")
def matcher() -> FaceMatcher:
    return FaceMatcher()


@pytest.fixture(scope="session")
def portrait(picture: Picture) -> bytes:
    return card_portrait(picture("obama3.jpg"))


@pytest.fixture
def document() -> CardDocument:
    return CardDocument(
        kind=CardKind.RESIDENT,
        name="王桂芳",
        sex="female",
        nation="01",
        birth_date=date(1978, 3, 12),
        address="安徽省合肥市庐阳区长江中路1号",
        id_number="340103197803120025",
        authority="合肥市公安局庐阳分局",
        valid_from=date(2015, 6, 1),
        valid_until=date(2035, 6, 1),
    )


@pytest.fixture
def card(document: CardDocument, portrait: bytes) -> IdCard:
    return IdCard(document, portrait)


@pytest.fixture
def field(card: IdCard) -> Iterator[CardField]:
    with CardField(card) as running:
        yield running
