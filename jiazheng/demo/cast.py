"""The people and enterprises of the story; names and numbers are made up, the numbers are valid."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from devices.card_document import CardDocument
from devices.card_ports import CardKind
from domain.check_characters import id_check_character, uscc_check_character


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the story."""

    name: str
    id_number: str
    phone: str

    def form(self, sms_code: str, device: str) -> dict[str, str]:
        """The registration form."""
        return {
            "name": self.name,
            "id_number": self.id_number,
            "phone": self.phone,
            "sms_code": sms_code,
            "device": device,
        }

    def card(self, today: date) -> CardDocument:
        """What is on the person's ID card."""
        return CardDocument(
            kind=CardKind.RESIDENT,
            name=self.name,
            sex="female",
            nation="01",
            birth_date=date(1990, 3, 7),
            address="安徽省合肥市蜀山区长江西路1号",
            id_number=self.id_number,
            authority="合肥市公安局蜀山分局",
            valid_from=date(today.year - 5, 1, 1),
            valid_until=date(today.year + 15, 1, 1),
        )


def _id_number(body: str) -> str:
    return body + id_check_character(body)


WORKER = Person("王芳", _id_number("34010419900307002"), "13800138000")
CONSUMER = Person("李明", _id_number("11010519850412003"), "13900139000")
STRANGER = Person("赵强", _id_number("44010319790821005"), "13700137000")

CHOSEN = ("爱侬", "cqyb")
"""What the worker types: two Chinese characters, and pinyin initials."""

TOWNS = (
    ("北京市", "朝阳区", "110105"),
    ("重庆市", "渝北区", "500112"),
    ("上海市", "浦东新区", "310115"),
    ("安徽省", "合肥市", "340104"),
)
BRANDS = ("爱侬", "管佳", "安心", "福慧", "好帮手", "阳光", "天使", "无忧", "美满", "金牌")
TRADES = ("家政服务", "母婴护理", "保洁服务", "养老服务", "月嫂服务")
HEADER = ("uscc", "name", "brand", "province", "city", "status")
ENTERPRISES = 200


def enterprise_csv() -> bytes:
    """A CSV of 200 enterprises with three bad lines among them."""
    lines = [_enterprise(number) for number in range(ENTERPRISES)]
    lines.insert(10, ("91110105MA0000000X", "北京打字错误家政有限公司", "", "北京市", "朝阳区", "operating"))
    lines.insert(50, (lines[0][0], "", "无名", "北京市", "朝阳区", "operating"))
    lines.insert(90, (lines[1][0], "重庆状态不明家政有限公司", "", "重庆市", "渝北区", "closed?"))
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *lines])
    return text.getvalue().encode()


def _enterprise(number: int) -> tuple[str, ...]:
    province, city, region = TOWNS[number % len(TOWNS)]
    brand, trade = BRANDS[number // len(TOWNS) % len(BRANDS)], TRADES[number % len(TRADES)]
    body = f"91{region}MA{number:07}"
    name = f"{province[:2]}{city[:2]}{brand}{trade}有限公司"
    return body + uscc_check_character(body), name, brand, province, city, "operating"
