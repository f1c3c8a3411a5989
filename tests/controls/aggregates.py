"""Aggregates brought to a named step by their own public methods; nothing is stored."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.access_log import AccessLog
from domain.account import Account
from domain.announcement import Announcement, AnnouncementContent
from domain.assurance import CARD, OFFICERS, Presence
from domain.attendance import Attendance
from domain.credit_record import CreditRecord
from domain.disclosure import Disclosure
from domain.enterprise import Decision, Enterprise, EnterpriseDetails
from domain.face import FaceChecks, FaceEvidence
from domain.face_consent import CURRENT_CONSENT, FaceConsent
from domain.failed_lookups import FailedLookups
from domain.handover import COMPLETE, Handover
from domain.kiosk import Kiosk
from domain.letter import SignedLetter
from domain.passcode import PasscodeTries
from domain.presence import PresenceProof, ShownDocument
from domain.presence_attempts import PresenceAttempts
from domain.profile import Profile
from domain.provider import Provider
from domain.recovery import STEP, Recovery
from domain.refused_scan import RefusedScan
from domain.rejections import Reason
from domain.staff import StaffMember
from domain.worker import Worker
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import (
    AINONG,
    FIRST_ADMINISTRATOR,
    KIOSK,
    LI,
    NOON,
    RULES,
    SCAN,
    SECOND_ADMINISTRATOR,
    TAX_OFFICE,
    WANG,
    ZHAO,
    cause,
)
from tests.controls.profiles import SERVICES

DOCUMENT: Final = ShownDocument("resident_id", "北京市公安局朝阳分局", "remote_sam", "cd" * 32, "kiosk-1")
SEEN: Final = ShownDocument("resident_id", "北京市公安局朝阳分局")
AT_KIOSK, BY_FACE = Presence("face", "kiosk"), Presence("face", "web")
MODEL: Final = "ab" * 32
FRESH: Final = datetime.max.replace(tzinfo=UTC)
"""Of a challenge that no attempt has come after."""
ACCEPTED: Final = FaceEvidence("accepted", 0.31, 0.40, MODEL, "passed", "kiosk", "kiosk-1", FRESH)
REJECTED: Final = FaceEvidence("rejected", 0.72, 0.40, MODEL, "passed", "kiosk", "kiosk-1", FRESH)
AINONG_LISTED: Final = EnterpriseDetails(
    "91110000600037341L", "北京爱侬家政服务有限公司", "爱侬家政", "北京市", "朝阳区", "operating"
)
PRAISED: Final = Decision("北京市商务局", "京商务服〔2026〕3号", "2026-01-15", "家政服务信用红名单")
LIFTED: Final = Decision("北京市商务局", "京商务服〔2026〕9号", "2026-02-20", "有效期届满")
CHECK_IN_NOTICE: Final = AnnouncementContent(
    category="notice",
    title="关于家政服务员每月签到的通知",
    body="家政服务员每三十日签到一次。\n\n逾期未签到的,显示为离职;签到后恢复。",
    source="家政服务信用信息平台",
    effective_on="2026-04-01",
)
NEW_KEY: Final = {"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}
PUBLIC_KEY: Final = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def account() -> Account:
    return Account.register(
        cause(), WANG, role="worker", name="王芳", id_number="11010519491231002X", phone="+8613800138000"
    )


def cancelled_account() -> Account:
    made = account()
    made.cancel(cause())
    return made


def consumer_who_became_worker() -> Account:
    made = Account.register(
        cause(), LI, role="consumer", name="李秀英", id_number="11010519491231002X", phone="+8613800138001"
    )
    made.become_worker(cause())
    return made


def proven_account() -> Account:
    made = account()
    made.prove_id_number(cause())
    return made


def account_without_its_number() -> Account:
    made = account()
    made.lose_id_number(cause(), "lapsed")
    return made


def account_with_another_phone() -> Account:
    made = account()
    made.change_phone(cause(), "+8613800138009", "old_phone")
    return made


def account_with_passcode() -> Account:
    made = account()
    made.set_passcode(cause())
    return made


def renamed_account() -> Account:
    made = account()
    made.rename(cause(), "王敏")
    return made


def face_consent() -> FaceConsent:
    made = FaceConsent.open(cause(), WANG)
    made.give(cause(), CURRENT_CONSENT.version, CURRENT_CONSENT.text_sha256)
    return made


def withdrawn_face_consent() -> FaceConsent:
    made = face_consent()
    made.withdraw(cause())
    return made


def presence_attempts(*verdicts: str, since: datetime = NOON) -> PresenceAttempts:
    """A day on which cards were read with these verdicts, all at once."""
    made = PresenceAttempts.begin_day(cause(since), WANG, None)
    for verdict in verdicts:
        made.attempt(cause(since), "check_in", verdict, "kiosk-1", RULES)
    return made


def asked_officers(step: str = "check_in", since: datetime = NOON) -> PresenceProof:
    return PresenceProof.ask(cause(since), WANG, step, OFFICERS, RULES)


def confirmed_by(*officers: UUID, step: str = "check_in", since: datetime = NOON) -> PresenceProof:
    """A proof that these officers confirmed."""
    made = asked_officers(step, since)
    for officer_id in officers:
        made.confirm(cause(since, f"staff:{officer_id}"), officer_id, SEEN, RULES)
    return made


def card_proof(step: str = "check_in", since: datetime = NOON) -> PresenceProof:
    made = PresenceProof.ask(cause(since), WANG, step, CARD, RULES)
    made.show_card(cause(since), DOCUMENT, "kiosk", RULES)
    return made


def recovery(since: datetime = NOON) -> Recovery:
    return Recovery.open(cause(since), RULES)


def matched_recovery() -> Recovery:
    """The first officer's document has found 王芳."""
    made = recovery()
    made.match(cause(actor=f"staff:{ZHAO}"), WANG, asked_officers(STEP).id)
    return made


def completed_recovery() -> Recovery:
    made = matched_recovery()
    _, proof_id = made.matched()
    made.complete(cause(), WANG, SEEN, Presence(OFFICERS, "officer", proof_id))
    return made


def passcode_tries(wrong: int = 0, since: datetime = NOON) -> PasscodeTries:
    """A day on which so many wrong passcodes were tried in a row, all at once."""
    made = PasscodeTries.begin_day(cause(since), WANG, None)
    for _ in range(wrong):
        made.attempt(cause(since), "sign_in", RULES, is_right=False)
    return made


def worker() -> Worker:
    return Worker.open(cause(), WANG)


def worker_with_choice() -> Worker:
    made = worker()
    made.choose_enterprise(cause(), AINONG)
    return made


def employed_worker() -> Worker:
    made = worker_with_choice()
    made.confirm_employment(cause(), AINONG)
    return made


def verified_worker() -> Worker:
    made = worker_with_choice()
    made.verify_identity(cause(), DOCUMENT, AT_KIOSK)
    return made


def worker_with_signature() -> Worker:
    made = verified_worker()
    made.sign_letter(cause(), FIRST_TEXT, FIRST_TEXT.text_sha256)
    return made


def complete_worker() -> Worker:
    made = worker_with_signature()
    made.authorize_letter(cause(), BY_FACE)
    return made


def worker_with_revoked_letter() -> Worker:
    made = complete_worker()
    made.revoke_letter(cause())
    return made


def letter_in_force() -> SignedLetter:
    """The letter of a complete worker."""
    return complete_worker().require_letter_in_force()


def handover(since: datetime = NOON) -> Handover:
    return Handover.open(cause(since), WANG, SCAN, RULES)


def redeemed_handover(since: datetime = NOON) -> Handover:
    made = handover(since)
    made.redeem(cause(since), RULES)
    return made


def ended_handover() -> Handover:
    made = redeemed_handover()
    made.end(cause(), COMPLETE)
    return made


def attendance(since: datetime = NOON) -> Attendance:
    return Attendance.start(cause(since), WANG, RULES)


def face_checks(*attempts: datetime, since: datetime = NOON) -> FaceChecks:
    made = FaceChecks.begin_day(cause(since), WANG, None)
    for at in attempts:
        made.attempt(cause(at), "check_in", ACCEPTED, RULES)
    return made


def disclosure(since: datetime = NOON) -> Disclosure:
    """A scan that asks for tax and health; both screens show 27."""
    return Disclosure.request(
        cause(since, f"person:{LI}"),
        SCAN,
        RULES,
        subject_id=WANG,
        consumer_id=LI,
        consumer_name="李*英",
        scopes=["tax", "health"],
        choices=("27", "57", "87"),
        digits="27",
    )


def refused_scan() -> RefusedScan:
    """A second scan of a code that was used already."""
    because = Reason.CODE_ALREADY_USED.code
    return RefusedScan.record(cause(actor=f"person:{LI}"), subject_id=WANG, consumer_id=LI, because=because)


def approved_disclosure(since: datetime = NOON) -> Disclosure:
    made = disclosure(since)
    made.approve(cause(since), ["tax"], RULES, letter_in_force(), BY_FACE)
    return made


def enterprise() -> Enterprise:
    return Enterprise.put_on_list(cause(actor="staff:editor"), AINONG_LISTED)


def announcement() -> Announcement:
    return Announcement.publish(cause(actor="staff:editor"), CHECK_IN_NOTICE)


CORRECTION: Final = "2026-000002"


def credit_record(reference_mac: str = "2026-000001", record_type: str = "tax") -> CreditRecord:
    """A record; what stands for its keyed reference is readable here."""
    return CreditRecord.submit(
        cause(actor=f"provider:{TAX_OFFICE}"),
        subject_id=WANG,
        provider_id=TAX_OFFICE,
        record_type=record_type,
        reference_mac=reference_mac,
        jws="aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl",
    )


def corrected_record() -> CreditRecord:
    made = credit_record()
    made.supersede(cause(actor=f"provider:{TAX_OFFICE}"), credit_record(CORRECTION))
    return made


def proposed_officer() -> StaffMember:
    return StaffMember.propose(cause(actor=FIRST_ADMINISTRATOR), ZHAO, "officer")


def officer() -> StaffMember:
    made = proposed_officer()
    made.grant(cause(actor=SECOND_ADMINISTRATOR))
    return made


def profile() -> Profile:
    """王芳 has filled in her services, once."""
    made = Profile.open(cause(), WANG)
    made.save_page(cause(), "services", SERVICES, 0, RULES)
    return made


def registered_provider() -> Provider:
    """It waits for a second administrator."""
    return Provider.register(
        cause(actor=FIRST_ADMINISTRATOR),
        TAX_OFFICE,
        name="国家税务总局北京市税务局",
        record_types=["tax"],
        keys={"2026": PUBLIC_KEY},
    )


def provider() -> Provider:
    made = registered_provider()
    made.confirm(cause(actor=SECOND_ADMINISTRATOR))
    return made


def registered_kiosk() -> Kiosk:
    """It waits for a second administrator."""
    registered_by = cause(actor=FIRST_ADMINISTRATOR)
    return Kiosk.register(registered_by, KIOSK, site="朝阳区政务服务中心", public_key=PUBLIC_KEY)


def kiosk() -> Kiosk:
    made = registered_kiosk()
    made.confirm(cause(actor=SECOND_ADMINISTRATOR))
    return made


def access_log() -> AccessLog:
    return AccessLog.begin_month(cause(actor="staff:regulator"), WANG)


def failed_lookups() -> FailedLookups:
    return FailedLookups.begin_month(cause(actor="staff:regulator"), ZHAO)
