"""The actors of the reactions: SMS to a worker about an event, and the erasure that must not be forgotten."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.account import Account
from domain.attendance import Attendance
from domain.enterprise import Enterprise
from domain.face_consent import FaceConsent
from domain.personal import Erased, readable
from domain.streams import local_day
from domain.worker import Worker
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.event_reader import sealed_event
from ledger.store.positions import Position
from ledger.use_cases.accounts import erase_subject
from ledger.use_cases.face_consents import forget_face_without_consent
from ledger.vault.sms_outbox import SmsOutbox
from workers.deadlines import Deadlines

NEWS_TTL = timedelta(days=3)
"""After that it is no news any more, as when an old log is followed from its beginning."""

REMINDER = (
    "【家政信用】您的签到将于{month}月{day}日到期,请在到期前登录签到;逾期将显示为离职,信用证书停止展示。"
)
CONFIRMATION = "【家政信用】{enterprise}已确认您的从业关系。如有疑问,请登录查看“本人信息管理”。"

PHONE_CHANGE = (
    "【家政信用】您的账户已更换手机号,本号码不能再用于登录。如非本人操作,请尽快到身份核验终端或核验点处理。"
)

ID_NUMBER_LOST = {
    "proven_by_another": (
        "【家政信用】您账户登记的身份证号码已由他人凭身份证核验,不再属于您的账户。"
        "如该号码确为您本人所有,请携带身份证到身份核验终端或核验点处理。"
    ),
    "lapsed": (
        "【家政信用】您账户登记的身份证号码因未按期核验身份已失效,并已由他人登记。"
        "如该号码确为您本人所有,请携带身份证完成人证合一验证。"
    ),
}
"""By why it was lost; who registers a number that another one holds knows it already."""


class Notices:
    """Each actor is told a log position; told twice, it acts once."""

    def __init__(self, ledger: CreditLedger, clock: Clock, outbox: SmsOutbox) -> None:
        self._ledger = ledger
        self._clock = clock
        self._outbox = outbox
        self._deadlines = Deadlines(ledger, clock)

    def send_reminder(self, position: str) -> None:
        """Remind of a check-in, unless it was done meanwhile or a later reminder is under way."""
        event: Attendance.Reminded = sealed_event(self._ledger, Position.parse(position))
        attendance = self._deadlines.attendance(event.subject_id, self._clock())
        if (attendance.due_at, attendance.reminded_days) != (event.due_at, event.days_before):
            return
        day = local_day(event.due_at)
        text = REMINDER.format(month=day.month, day=day.day)
        self._send("send_reminder", position, event.subject_id, text, event.due_at)

    def send_confirmation(self, position: str) -> None:
        """Tell a worker that an enterprise confirmed the employment."""
        event: Worker.EmploymentConfirmed = sealed_event(self._ledger, Position.parse(position))
        enterprise = self._ledger.load(Enterprise, event.enterprise_id)
        text = CONFIRMATION.format(enterprise=enterprise.details.name)
        expires_at = event.timestamp + NEWS_TTL
        self._send("send_confirmation", position, event.subject_id, text, expires_at)

    def send_phone_change(self, position: str) -> None:
        """Tell the old number of an account that there is another one now."""
        event: Account.PhoneChanged = sealed_event(self._ledger, Position.parse(position))
        before = self._ledger.find(Account, event.subject_id, event.originator_version - 1)
        expires_at = event.timestamp + NEWS_TTL
        self._send("send_phone_change", position, event.subject_id, PHONE_CHANGE, expires_at, before)

    def send_id_number_loss(self, position: str) -> None:
        """Tell the holder of an account that its ID number is somebody else's now."""
        event: Account.IdNumberLost = sealed_event(self._ledger, Position.parse(position))
        text, expires_at = ID_NUMBER_LOST.get(event.because), event.timestamp + NEWS_TTL
        if text is not None:
            self._send("send_id_number_loss", position, event.subject_id, text, expires_at)

    def erase(self, position: str) -> None:
        """Finish an erasure, should the process that began it have died."""
        event: Account.Erased = sealed_event(self._ledger, Position.parse(position))
        erase_subject(self._ledger, event.subject_id)

    def forget_face(self, position: str) -> None:
        """Finish a withdrawal of the consent to face checks, unless it was given anew meanwhile."""
        event: FaceConsent.Withdrawn = sealed_event(self._ledger, Position.parse(position))
        forget_face_without_consent(self._ledger, event.subject_id)

    def _send(
        self,
        actor: str,
        position: str,
        subject: UUID,
        text: str,
        expires_at: Any,
        account: Account | None = None,
    ) -> None:
        """Queue an SMS once for an actor and a position; none to somebody erased, none that is late.

        It goes to the phone of today, or to that of an earlier state of the `account`.
        """
        at, account = self._clock(), account or self._ledger.load(Account, subject)
        if isinstance(account.phone, Erased) or at >= expires_at:
            return
        phone, place = readable(account.phone), Position.parse(position)
        with self._ledger.pool.connection() as connection, connection.transaction():
            claim = (place.partition, place.number, actor, expires_at)
            if connection.execute(_CLAIM, claim).rowcount:
                self._outbox.queue(connection, phone, text, at, expires_at, position, subject=subject)


_CLAIM = """
    INSERT INTO ops.reactions_done (partition, position, actor, expires_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
"""The row outlives the message's in the outbox, so that a repetition after the delivery sends nothing."""
