"""How often somebody may ask, by client address or by account: moving windows in Valkey.

An address is personal data: a window's key is a keyed digest of it or of the account, and goes with it.
"""

import hmac
import logging
import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import redis
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import Counter
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.http.problems import Problem
from domain.rules import Rules

TIMEOUT_SECONDS = 0.25
PAUSE_SECONDS = 1.0
"""So long nobody asks a Valkey that did not answer: each request would wait for it, and hold a thread."""
KEY_PREFIX = "jiazheng:requests"
PREFIX_OF_A_LINE = 64
"""An IPv6 customer has at least so many bits below it to choose from."""

FROM_ADDRESS, OF_ACCOUNT = "from_address", "of_account"
"""Requests of whatever kind: see `api.http.general_limit`."""
SMS_CODES, SIGN_INS, REGISTRATIONS = "sms_codes", "sign_ins", "registrations"
REFRESHES, CREDIT_RECORDS = "refreshes", "credit_records"
LETTER_PDFS, CARD_RELAYS = "letter_pdfs", "card_relays"
KIND_OF_ROUTE = {
    "POST /v1/sms-codes": SMS_CODES,
    "POST /v1/sessions": SIGN_INS,
    "POST /v1/session-second-factors": SIGN_INS,
    "POST /v1/session-presence-requests": SIGN_INS,
    "POST /v1/session-face-challenges": SIGN_INS,
    "POST /v1/recovery-requests": SIGN_INS,
    "POST /v1/recovery-face-challenges": SIGN_INS,
    "POST /v1/recoveries": SIGN_INS,
    "POST /v1/handover-sessions": SIGN_INS,
    "POST /v1/staff-challenges": SIGN_INS,
    "POST /v1/staff-passkeys": SIGN_INS,
    "POST /v1/staff-sessions": SIGN_INS,
    "POST /v1/session-refreshes": REFRESHES,
    "POST /v1/workers": REGISTRATIONS,
    "POST /v1/consumers": REGISTRATIONS,
    "POST /v1/credit-records": CREDIT_RECORDS,
}
"""The public routes with a limit by address; each request counts, also one that is repeated or refused."""
KIND_OF_OWN_ROUTE = {
    "GET /v1/me/letter.pdf": LETTER_PDFS,
    "GET /v1/me/letters/{number}.pdf": LETTER_PDFS,
    "POST /v1/card-relays": CARD_RELAYS,
}
"""Costly routes with a limit by account; those of one kind share it."""

UNCHECKED = Counter("jiazheng_request_limit_unchecked", "Requests let through for want of Valkey")

log = logging.getLogger(__name__)


class _Counts(RedisStorage):
    """Counts that stay in memory: the queue's file waits for the disk at each change, and needs no counts."""

    SCRIPT_ACQUIRE_MOVING_WINDOW = (
        b"redis.set_repl(redis.REPL_NONE)\n" + RedisStorage.SCRIPT_ACQUIRE_MOVING_WINDOW
    )


class RequestLimits:
    """Counts the requests of each address and each account."""

    def __init__(self, redis_url: str, key: bytes, rules: Rules) -> None:
        """The limits of the rules, counted in a Valkey or Redis; `key` hides there whom a count is of."""
        never = Retry(NoBackoff(), 0)
        timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        pool = redis.ConnectionPool.from_url(redis_url, retry=never, **timeouts)
        storage = _Counts("redis://", connection_pool=pool, key_prefix=KEY_PREFIX)
        self._limiter = MovingWindowRateLimiter(storage)
        self._key = key
        self._limits = _limits(rules)
        self._asks_again_at = 0.0

    def require_allowance(self, kind: str, whose: str) -> None:
        """Count a request of a kind, by an address or an account's id; without Valkey it is let through.

        Raises:
            Problem: there were too many within the window; it says when to come again.
        """
        if time.monotonic() < self._asks_again_at:
            UNCHECKED.inc()
            return
        try:
            if not self._limiter.hit(self._limits[kind], kind, self._digest(whose)):
                raise Problem("too-many-requests", 429, retry_after_seconds=self._wait_seconds(kind, whose))
        except redis.RedisError as error:  # away, starting, or out of memory
            self._asks_again_at = time.monotonic() + PAUSE_SECONDS
            UNCHECKED.inc()
            log.warning("requests are not limited: Valkey does not count (%s)", type(error).__name__)

    def _wait_seconds(self, kind: str, whose: str) -> int:
        """Until the oldest request leaves the window; the window goes by the machine's clock."""
        window = self._limiter.get_window_stats(self._limits[kind], kind, self._digest(whose))
        return max(1, ceil(window.reset_time - time.time()))

    def _digest(self, whose: str) -> str:
        return hmac.digest(self._key, f"limited\x1f{line_of(whose)}".encode(), "sha256").hex()


def _limits(rules: Rules) -> dict[str, RateLimitItem]:
    return {
        FROM_ADDRESS: RateLimitItemPerMinute(rules.requests_per_address_minute),
        OF_ACCOUNT: RateLimitItemPerMinute(rules.requests_per_account_minute),
        SMS_CODES: RateLimitItemPerHour(rules.sms_codes_per_address_hour),
        SIGN_INS: RateLimitItemPerHour(rules.sign_ins_per_address_hour),
        REFRESHES: RateLimitItemPerHour(rules.refreshes_per_address_hour),
        REGISTRATIONS: RateLimitItemPerHour(rules.registrations_per_address_hour),
        CREDIT_RECORDS: RateLimitItemPerMinute(rules.credit_records_per_address_minute),
        LETTER_PDFS: RateLimitItemPerHour(rules.letter_pdfs_per_account_hour),
        CARD_RELAYS: RateLimitItemPerHour(rules.card_relays_per_account_hour),
    }


def line_of(address: str) -> str:
    """The line behind an address: an IPv4 address, the network of an IPv6 address, or a text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed), PREFIX_OF_A_LINE), strict=False))
