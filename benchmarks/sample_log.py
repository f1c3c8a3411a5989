"""Fills a ledger with the lives of workers: valid events, sealed as always, appended in large batches."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID, uuid4

from domain.account import Account
from domain.assurance import Presence
from domain.attendance import Attendance
from domain.check_characters import id_check_character, uscc_check_character
from domain.credit_record import RECORD_TYPES, CreditRecord
from domain.disclosure import Disclosure
from domain.enterprise import Enterprise, EnterpriseDetails
from domain.event import Cause, LedgerAggregate
from domain.face import FaceChecks, FaceEvidence
from domain.letter import LETTERS, SignedLetter
from domain.presence import ShownDocument
from domain.rules import Rules
from domain.streams import stream_of
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger

BEGINNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
LETTER = LETTERS.current(BEGINNING)
BATCH_LIVES = 50
ENTERPRISES = 13
"""In a batch: about four workers each."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "芳娜敏静丽艳娟霞秀兰燕玲桂英梅红云莲真环雪荣爱妹香月莺媛"
BRANDS = ("阳光", "好帮手", "安心", "爱家", "康乃馨", "三替", "巾帼", "暖心")
CITIES = (("浙江省", "杭州市"), ("上海市", "浦东新区"), ("广东省", "深圳市"), ("四川省", "成都市"))
FRESH = datetime.max.replace(tzinfo=UTC)  # no attempt comes after it
EVIDENCE = FaceEvidence("accepted", 0.31, 0.40, "8f" * 32, "passed", "kiosk", "kiosk-17", FRESH)
CARD = ShownDocument("resident_id", "杭州市公安局西湖分局", "sam-1", "5c" * 32, "kiosk-17")
AT_KIOSK, ON_THE_WEB = Presence("face", "kiosk"), Presence("face", "web")


@dataclass(frozen=True, slots=True)
class Life:
    """A worker to be, drawn from a seed, so that every run has the same log but for its ids and seals."""

    nth: int
    random: Random

    @property
    def name(self) -> str:
        """A Chinese name of two or three characters."""
        return self.random.choice(SURNAMES) + "".join(self.random.sample(GIVEN, self.random.randint(1, 2)))

    @property
    def id_number(self) -> str:
        """A right ID number."""
        body = f"330106{1960 + self.nth % 40}0307{self.nth % 1000:03}"
        return body + id_check_character(body)


def fill(ledger: CreditLedger, events: int) -> int:
    """Append at least so many events.

    Returns:
        how many there are.
    """
    random, appended, consumer = Random(7), 0, uuid4()  # noqa: S311 - sample data, not secrets
    ledger.keys.create(consumer)
    numbers = count()
    while appended < events:
        enterprises = [_enterprise(random, next(numbers)) for _ in range(ENTERPRISES)]
        streams: list[LedgerAggregate] = [*enterprises]
        for nth in range(BATCH_LIVES):
            streams += _life(ledger, Life(nth, random), enterprises[nth % len(enterprises)].id, consumer)
        appended += len(ledger.commit(_cause(timedelta()), *streams).positions)
    return appended


def _cause(after: timedelta) -> Cause:
    return Cause(BEGINNING + after, "system:benchmark", uuid4())


def _enterprise(random: Random, nth: int) -> Enterprise:
    brand, (province, city) = random.choice(BRANDS), random.choice(CITIES)
    body = f"91330106MA{nth:07}"
    name = f"{city[:2]}{brand}{random.choice(GIVEN)}{random.choice(GIVEN)}家政服务有限公司"
    details = EnterpriseDetails(body + uscc_check_character(body), name, brand, province, city, "operating")
    enterprise = Enterprise.put_on_list(_cause(timedelta()), details)
    if random.random() < 0.2:
        renamed = EnterpriseDetails(details.uscc, name, brand + "家", province, city, "operating")
        enterprise.revise(_cause(timedelta(days=3)), renamed)
    return enterprise


def _life(ledger: CreditLedger, life: Life, enterprise_id: UUID, consumer: UUID) -> list[LedgerAggregate]:
    """Registration, verification, letter, two months of check-ins, a disclosure, a credit record."""
    subject = uuid4()
    ledger.keys.create(subject)
    phone = f"+86138{life.random.randrange(10**8):08}"
    account = Account.register(
        _cause(timedelta()), subject, role="worker", name=life.name, id_number=life.id_number, phone=phone
    )
    attendance = Attendance.start(_cause(timedelta(days=1)), subject, ledger.rules)
    face_checks = [_face_checks(subject, timedelta(days=day), ledger.rules) for day in (1, 25, 50)]
    for day in (25, 50):
        attendance.check_in(_cause(timedelta(days=day)), ledger.rules, ON_THE_WEB)
    attendance.remind(_cause(timedelta(days=74)), 7)
    worker = _worker(subject, enterprise_id)
    shown = _disclosure(subject, consumer, ledger.rules, worker.require_letter_in_force())
    return [account, worker, attendance, *face_checks, shown, _record(subject, life)]


def _worker(subject: UUID, enterprise_id: UUID) -> Worker:
    worker = Worker.open(_cause(timedelta()), subject)
    worker.choose_enterprise(_cause(timedelta(hours=1)), enterprise_id)
    worker.confirm_employment(_cause(timedelta(hours=5)), enterprise_id)
    worker.verify_identity(_cause(timedelta(hours=6)), CARD, AT_KIOSK)
    worker.sign_letter(_cause(timedelta(hours=7)), LETTER, LETTER.text_sha256)
    worker.authorize_letter(_cause(timedelta(days=1)), ON_THE_WEB)
    return worker


def _face_checks(subject: UUID, after: timedelta, rules: Rules) -> FaceChecks:
    checks = FaceChecks.begin_day(_cause(after), subject, None)
    checks.attempt(_cause(after), "check_in", EVIDENCE, rules)
    return checks


def _disclosure(subject: UUID, consumer: UUID, rules: Rules, letter: SignedLetter) -> Disclosure:
    disclosure = Disclosure.request(
        _cause(timedelta(days=30)),
        stream_of(subject, "disclosure", str(uuid4())),
        rules,
        subject_id=subject,
        consumer_id=consumer,
        consumer_name="王**",
        scopes=["basic", "tax", "health"],
        choices=("12", "37", "64"),
        digits="37",
    )
    at = _cause(timedelta(days=30, seconds=40))
    disclosure.approve(at, ["basic", "health"], rules, letter, ON_THE_WEB)
    disclosure.view(_cause(timedelta(days=30, seconds=50)), letter)
    return disclosure


def _record(subject: UUID, life: Life) -> CreditRecord:
    return CreditRecord.submit(
        _cause(timedelta(days=20)),
        subject_id=subject,
        provider_id=UUID(int=life.nth % 4),
        record_type=life.random.choice(RECORD_TYPES),
        reference_mac=str(uuid4()),
        jws="eyJhbGciOiJFZERTQSJ9." + "Y29udGVudCBvZiBhIHJlY29yZA" * 16 + "." + "c2ln" * 21,
    )
