"""Wakes the phones of a disclosure's parties through a gateway to their platforms' push services.

A phone hears which disclosure it is about and what happened, nothing personal: what the platform may read.
"""

import logging
from typing import Any, Protocol

from prometheus_client import Counter

from domain.disclosure import Disclosure
from domain.event import LedgerAggregate
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.event_reader import sealed_event
from ledger.store.positions import Position
from ledger.vault.push_targets import PushTarget, drop_target, targets_of
from workers.http_gateway import HttpGateway

TARGET_GONE = (404, 410)
"""The app was removed from the phone, or has another token by now."""

SENT = Counter("jiazheng_push_sent", "Wake-ups of phones handed to the push gateway")

WHAT: dict[type[LedgerAggregate.Event], str] = {
    Disclosure.Created: "disclosure.requested",
    Disclosure.Approved: "disclosure.approved",
    Disclosure.Declined: "disclosure.declined",
    Disclosure.Expired: "disclosure.expired",
    Disclosure.Ended: "disclosure.ended",
}
"""What wakes a phone: the request the worker's, its end the consumer's."""

log = logging.getLogger(__name__)


class TargetGone(ValueError):
    """The platform does not know the phone any more."""


class PushGateway(Protocol):
    """What reaches phones."""

    def send(self, target: PushTarget, what: str, about: str) -> None:
        """Wake a phone; `about` is the id of a disclosure.

        Raises:
            GatewayUnavailable: not now; try again.
            TargetGone: never again.
        """


class HttpPushGateway(HttpGateway):
    """A gateway that takes `{"platform", "token", "what", "about"}`."""

    def send(self, target: PushTarget, what: str, about: str) -> None:
        """Send."""
        body = {"platform": target.platform, "token": target.token, "what": what, "about": about}
        if not self.post(body, TARGET_GONE):
            raise TargetGone


class PhoneWaker:
    """The actor that is told the position of a disclosure's event; told twice, it may wake a phone twice."""

    def __init__(self, ledger: CreditLedger, clock: Clock, gateway: PushGateway | None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._gateway = gateway

    def wake_phone(self, position: str) -> None:
        """Wake the phones of who has to hear of it, while it is of use.

        Raises:
            GatewayUnavailable: the queue brings the message again.
        """
        if self._gateway is None:
            return
        event = sealed_event(self._ledger, Position.parse(position))
        if self._clock() >= self._of_use_until(event):
            return
        listener = event.subject_id if isinstance(event, Disclosure.Created) else event.consumer_id
        for target in targets_of(self._ledger, listener, self._clock()):
            try:
                self._gateway.send(target, WHAT[type(event)], str(event.originator_id))
                SENT.inc()
            except TargetGone:
                drop_target(self._ledger, listener, target.session_id)
                log.info("the platform does not know a phone any more; forgotten")

    def _of_use_until(self, event: Any) -> Any:
        if isinstance(event, Disclosure.Created):
            return event.expires_at
        return event.timestamp + self._ledger.rules.disclosure_ttl
