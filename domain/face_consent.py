"""The separate consent to face checks (人脸信息处理单独同意): its versioned text, given and withdrawn."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.streams import stream_of


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of the text."""

    version: str
    text: str

    @property
    def text_sha256(self) -> str:
        """The hash that a consent names, hex."""
        return sha256(self.text.encode()).hexdigest()


CURRENT_CONSENT = ConsentText(
    version="2026-01",
    text="""人脸信息处理单独同意书(2026年1月版)

本人单独同意家政服务信用信息平台(以下简称“平台”)在下列情形处理本人的人脸信息:

一、人证合一验证时,将本人现场照片与居民身份证上的照片比对;
二、签署授权书、签到、展示信用证书、在新设备上登录时,将本人现场照片与已留存的人脸特征比对。

平台不保存照片;仅保存一份加密的人脸特征,不得用于其他目的,不向他人提供。

本同意并非使用平台的条件:本人不同意的,可以改用“身份证+短信验证码+口令”的方式,或由核验员当面核验,
平台提供的服务不变。本人可随时撤回同意,平台即时删除人脸特征;撤回不影响此前已完成的步骤。
""",
)
"""The text in force."""

CONSENT_TEXTS = {CURRENT_CONSENT.version: CURRENT_CONSENT}


class FaceConsent(LedgerAggregate):
    """One person's consent to face checks; without one in force no picture is looked at."""

    TOPIC = "jz.face_consent"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The person was asked for the first time."""

        TOPIC = "jz.face_consent.opened"
        subject_id: UUID

    class Given(LedgerAggregate.Event):
        """The person consented to a version of the text, apart from any other agreement."""

        TOPIC = "jz.face_consent.given"
        subject_id: UUID
        text_version: str
        text_sha256: str

        def apply(self, consent: "FaceConsent") -> None:
            """Faces may be compared."""
            consent.is_in_force = True

    class Withdrawn(LedgerAggregate.Event):
        """The person took the consent back; the face template is deleted."""

        TOPIC = "jz.face_consent.withdrawn"
        subject_id: UUID

        def apply(self, consent: "FaceConsent") -> None:
            """No face is compared any more; the other ways stay open."""
            consent.is_in_force = False

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self.is_in_force = False

    @staticmethod
    def stream_for(subject_id: UUID) -> UUID:
        """The stream of a person's consent."""
        return stream_of(subject_id, "face_consent")

    @classmethod
    def open(cls, cause: Cause, subject_id: UUID) -> Self:
        """Ask for the first time."""
        return cls.begin(cause, cls.stream_for(subject_id), subject_id=subject_id)

    def give(self, cause: Cause, version: str, text_sha256: str) -> None:
        """Consent to a version, named with the hash of the text that was shown."""
        text = CONSENT_TEXTS.get(version)
        if text is None:
            raise Refused(Reason.FACE_CONSENT_TEXT_UNKNOWN, field="version")
        if text_sha256 != text.text_sha256:
            raise Refused(Reason.FACE_CONSENT_TEXT_UNKNOWN, field="text_sha256")
        if self.is_in_force:
            raise Refused(Reason.FACE_CONSENT_ALREADY_GIVEN)
        self.happen(
            self.Given,
            cause,
            subject_id=self.subject_id,
            text_version=version,
            text_sha256=text_sha256,
        )

    def withdraw(self, cause: Cause) -> None:
        """Take the consent back."""
        self.require_in_force()
        self.happen(self.Withdrawn, cause, subject_id=self.subject_id)

    def require_in_force(self) -> None:
        """Refuse what needs the consent."""
        if not self.is_in_force:
            raise Refused(Reason.FACE_CONSENT_MISSING)
