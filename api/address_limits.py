"""How often one client address may ask for SMS codes, try to sign in, or register: a moving window in Valkey.

An address is personal data: the window's key is a keyed digest of it, and goes with the window.
"""

import hmac
import logging
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import redis
from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import Counter
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.problems import Problem
from domain.rules import Rules

TIMEOUT_SECONDS = 0.25
KEY_PREFIX = "jiazheng:addresses"
PREFIX_OF_A_LINE = 64
"""An IPv6 customer has at least so many bits below it to choose from."""

SMS_CODES, SIGN_INS, REGISTRATIONS = "sms_codes", "sign_ins", "registrations"
KIND_OF_ROUTE = {
    "POST /v1/sms-codes": SMS_CODES,
    "POST /v1/sessions": SIGN_INS,
    "POST /v1/session-second-factors": SIGN_INS,
    "POST /v1/session-presence-requests": SIGN_INS,
    "POST /v1/handover-sessions": SIGN_INS,
    "POST /v1/staff-challenges": SIGN_INS,
    "POST /v1/staff-passkeys": SIGN_INS,
    "POST /v1/staff-sessions": SIGN_INS,
    "POST /v1/workers": REGISTRATIONS,
    "POST /v1/consumers": REGISTRATIONS,
}
"""The limited routes; each request counts, also one that is repeated or refused."""

UNCHECKED = Counter("jiazheng_address_limit_unchecked", "Requests let through for want of Valkey")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AddressLimits:
    """Counts the requests of each address."""

    _limiter: MovingWindowRateLimiter
    _key: bytes
    _limits: dict[str, RateLimitItem]

    @classmethod
    def over(cls, redis_url: str, key: bytes, rules: Rules) -> "AddressLimits":
        """The limits of the rules, counted in a Valkey or Redis; `key` hides the addresses there."""
        never = Retry(NoBackoff(), 0)
        timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        pool = redis.ConnectionPool.from_url(redis_url, retry=never, **timeouts)
        storage = RedisStorage("redis://", connection_pool=pool, key_prefix=KEY_PREFIX)
        limits: dict[str, RateLimitItem] = {
            SMS_CODES: RateLimitItemPerHour(rules.sms_codes_per_address_hour),
            SIGN_INS: RateLimitItemPerHour(rules.sign_ins_per_address_hour),
            REGISTRATIONS: RateLimitItemPerHour(rules.registrations_per_address_hour),
        }
        return cls(MovingWindowRateLimiter(storage), key, limits)

    def require_allowance(self, route: str, address: str) -> None:
        """Count a request to a limited route; without Valkey it is let through.

        Raises:
            Problem: there were too many within the hour; it says when to come again.
        """
        kind = KIND_OF_ROUTE[route]
        try:
            if not self._limiter.hit(self._limits[kind], kind, self._digest(address)):
                raise Problem("too-many-requests", 429, retry_after_seconds=self._wait_seconds(kind, address))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            UNCHECKED.inc()
            log.warning("addresses are not limited: Valkey is away (%s)", type(error).__name__)

    def _wait_seconds(self, kind: str, address: str) -> int:
        """Until the oldest request leaves the window; the window goes by the machine's clock."""
        window = self._limiter.get_window_stats(self._limits[kind], kind, self._digest(address))
        return max(1, ceil(window.reset_time - time.time()))

    def _digest(self, address: str) -> str:
        return hmac.digest(self._key, f"address\x1f{line_of(address)}".encode(), "sha256").hex()


def line_of(address: str) -> str:
    """The line behind an address: an IPv4 address, the network of an IPv6 address, or a text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed), PREFIX_OF_A_LINE), strict=False))
