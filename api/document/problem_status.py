"""Which HTTP status a problem has, by its code."""

from api.http.problems import STATUS_OF_KIND, UNAUTHENTICATED
from domain.rejections import Reason

STATUS_OF_CODE = {
    "bad-request": 400,
    "body-too-deep": 400,
    "cursor-invalid": 400,
    "idempotency-key-missing": 400,
    "position-invalid": 400,
    "not-allowed": 403,
    "second-factor-needed": 403,
    "account-unknown": 404,
    "card-relay-lost": 404,
    "import-unknown": 404,
    "card-relay-out-of-turn": 409,
    "request-in-progress": 409,
    "body-too-large": 413,
    "card-unreadable": 422,
    "csv-invalid": 422,
    "idempotency-key-reused": 422,
    "request-invalid": 422,
    "if-match-missing": 428,
    "too-many-requests": 429,
    "internal-error": 500,
    "card-decoder-unavailable": 503,
    "card-relay-busy": 503,
    "face-check-busy": 503,
    "ledger-away": 503,
    "too-busy": 503,
    "view-behind": 503,
}
"""Of the problems that are the API's own; the others are refusals of the ledger, whose kind tells."""
BAD_INPUT = 422
"""Of an identifier or a photo."""


def status_of(code: str) -> int:
    """The status that a problem with this code has."""
    if code in STATUS_OF_CODE:
        return STATUS_OF_CODE[code]
    kinds = {reason.code: reason.kind for reason in Reason}
    if code in UNAUTHENTICATED:
        return 401
    return STATUS_OF_KIND[kinds[code]] if code in kinds else BAD_INPUT
