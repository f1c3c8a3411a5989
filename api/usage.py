"""The companion of the table of roles: by which event each route records that it shows somebody else's data.

A route without a row here fails a test: whoever adds one decides, in this file, what its use leaves behind.
"""

from enum import StrEnum

from domain.access_log import AccessLog
from domain.disclosure import Disclosure
from domain.event import LedgerAggregate


class NoLook(StrEnum):
    """Why a route records no look: what it answers is nobody's data, or the caller's own."""

    NOBODYS = "it answers with nobody's data: what is public, texts, ids, numbers, tokens, or that it is done"
    OWN = "the caller's own data only"
    OTHER_SIDE = "the masked name of the other side of a scan, which is an event of both (jz.disclosure.*)"
    STAFF_WORK = "what staff, providers and kiosks did in their office, by id; no person's data"


Usage = type[LedgerAggregate.Event] | NoLook

USAGE_OF_ROUTE: dict[str, Usage] = {
    # what shows somebody else's data
    "POST /v1/disclosures/{disclosure_id}/views": Disclosure.Viewed,
    "GET /v1/enterprise/employments": AccessLog.Looked,
    "POST /v1/trail-searches": AccessLog.Looked,
    "POST /v1/authorization-replays": AccessLog.Looked,
    "POST /v1/officer/presence-confirmations": AccessLog.Looked,
    # what names the other side
    "GET /v1/me/receipts": NoLook.OTHER_SIDE,
    "GET /v1/me/looks": NoLook.OTHER_SIDE,
    "POST /v1/disclosures": NoLook.OTHER_SIDE,
    "GET /v1/disclosures/{disclosure_id}": NoLook.OTHER_SIDE,
    # the caller's own
    "GET /v1/me": NoLook.OWN,
    "GET /v1/me/sessions": NoLook.OWN,
    "GET /v1/me/devices": NoLook.OWN,
    "GET /v1/me/employments": NoLook.OWN,
    "GET /v1/me/attendance": NoLook.OWN,
    "GET /v1/me/letter": NoLook.OWN,
    "GET /v1/me/letter.pdf": NoLook.OWN,
    "GET /v1/me/letters": NoLook.OWN,
    "GET /v1/me/letters/{number}.pdf": NoLook.OWN,
    "GET /v1/me/profile": NoLook.OWN,
    "GET /v1/me/profile/{page}": NoLook.OWN,
    "PUT /v1/me/profile/{page}": NoLook.OWN,
    "GET /v1/push": NoLook.OWN,
    "POST /v1/workers": NoLook.OWN,
    "POST /v1/consumers": NoLook.OWN,
    "POST /v1/sessions": NoLook.OWN,
    "POST /v1/session-second-factors": NoLook.OWN,
    "POST /v1/session-refreshes": NoLook.OWN,
    "POST /v1/handovers": NoLook.OWN,
    "POST /v1/handover-sessions": NoLook.OWN,
    "POST /v1/certificate-codes": NoLook.OWN,
    "POST /v1/card-relays/{relay_id}/answers": NoLook.OWN,
    "POST /v1/presence-proofs": NoLook.OWN,
    "POST /v1/presence-requests": NoLook.OWN,
    "POST /v1/session-presence-requests": NoLook.OWN,
    "POST /v1/face-challenges": NoLook.OWN,
    "POST /v1/session-face-challenges": NoLook.OWN,
    "POST /v1/recovery-face-challenges": NoLook.OWN,
    "GET /v1/presence-requests/{proof_id}": NoLook.OWN,
    # what staff sees of its own work
    "GET /v1/enterprise-imports/{import_id}": NoLook.STAFF_WORK,
    "GET /v1/enterprise-imports/{import_id}/rejections.csv": NoLook.STAFF_WORK,
    "GET /v1/staff": NoLook.STAFF_WORK,
    "GET /v1/enterprise/operators": NoLook.STAFF_WORK,
    "GET /v1/providers": NoLook.STAFF_WORK,
    "GET /v1/kiosks": NoLook.STAFF_WORK,
    # nobody's
    "GET /v1/health": NoLook.NOBODYS,
    "GET /v1/enterprises": NoLook.NOBODYS,
    "GET /v1/enterprises/{enterprise_id}": NoLook.NOBODYS,
    "GET /v1/enterprises/{enterprise_id}/entries": NoLook.NOBODYS,
    "GET /v1/letter": NoLook.NOBODYS,
    "GET /v1/face-consent-text": NoLook.NOBODYS,
    "GET /v1/letters/{version}": NoLook.NOBODYS,
    "GET /v1/code-lists": NoLook.NOBODYS,
    "GET /v1/announcements": NoLook.NOBODYS,
    "GET /v1/announcements/{announcement_id}": NoLook.NOBODYS,
    "GET /download": NoLook.NOBODYS,
    "GET /download/qr.png": NoLook.NOBODYS,
    "GET /download/qr.svg": NoLook.NOBODYS,
    "POST /v1/sms-codes": NoLook.NOBODYS,
    "POST /v1/recovery-requests": NoLook.NOBODYS,
    "POST /v1/recoveries": NoLook.NOBODYS,
    "DELETE /v1/session": NoLook.NOBODYS,
    "POST /v1/staff-challenges": NoLook.NOBODYS,
    "POST /v1/staff-passkeys": NoLook.NOBODYS,
    "POST /v1/staff-sessions": NoLook.NOBODYS,
    "POST /v1/me/cancellation": NoLook.NOBODYS,
    "POST /v1/push-targets": NoLook.NOBODYS,
    "POST /v1/me/worker": NoLook.NOBODYS,
    "POST /v1/me/passcode": NoLook.NOBODYS,
    "POST /v1/me/face-consent": NoLook.NOBODYS,
    "POST /v1/me/face-consent/withdrawal": NoLook.NOBODYS,
    "POST /v1/me/phone-changes": NoLook.NOBODYS,
    "POST /v1/me/sessions/{session_id}/revocation": NoLook.NOBODYS,
    "POST /v1/me/session-revocations": NoLook.NOBODYS,
    "POST /v1/me/devices/{device_id}/revocation": NoLook.NOBODYS,
    "POST /v1/me/enterprises": NoLook.NOBODYS,
    "POST /v1/me/employments/{enterprise_id}/end": NoLook.NOBODYS,
    "POST /v1/identity-challenges": NoLook.NOBODYS,
    "POST /v1/card-relays": NoLook.NOBODYS,
    "POST /v1/identity-verifications": NoLook.NOBODYS,
    "POST /v1/letter-signatures": NoLook.NOBODYS,
    "POST /v1/letter-authorizations": NoLook.NOBODYS,
    "POST /v1/letter-revocations": NoLook.NOBODYS,
    "POST /v1/check-ins": NoLook.NOBODYS,
    "POST /v1/disclosures/{disclosure_id}/approval": NoLook.NOBODYS,
    "POST /v1/disclosures/{disclosure_id}/refusal": NoLook.NOBODYS,
    "POST /v1/disclosures/{disclosure_id}/abandonment": NoLook.NOBODYS,
    "POST /v1/enterprise/employments/{worker_id}/confirmation": NoLook.NOBODYS,
    "POST /v1/enterprise/employments/{worker_id}/refusal": NoLook.NOBODYS,
    "POST /v1/enterprise/employments/{worker_id}/end": NoLook.NOBODYS,
    "GET /v1/enterprise/statistics": NoLook.NOBODYS,
    "POST /v1/enterprise/operators": NoLook.NOBODYS,
    "POST /v1/enterprise/operators/{staff_id}/grant": NoLook.NOBODYS,
    "POST /v1/enterprise/operators/{staff_id}/withdrawal-proposal": NoLook.NOBODYS,
    "POST /v1/enterprise/operators/{staff_id}/withdrawal": NoLook.NOBODYS,
    "POST /v1/enterprises/{enterprise_id}/entries": NoLook.NOBODYS,
    "POST /v1/enterprises/{enterprise_id}/entries/{entry_id}/lift": NoLook.NOBODYS,
    "POST /v1/enterprise-imports": NoLook.NOBODYS,
    "POST /v1/announcements": NoLook.NOBODYS,
    "POST /v1/announcements/{announcement_id}/revision": NoLook.NOBODYS,
    "POST /v1/announcements/{announcement_id}/withdrawal": NoLook.NOBODYS,
    "POST /v1/credit-records": NoLook.NOBODYS,
    "GET /v1/credit-record-types": NoLook.NOBODYS,
    "GET /v1/statistics": NoLook.NOBODYS,
    "POST /v1/staff": NoLook.NOBODYS,
    "POST /v1/staff/{staff_id}/grant": NoLook.NOBODYS,
    "POST /v1/staff/{staff_id}/withdrawal": NoLook.NOBODYS,
    "POST /v1/providers": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/confirmation": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/withdrawal": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/keys": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/keys/{kid}/confirmation": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/keys/{kid}/retirement": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/record-types": NoLook.NOBODYS,
    "POST /v1/providers/{provider_id}/record-types/confirmation": NoLook.NOBODYS,
    "POST /v1/kiosks": NoLook.NOBODYS,
    "POST /v1/kiosks/{kiosk_id}/confirmation": NoLook.NOBODYS,
    "POST /v1/kiosks/{kiosk_id}/withdrawal": NoLook.NOBODYS,
    "POST /v1/kiosks/{kiosk_id}/keys": NoLook.NOBODYS,
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/confirmation": NoLook.NOBODYS,
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/retirement": NoLook.NOBODYS,
}
