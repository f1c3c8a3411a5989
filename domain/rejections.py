"""Why the ledger refuses: one stable code per reason, and the kind of refusal it is."""

from datetime import datetime
from enum import Enum


class Kind(Enum):
    """What sort of refusal it is; each door of the system translates it into its own protocol."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    STALE = "stale"
    GONE = "gone"
    TOO_MANY = "too many"


class Reason(Enum):
    """A stable code, never reused for another meaning, with its kind."""

    PHONE_TAKEN = ("phone-taken", Kind.CONFLICT)
    ID_NUMBER_TAKEN = ("id-number-taken", Kind.CONFLICT)
    CODE_ALREADY_USED = ("code-already-used", Kind.CONFLICT)
    CODE_INVALID = ("code-invalid", Kind.INVALID)
    CODE_EXPIRED = ("code-expired", Kind.GONE)
    SMS_CODE_WRONG = ("sms-code-wrong", Kind.FORBIDDEN)
    SMS_TOO_MANY = ("sms-too-many", Kind.TOO_MANY)
    PASSCODE_WRONG = ("passcode-wrong", Kind.FORBIDDEN)
    PASSCODE_LOCKED = ("passcode-locked", Kind.TOO_MANY)
    PASSCODE_MISSING = ("passcode-missing", Kind.CONFLICT)
    SECOND_FACTOR_EXPIRED = ("second-factor-expired", Kind.GONE)
    SECOND_FACTOR_MISSING = ("second-factor-missing", Kind.FORBIDDEN)
    PHONE_UNCHANGED = ("phone-unchanged", Kind.CONFLICT)
    IDENTITY_NOT_RECENT = ("identity-not-recent", Kind.FORBIDDEN)
    RECOVERY_EXPIRED = ("recovery-expired", Kind.GONE)
    WORKER_ALREADY = ("worker-already", Kind.CONFLICT)
    ACCOUNT_CANCELLED = ("account-cancelled", Kind.GONE)
    SUBJECT_ERASED = ("subject-erased", Kind.GONE)
    NOT_FOUND = ("not-found", Kind.NOT_FOUND)
    VERSION_STALE = ("version-stale", Kind.STALE)
    ENTERPRISE_UNKNOWN = ("enterprise-unknown", Kind.NOT_FOUND)
    ENTERPRISE_STRUCK_OFF = ("enterprise-struck-off", Kind.CONFLICT)
    IMPORT_ALREADY_FINISHED = ("import-already-finished", Kind.CONFLICT)
    ENTRY_UNKNOWN = ("entry-unknown", Kind.NOT_FOUND)
    ENTRY_ALREADY_THERE = ("entry-already-there", Kind.CONFLICT)
    ENTRY_ALREADY_LIFTED = ("entry-already-lifted", Kind.CONFLICT)
    ENTERPRISE_ALREADY_CHOSEN = ("enterprise-already-chosen", Kind.CONFLICT)
    EMPLOYMENT_NOT_CHOSEN = ("employment-not-chosen", Kind.CONFLICT)
    EMPLOYMENT_NOT_OPEN = ("employment-not-open", Kind.CONFLICT)
    NO_ENTERPRISE_CHOSEN = ("no-enterprise-chosen", Kind.CONFLICT)
    FACE_TOO_MANY_ATTEMPTS = ("face-too-many-attempts", Kind.TOO_MANY)
    FACE_NOT_MATCHED = ("face-not-matched", Kind.FORBIDDEN)
    FACE_NOT_LIVE = ("face-not-live", Kind.FORBIDDEN)
    FACE_CHALLENGE_EXPIRED = ("face-challenge-expired", Kind.GONE)
    FACE_UNCERTAIN = ("face-uncertain", Kind.FORBIDDEN)
    FACE_TEMPLATE_MISSING = ("face-template-missing", Kind.CONFLICT)
    FACE_CONSENT_MISSING = ("face-consent-missing", Kind.FORBIDDEN)
    FACE_CONSENT_ALREADY_GIVEN = ("face-consent-already-given", Kind.CONFLICT)
    FACE_CONSENT_TEXT_UNKNOWN = ("face-consent-text-unknown", Kind.NOT_FOUND)
    ASSURANCE_TOO_LOW = ("assurance-too-low", Kind.FORBIDDEN)
    PRESENCE_PROOF_UNKNOWN = ("presence-proof-unknown", Kind.NOT_FOUND)
    PRESENCE_PROOF_INCOMPLETE = ("presence-proof-incomplete", Kind.CONFLICT)
    PRESENCE_PROOF_EXPIRED = ("presence-proof-expired", Kind.GONE)
    PRESENCE_PROOF_USED = ("presence-proof-used", Kind.CONFLICT)
    PRESENCE_CODE_UNKNOWN = ("presence-code-unknown", Kind.NOT_FOUND)
    PRESENCE_CODE_TAKEN = ("presence-code-taken", Kind.CONFLICT)
    PRESENCE_TOO_MANY_ATTEMPTS = ("presence-too-many-attempts", Kind.TOO_MANY)
    SECOND_OFFICER_NEEDED = ("second-officer-needed", Kind.FORBIDDEN)
    OFFICER_IS_PERSON = ("officer-is-person", Kind.FORBIDDEN)
    OFFICER_EXISTS = ("officer-exists", Kind.CONFLICT)
    IDENTITY_NOT_VERIFIED = ("identity-not-verified", Kind.CONFLICT)
    IDENTITY_MISMATCH = ("identity-mismatch", Kind.FORBIDDEN)
    ID_CARD_EXPIRED = ("id-card-expired", Kind.FORBIDDEN)
    CHALLENGE_EXPIRED = ("challenge-expired", Kind.GONE)
    LETTER_UNKNOWN = ("letter-unknown", Kind.NOT_FOUND)
    LETTER_NOT_SIGNED = ("letter-not-signed", Kind.CONFLICT)
    LETTER_ALREADY_IN_FORCE = ("letter-already-in-force", Kind.CONFLICT)
    LETTER_NOT_IN_FORCE = ("letter-not-in-force", Kind.FORBIDDEN)
    LETTER_OUTDATED = ("letter-outdated", Kind.FORBIDDEN)
    REGISTRATION_INCOMPLETE = ("registration-incomplete", Kind.CONFLICT)
    CHECK_IN_OVERDUE = ("check-in-overdue", Kind.FORBIDDEN)
    NOT_YET_DUE = ("not-yet-due", Kind.CONFLICT)
    ALREADY_LEFT = ("already-left", Kind.CONFLICT)
    REMINDER_ALREADY_SENT = ("reminder-already-sent", Kind.CONFLICT)
    DISCLOSURE_NOT_PENDING = ("disclosure-not-pending", Kind.CONFLICT)
    DISCLOSURE_EXPIRED = ("disclosure-expired", Kind.GONE)
    DISCLOSURE_NOT_APPROVED = ("disclosure-not-approved", Kind.FORBIDDEN)
    DISCLOSURE_NOT_TO_END = ("disclosure-not-to-end", Kind.CONFLICT)
    HANDOVER_CODE_WRONG = ("handover-code-wrong", Kind.FORBIDDEN)
    DIGITS_WRONG = ("digits-wrong", Kind.FORBIDDEN)
    SCOPE_NOT_COVERED = ("scope-not-covered", Kind.INVALID)
    OWN_CERTIFICATE = ("own-certificate", Kind.CONFLICT)
    PROMPTS_TOO_MANY = ("prompts-too-many", Kind.TOO_MANY)
    CAPTURE_MISMATCH = ("capture-mismatch", Kind.FORBIDDEN)
    APP_NOT_ATTESTED = ("app-not-attested", Kind.FORBIDDEN)
    SIGNATURE_INVALID = ("signature-invalid", Kind.FORBIDDEN)
    SIGNER_UNKNOWN = ("signer-unknown", Kind.FORBIDDEN)
    SIGNER_NOT_CONFIRMED = ("signer-not-confirmed", Kind.FORBIDDEN)
    SIGNER_WITHDRAWN = ("signer-withdrawn", Kind.FORBIDDEN)
    KEY_RETIRED = ("key-retired", Kind.FORBIDDEN)
    KEY_TAKEN = ("key-taken", Kind.CONFLICT)
    WORKER_UNKNOWN = ("worker-unknown", Kind.NOT_FOUND)
    SUBMISSION_INVALID = ("submission-invalid", Kind.INVALID)
    REFERENCE_REUSED = ("reference-reused", Kind.CONFLICT)
    CORRECTED_UNKNOWN = ("corrected-unknown", Kind.NOT_FOUND)
    RECORD_CORRECTED = ("record-corrected", Kind.CONFLICT)
    SECOND_ADMINISTRATOR_NEEDED = ("second-administrator-needed", Kind.FORBIDDEN)
    SECOND_OPERATOR_NEEDED = ("second-operator-needed", Kind.FORBIDDEN)
    WITHDRAWAL_ALREADY_PROPOSED = ("withdrawal-already-proposed", Kind.CONFLICT)
    WITHDRAWAL_NOT_PROPOSED = ("withdrawal-not-proposed", Kind.CONFLICT)
    GRANT_NOT_PROPOSED = ("grant-not-proposed", Kind.CONFLICT)
    GRANT_NOT_IN_FORCE = ("grant-not-in-force", Kind.FORBIDDEN)
    ADMINISTRATORS_EXIST = ("administrators-exist", Kind.CONFLICT)
    PASSKEY_INVALID = ("passkey-invalid", Kind.FORBIDDEN)
    TOKEN_INVALID = ("token-invalid", Kind.FORBIDDEN)
    PROFILE_TOO_MANY_SAVES = ("profile-too-many-saves", Kind.TOO_MANY)
    FIELD_UNKNOWN = ("field-unknown", Kind.INVALID)
    FIELD_MISSING = ("field-missing", Kind.INVALID)
    FIELD_INVALID = ("field-invalid", Kind.INVALID)
    CODE_UNKNOWN = ("code-unknown", Kind.INVALID)
    LIST_TOO_LONG = ("list-too-long", Kind.INVALID)
    DAY_IN_FUTURE = ("day-in-future", Kind.INVALID)
    PERIOD_REVERSED = ("period-reversed", Kind.INVALID)
    FIELD_TOO_LONG = ("field-too-long", Kind.INVALID)
    FIELD_MARKUP = ("field-markup", Kind.INVALID)
    ANNOUNCEMENT_WITHDRAWN = ("announcement-withdrawn", Kind.GONE)

    def __init__(self, code: str, kind: Kind) -> None:
        self.code = code
        self.kind = kind


class Refused(Exception):
    """A command was refused; nothing happened, or only what the reason says was recorded.

    Attributes:
        reason: why.
        field: of the form; what is wrong there.
        again_at: when a limit lets the next one through, UTC; where that is known.
    """

    def __init__(self, reason: Reason, field: str | None = None, again_at: datetime | None = None) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.field = field
        self.again_at = again_at
