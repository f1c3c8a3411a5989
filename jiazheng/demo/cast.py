"""The people and enterprises of the story; names and numbers are made up, the numbers are valid."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from devices.card_document import CardDocument
from devices.card_ports import CardKind
from domain.check_characters import id_check_character, uscc_check_character
from domain.identifiers import IdNumber


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
            birth_date=IdNumber.parse(self.id_number).birth_date,
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
NEWCOMER = Person("孙丽", _id_number("31010119880623204"), "13500135000")
"""Registers as a consumer, becomes a worker, and has an old phone."""
STRANGER = Person("赵强", _id_number("44010319790821005"), "13700137000")

OFFICER = Person("周敏", _id_number("34010419750616002"), "13600136001")
"""Looks at documents at a counter; must not be whom they look at."""
SECOND_OFFICER = Person("吴倩", _id_number("34010419801102004"), "13600136002")

MOVED = replace(WORKER, phone="13800138001")
"""The worker after the change of the phone number."""
REGAINED = replace(WORKER, phone="13800138002")
"""The worker with a new phone, after that one was stolen."""

CHOSEN = ("爱侬", "cqyb")
"""What the worker types: two Chinese characters, and pinyin initials."""

PASSCODE = "snow pear 27"
PAGES: dict[str, dict[str, Any]] = {
    "basic": {
        "native_place": "340104",
        "address_region": "110105",
        "address": "建国路一号院",
        "ethnicity": "01",
        "emergency_contact_name": "王强",
        "emergency_contact_phone": "13600136009",
    },
    "services": {
        "service_types": ["maternity_care", "child_care"],
        "years_of_experience": 7,
        "languages": ["cmn"],
        "schooling": "71",
    },
    "insurance": {"policies": []},
    "employment": {"employers": [{"employer": "合肥市某家庭", "since": "2023-05-01"}]},
    "training": {"courses": []},
}
"""What the worker tells about herself, page by page."""

AWARD = {
    "kind": "award",
    "authority": "北京市商务局",
    "document_number": "京商务字〔2026〕12号",
    "decided_on": "2026-03-02",
    "reason": "员工制家政示范企业",
}
RED_LIST = AWARD | {
    "kind": "red_list",
    "document_number": "京商务字〔2026〕13号",
    "reason": "列入家政企业红名单",
}

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
