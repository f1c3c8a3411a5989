"""Which problems each route may answer with: what a client has to be ready for, code by code.

Here stand the refusals of a route's own work. What follows from a rule for all routes (a token, a key, a
page, a body) `api.document.openapi` adds. A route without a row here fails a test, as does an answer with a
code that its row does not name.
"""

from api.access import ROLES_OF_ROUTE, SIGNED_IN
from api.http.general_limit import WITHOUT_LIMIT
from api.http.problem_texts import TEXTS
from api.http.request_limits import KIND_OF_ROUTE

Codes = frozenset[str]
NONE: Codes = frozenset()


def _all(prefix: str) -> Codes:
    return frozenset(code for code in TEXTS if code.startswith(prefix))


PHONE, NAME, PHOTO = _all("mobile-number-"), _all("person-name-"), _all("photo-")
ID_NUMBER = _all("id-number-") - {"id-number-taken"}
SIGNED = frozenset({"key-retired", "signature-invalid"}) | _all("signer-")
FACE = (
    PHOTO
    | SIGNED
    | {
        "app-not-attested",
        "assurance-too-low",
        "capture-mismatch",
        "face-challenge-expired",
        "face-check-busy",
        "face-consent-missing",
        "face-not-live",
        "face-not-matched",
        "face-template-missing",
        "face-too-many-attempts",
        "face-uncertain",
    }
)
PROOF = _all("presence-proof-") | {"assurance-too-low"}
SHOWING = FACE | PROOF
"""The person shows that it is them."""
PASSCODE = _all("passcode-")
CARD = SIGNED | {"card-unreadable", "challenge-expired", "id-card-expired", "identity-mismatch"}
RELAY = frozenset({"card-decoder-unavailable", "card-relay-lost", "card-unreadable"})
DISCLOSING = frozenset(
    {
        "check-in-overdue",
        "letter-not-in-force",
        "letter-outdated",
        "registration-incomplete",
        "worker-unknown",
    }
)
"""The worker's certificate discloses nothing at the moment."""
CONTENT = frozenset({"field-invalid", "field-markup", "field-missing", "field-too-long"})
PAGE = frozenset(
    {
        "code-unknown",
        "day-in-future",
        "field-invalid",
        "field-missing",
        "field-unknown",
        "list-too-long",
        "period-reversed",
    }
)
VERSIONED = frozenset({"if-match-missing", "version-stale"})
FOUR_EYES = frozenset({"grant-not-proposed", "not-found", "second-administrator-needed"})
IN_FORCE = frozenset({"not-found", "signer-not-confirmed", "signer-withdrawn"})
OPEN = frozenset({"account-cancelled"})
OPERATING = frozenset({"grant-not-in-force"})
ERASED = frozenset({"subject-erased"})

OWN_REFUSALS: dict[str, Codes] = {
    "GET /v1/health": NONE,
    "GET /v1/enterprises": NONE,
    "GET /v1/enterprises/{enterprise_id}": frozenset({"enterprise-unknown"}),
    "GET /v1/enterprises/{enterprise_id}/entries": frozenset({"enterprise-unknown"}),
    "GET /v1/letter": NONE,
    "GET /v1/letters/{version}": frozenset({"letter-unknown"}),
    "GET /v1/code-lists": NONE,
    "GET /v1/announcements": NONE,
    "GET /v1/announcements/{announcement_id}": frozenset({"announcement-withdrawn", "not-found"}),
    "GET /download": NONE,
    "GET /download/qr.png": NONE,
    "GET /download/qr.svg": NONE,
    "GET /v1/face-consent-text": NONE,
    # signing in
    "POST /v1/sms-codes": PHONE | {"sms-too-many"},
    "POST /v1/sessions": PHONE | ERASED | {"account-unknown", "second-factor-needed", "sms-code-wrong"},
    "POST /v1/session-second-factors": SHOWING | PASSCODE | ERASED | {"second-factor-expired"},
    "POST /v1/session-face-challenges": ERASED | {"second-factor-expired"},
    "POST /v1/session-presence-requests": ERASED | {"presence-code-taken", "second-factor-expired"},
    "POST /v1/recovery-requests": PHONE | {"presence-code-taken", "sms-code-wrong"},
    "POST /v1/recovery-face-challenges": PHONE | {"recovery-expired"},
    "POST /v1/recoveries": PHONE
    | CARD
    | FACE
    | PROOF
    | OPEN
    | ERASED
    | {
        "id-number-taken",
        "phone-taken",
        "phone-unchanged",
        "presence-too-many-attempts",
        "recovery-expired",
    },
    "POST /v1/session-refreshes": frozenset({"token-invalid"}),
    "DELETE /v1/session": NONE,
    "POST /v1/handovers": NONE,
    "POST /v1/handover-sessions": frozenset({"handover-code-wrong", "token-invalid"}),
    "POST /v1/staff-challenges": NONE,
    "POST /v1/staff-passkeys": OPERATING | {"passkey-invalid"},
    "POST /v1/staff-sessions": OPERATING | {"passkey-invalid"},
    # registration
    "POST /v1/workers": PHONE | ID_NUMBER | NAME | {"id-number-taken", "phone-taken", "sms-code-wrong"},
    "POST /v1/consumers": PHONE | ID_NUMBER | NAME | {"id-number-taken", "phone-taken", "sms-code-wrong"},
    "GET /v1/me": NONE,
    "POST /v1/me/cancellation": SHOWING | PASSCODE | OPEN | {"second-factor-missing", "sms-code-wrong"},
    "GET /v1/me/receipts": NONE,
    "GET /v1/me/looks": NONE,
    "GET /v1/push": NONE,
    "POST /v1/push-targets": NONE,
    # the personal centre
    "POST /v1/me/worker": OPEN | {"worker-already"},
    "POST /v1/me/passcode": SHOWING | PASSCODE | OPEN | {"second-factor-missing", "sms-code-wrong"},
    "POST /v1/me/phone-changes": PHONE
    | PROOF
    | OPEN
    | {"identity-not-recent", "phone-taken", "phone-unchanged", "sms-code-wrong"},
    "GET /v1/me/sessions": NONE,
    "POST /v1/me/sessions/{session_id}/revocation": frozenset({"not-found"}),
    "POST /v1/me/session-revocations": NONE,
    "GET /v1/me/devices": NONE,
    "POST /v1/me/devices/{device_id}/revocation": frozenset({"not-found"}),
    "POST /v1/me/face-consent": frozenset({"face-consent-already-given", "face-consent-text-unknown"}),
    "POST /v1/me/face-consent/withdrawal": frozenset({"face-consent-missing"}),
    "POST /v1/face-challenges": NONE,
    # the way without the face
    "POST /v1/presence-proofs": CARD
    | PASSCODE
    | {"assurance-too-low", "presence-too-many-attempts", "sms-code-wrong"},
    "POST /v1/presence-requests": frozenset({"presence-code-taken"}),
    "GET /v1/presence-requests/{proof_id}": frozenset({"not-found"}),
    "POST /v1/officer/presence-confirmations": NAME
    | ID_NUMBER
    | ERASED
    | {
        "id-card-expired",
        "identity-mismatch",
        "officer-is-person",
        "presence-code-unknown",
        "presence-too-many-attempts",
        "second-officer-needed",
    },
    # a worker's registration and check-in
    "POST /v1/me/enterprises": frozenset(
        {"enterprise-already-chosen", "enterprise-struck-off", "enterprise-unknown"}
    ),
    "GET /v1/me/employments": NONE,
    "POST /v1/me/employments/{enterprise_id}/end": frozenset({"employment-not-open", "worker-unknown"}),
    "POST /v1/identity-challenges": NONE,
    "POST /v1/card-relays": RELAY | {"card-relay-busy", "challenge-expired"},
    "POST /v1/card-relays/{relay_id}/answers": RELAY | {"card-relay-out-of-turn"},
    "POST /v1/identity-verifications": CARD | SHOWING | OPEN | {"id-number-taken", "no-enterprise-chosen"},
    "POST /v1/letter-signatures": frozenset(
        {"identity-not-verified", "letter-already-in-force", "letter-unknown"}
    ),
    "POST /v1/letter-authorizations": SHOWING
    | {"letter-already-in-force", "letter-not-signed", "letter-outdated"},
    "POST /v1/letter-revocations": frozenset({"letter-not-in-force"}),
    "GET /v1/me/letter": frozenset({"letter-not-signed"}),
    "GET /v1/me/letter.pdf": frozenset({"letter-not-signed"}),
    "GET /v1/me/letters": NONE,
    "GET /v1/me/letters/{number}.pdf": frozenset({"not-found"}),
    "POST /v1/check-ins": SHOWING | {"letter-outdated", "registration-incomplete"},
    "GET /v1/me/attendance": frozenset({"registration-incomplete"}),
    # what a worker tells about themselves
    "GET /v1/me/profile": NONE,
    "GET /v1/me/profile/{page}": NONE,
    "PUT /v1/me/profile/{page}": PAGE | VERSIONED | {"profile-too-many-saves"},
    # the certificate and its scan
    "POST /v1/certificate-codes": DISCLOSING,
    "POST /v1/disclosures": DISCLOSING
    | {
        "code-already-used",
        "code-expired",
        "code-invalid",
        "own-certificate",
        "prompts-too-many",
        "scope-not-covered",
    },
    "GET /v1/disclosures/{disclosure_id}": frozenset({"not-found"}),
    "POST /v1/disclosures/{disclosure_id}/approval": SHOWING
    | DISCLOSING
    | {"digits-wrong", "disclosure-expired", "disclosure-not-pending", "not-found", "scope-not-covered"},
    "POST /v1/disclosures/{disclosure_id}/refusal": frozenset(
        {"disclosure-expired", "disclosure-not-pending", "not-found"}
    ),
    "POST /v1/disclosures/{disclosure_id}/abandonment": frozenset(
        {"disclosure-expired", "disclosure-not-pending", "not-found"}
    ),
    "POST /v1/disclosures/{disclosure_id}/views": DISCLOSING
    | {"disclosure-expired", "disclosure-not-approved", "not-found"},
    # enterprises
    "GET /v1/enterprise/employments": OPERATING | {"too-busy"},
    "POST /v1/enterprise/employments/{worker_id}/confirmation": OPERATING
    | ERASED
    | {"employment-not-chosen", "enterprise-struck-off", "worker-unknown"},
    "POST /v1/enterprise/employments/{worker_id}/refusal": OPERATING
    | ERASED
    | {"employment-not-chosen", "worker-unknown"},
    "POST /v1/enterprise/employments/{worker_id}/end": OPERATING
    | ERASED
    | {"employment-not-open", "worker-unknown"},
    "GET /v1/enterprise/statistics": OPERATING,
    "GET /v1/enterprise/operators": OPERATING,
    "POST /v1/enterprise/operators": OPERATING | {"enterprise-unknown"},
    "POST /v1/enterprise/operators/{staff_id}/grant": OPERATING | FOUR_EYES,
    "POST /v1/enterprise/operators/{staff_id}/withdrawal-proposal": OPERATING
    | {"not-found", "withdrawal-already-proposed"},
    "POST /v1/enterprise/operators/{staff_id}/withdrawal": OPERATING
    | {"not-found", "second-operator-needed", "withdrawal-not-proposed"},
    # the editor's desk
    "POST /v1/enterprises/{enterprise_id}/entries": frozenset({"enterprise-unknown", "entry-already-there"}),
    "POST /v1/enterprises/{enterprise_id}/entries/{entry_id}/lift": frozenset(
        {"enterprise-unknown", "entry-already-lifted", "entry-unknown"}
    ),
    "POST /v1/enterprise-imports": frozenset({"csv-invalid"}),
    "GET /v1/enterprise-imports/{import_id}": frozenset({"import-unknown"}),
    "GET /v1/enterprise-imports/{import_id}/rejections.csv": frozenset({"import-unknown"}),
    "POST /v1/announcements": CONTENT,
    "POST /v1/announcements/{announcement_id}/revision": CONTENT
    | VERSIONED
    | {"announcement-withdrawn", "not-found"},
    "POST /v1/announcements/{announcement_id}/withdrawal": frozenset({"announcement-withdrawn", "not-found"}),
    # data providers sign what they send
    "POST /v1/credit-records": SIGNED
    | ERASED
    | {
        "corrected-unknown",
        "letter-not-in-force",
        "letter-outdated",
        "record-corrected",
        "reference-reused",
        "submission-invalid",
        "worker-unknown",
    },
    "GET /v1/credit-record-types": NONE,
    # the regulator's desk
    "POST /v1/trail-searches": ID_NUMBER | {"cursor-invalid", "not-found"},
    "POST /v1/authorization-replays": ID_NUMBER | {"not-found"},
    "GET /v1/statistics": frozenset({"day-in-future"}),
    # administration
    "GET /v1/staff": NONE,
    "POST /v1/staff": ID_NUMBER | {"enterprise-unknown", "officer-exists"},
    "POST /v1/staff/{staff_id}/grant": FOUR_EYES,
    "POST /v1/staff/{staff_id}/withdrawal": OPERATING | {"not-found"},
    "GET /v1/providers": NONE,
    "POST /v1/providers": frozenset({"key-taken"}),
    "POST /v1/providers/{provider_id}/confirmation": FOUR_EYES,
    "POST /v1/providers/{provider_id}/withdrawal": frozenset({"not-found", "signer-withdrawn"}),
    "POST /v1/providers/{provider_id}/keys": IN_FORCE | {"key-taken"},
    "POST /v1/providers/{provider_id}/keys/{kid}/confirmation": IN_FORCE | FOUR_EYES,
    "POST /v1/providers/{provider_id}/keys/{kid}/retirement": frozenset({"key-retired", "not-found"}),
    "POST /v1/providers/{provider_id}/record-types": IN_FORCE,
    "POST /v1/providers/{provider_id}/record-types/confirmation": IN_FORCE | FOUR_EYES,
    "GET /v1/kiosks": NONE,
    "POST /v1/kiosks": NONE,
    "POST /v1/kiosks/{kiosk_id}/confirmation": FOUR_EYES,
    "POST /v1/kiosks/{kiosk_id}/withdrawal": frozenset({"not-found", "signer-withdrawn"}),
    "POST /v1/kiosks/{kiosk_id}/keys": IN_FORCE | {"key-taken"},
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/confirmation": IN_FORCE | FOUR_EYES,
    "POST /v1/kiosks/{kiosk_id}/keys/{kid}/retirement": frozenset({"key-retired", "not-found"}),
}

FOR_ALL = frozenset({"internal-error", "ledger-away"})
OF_READS = frozenset({"position-invalid", "view-behind"})
OF_WRITES = frozenset(
    {
        "body-too-deep",
        "body-too-large",
        "idempotency-key-missing",
        "idempotency-key-reused",
        "request-in-progress",
        "too-busy",
    }
)
OF_METHOD = {"GET": OF_READS, "DELETE": OF_READS | {"too-busy"}, "POST": OF_WRITES, "PUT": OF_WRITES}
PEOPLE = frozenset({"worker", "consumer", "borrowed"})


def refusals_of(route: str) -> Codes:
    """All that a route may refuse for, but for the shape of a request, which its own fields tell."""
    method, _, path = route.partition(" ")
    roles = ROLES_OF_ROUTE[route]
    codes = OWN_REFUSALS[route] | FOR_ALL | OF_METHOD[method]
    if "public" not in roles:
        codes |= {"token-invalid"} | (NONE if roles == SIGNED_IN else {"not-allowed"})
    if roles <= PEOPLE:
        codes |= {"not-found"}  # the session's account: a restored database may not have it
    if method != "GET" and roles <= PEOPLE:
        codes |= ERASED  # the account may be cancelled in this moment
    if route not in WITHOUT_LIMIT or route in KIND_OF_ROUTE:
        codes |= {"too-many-requests"}
    if "{" in path:
        codes |= {"not-found"}  # what is no single part of a path
    return codes
