"""Which role may call which route: the whole table, and nothing outside it is reachable."""

from domain.staff import STAFF_ROLES

PUBLIC = frozenset({"public"})
"""No token needed; those who have one may come too."""

WORKER = frozenset({"worker"})
BORROWABLE = frozenset({"worker", "borrowed"})
"""What a session on somebody else's device can do as well."""
PERSON = frozenset({"worker", "consumer"})
"""A worker is also a consumer."""
OPERATOR = frozenset({"operator"})
EDITOR = frozenset({"editor"})
REGULATOR = frozenset({"regulator"})
OFFICER = frozenset({"officer"})
ADMINISTRATOR = frozenset({"administrator"})
SUPERVISION = ADMINISTRATOR | REGULATOR
SIGNED_IN = PERSON | BORROWABLE | frozenset(STAFF_ROLES)

ROLES_OF_ROUTE: dict[str, frozenset[str]] = {
    "GET /v1/health": PUBLIC,
    "GET /v1/enterprises": PUBLIC,
    "GET /v1/enterprises/{enterprise_id}": PUBLIC,
    "GET /v1/enterprises/{enterprise_id}/entries": PUBLIC,
    "GET /v1/letter": PUBLIC,
    "GET /v1/letters/{version}": PUBLIC,
    "GET /v1/code-lists": PUBLIC,
    "GET /v1/announcements": PUBLIC,
    "GET /v1/announcements/{announcement_id}": PUBLIC,
    "GET /download": PUBLIC,
    "GET /download/qr.png": PUBLIC,
    "GET /download/qr.svg": PUBLIC,
    "GET /v1/face-consent-text": PUBLIC,
    # signing in
    "POST /v1/sms-codes": PUBLIC,
    "POST /v1/sessions": PUBLIC,
    "POST /v1/session-second-factors": PUBLIC,
    "POST /v1/session-presence-requests": PUBLIC,
    "POST /v1/session-face-challenges": PUBLIC,
    "POST /v1/recovery-requests": PUBLIC,
    "POST /v1/recovery-face-challenges": PUBLIC,
    "POST /v1/recoveries": PUBLIC,
    "POST /v1/session-refreshes": PUBLIC,
    "DELETE /v1/session": SIGNED_IN,
    "POST /v1/handovers": WORKER,
    "POST /v1/handover-sessions": PUBLIC,
    "POST /v1/staff-challenges": PUBLIC,
    "POST /v1/staff-passkeys": PUBLIC,
    "POST /v1/staff-sessions": PUBLIC,
    # registration
    "POST /v1/workers": PUBLIC,
    "POST /v1/consumers": PUBLIC,
    "GET /v1/me": PERSON,
    "POST /v1/me/cancellation": PERSON,
    "GET /v1/me/receipts": PERSON,
    "GET /v1/me/looks": PERSON,
    "GET /v1/push": PERSON,
    "POST /v1/push-targets": PERSON,
    # the personal centre
    "POST /v1/me/worker": PERSON,
    "POST /v1/me/passcode": PERSON,
    "POST /v1/me/phone-changes": PERSON,
    "GET /v1/me/sessions": PERSON,
    "POST /v1/me/sessions/{session_id}/revocation": PERSON,
    "POST /v1/me/session-revocations": PERSON,
    "GET /v1/me/devices": PERSON,
    "POST /v1/me/devices/{device_id}/revocation": PERSON,
    "POST /v1/me/face-consent": PERSON | BORROWABLE,
    "POST /v1/me/face-consent/withdrawal": PERSON,
    "POST /v1/face-challenges": PERSON | BORROWABLE,
    # the way without the face
    "POST /v1/presence-proofs": BORROWABLE,
    "POST /v1/presence-requests": PERSON,
    "GET /v1/presence-requests/{proof_id}": PERSON,
    "POST /v1/officer/presence-confirmations": OFFICER,
    # a worker's registration and check-in
    "POST /v1/me/enterprises": WORKER,
    "GET /v1/me/employments": WORKER,
    "POST /v1/me/employments/{enterprise_id}/end": WORKER,
    "POST /v1/identity-challenges": BORROWABLE,
    "POST /v1/card-relays": BORROWABLE,
    "POST /v1/card-relays/{relay_id}/answers": BORROWABLE,
    "POST /v1/identity-verifications": BORROWABLE,
    "POST /v1/letter-signatures": BORROWABLE,
    "POST /v1/letter-authorizations": BORROWABLE,
    "POST /v1/letter-revocations": WORKER,
    "GET /v1/me/letter": BORROWABLE,
    "GET /v1/me/letter.pdf": WORKER,
    "GET /v1/me/letters": WORKER,
    "GET /v1/me/letters/{number}.pdf": WORKER,
    "POST /v1/check-ins": WORKER,
    "GET /v1/me/attendance": WORKER,
    # what a worker tells about themselves
    "GET /v1/me/profile": WORKER,
    "GET /v1/me/profile/{page}": WORKER,
    "PUT /v1/me/profile/{page}": WORKER,
    # the certificate and its scan
    "POST /v1/certificate-codes": WORKER,
    "POST /v1/disclosures": PERSON,
    "GET /v1/disclosures/{disclosure_id}": PERSON,
    "POST /v1/disclosures/{disclosure_id}/approval": WORKER,
    "POST /v1/disclosures/{disclosure_id}/refusal": WORKER,
    "POST /v1/disclosures/{disclosure_id}/abandonment": PERSON,
    "POST /v1/disclosures/{disclosure_id}/views": PERSON,
    # enterprises
    "GET /v1/enterprise/employments": OPERATOR,
    "POST /v1/enterprise/employments/{worker_id}/confirmation": OPERATOR,
    "POST /v1/enterprise/employments/{worker_id}/refusal": OPERATOR,
    "POST /v1/enterprise/employments/{worker_id}/end": OPERATOR,
    "GET /v1/enterprise/statistics": OPERATOR,
    "GET /v1/enterprise/operators": OPERATOR,
    "POST /v1/enterprise/operators": OPERATOR,
    "POST /v1/enterprise/operators/{staff_id}/grant": OPERATOR,
    "POST /v1/enterprise/operators/{staff_id}/withdrawal-proposal": OPERATOR,
    "POST /v1/enterprise/operators/{staff_id}/withdrawal": OPERATOR,
    # the editor's desk
    "POST /v1/enterprises/{enterprise_id}/entries": EDITOR,
    "POST /v1/enterprises/{enterprise_id}/entries/{entry_id}/lift": EDITOR,
    "POST /v1/enterprise-imports": EDITOR,
    "GET /v1/enterprise-imports/{import_id}": EDITOR,
    "GET /v1/enterprise-imports/{import_id}/rejections.csv": EDITOR,
    "POST /v1/announcements": EDITOR,
    "POST /v1/announcements/{announcement_id}/revision": EDITOR,
    "POST /v1/announcements/{announcement_id}/withdrawal": EDITOR,
    # data providers sign what they send
    "POST /v1/credit-records": PUBLIC,
    "GET /v1/credit-record-types": PUBLIC,
    # the regulator's desk: identifiers travel in bodies, never in URLs
    "POST /v1/trail-searches": REGULATOR,
    "POST /v1/authorization-replays": REGULATOR,
    "GET /v1/statistics": REGULATOR,
    # administration
    "GET /v1/staff": ADMINISTRATOR,
    "POST /v1/staff": ADMINISTRATOR,
    "POST /v1/staff/{staff_id}/grant": ADMINISTRATOR,
    "POST /v1/staff/{staff_id}/withdrawal": ADMINISTRATOR,
    "GET /v1/providers": SUPERVISION,
    "POST /v1/providers": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/confirmation": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/withdrawal": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/keys": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/keys/{kid}/confirmation": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/keys/{kid}/retirement": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/record-types": ADMINISTRATOR,
    "POST /v1/providers/{provider_id}/record-types/confirmation": ADMINISTRATOR,
    "GET /v1/kiosks": SUPERVISION,
    "POST /v1/kiosks": ADMINISTRATOR,
    "POST /v1/kiosks/{kiosk_id}/confirmation": ADMINISTRATOR,
    "POST /v1/kiosks/{kiosk_id}/withdrawal": ADMINISTRATOR,
    "POST /v1/kiosks/{kiosk_id}/keys": ADMINISTRATOR,
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/confirmation": ADMINISTRATOR,
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/retirement": ADMINISTRATOR,
}
