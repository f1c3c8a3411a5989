"""Sends the outbox through a gateway of SMS."""

import logging
from threading import Event
from typing import Protocol

from prometheus_client import Counter

from ledger.clock import Clock
from ledger.vault.sms_outbox import SmsOutbox
from workers.http_gateway import GatewayUnavailable, HttpGateway

IDLE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 60

PHONE_REFUSED = (400, 404, 422)
"""The gateway understood, and will say the same the next time; all else may be over soon."""

SENT = Counter("jiazheng_sms_sent", "SMS handed to the gateway")
REJECTED = Counter("jiazheng_sms_rejected", "SMS dropped since the gateway refused the phone")
EXPIRED = Counter("jiazheng_sms_expired", "SMS dropped since they were not sent in time")

log = logging.getLogger(__name__)


class PhoneRejected(ValueError):
    """The gateway will never send to this phone."""


class SmsGateway(Protocol):
    """What sends an SMS."""

    def send(self, phone: str, text: str) -> None:
        """Send `text` to `phone` (E.164).

        Raises:
            GatewayUnavailable: not now; try again.
            PhoneRejected: never.
        """


class HttpSmsGateway(HttpGateway):
    """A gateway that takes `{"phone": .., "text": ..}`."""

    def send(self, phone: str, text: str) -> None:
        """Send."""
        if not self.post({"phone": phone, "text": text}, PHONE_REFUSED):
            raise PhoneRejected


class OutboxDelivery:
    """Sends what waits, oldest first; without a gateway it only drops what has expired."""

    def __init__(self, outbox: SmsOutbox, clock: Clock, gateway: SmsGateway | None) -> None:
        self._outbox = outbox
        self._clock = clock
        self._gateway = gateway

    def deliver_next(self) -> bool:
        """Send one message; a crash between the gateway's answer and the commit sends it twice.

        Returns:
            whether there was one.

        Raises:
            GatewayUnavailable: the message stays.
        """
        EXPIRED.inc(self._outbox.drop_expired(self._clock()))
        if self._gateway is None:
            return False
        with self._outbox.take(self._clock()) as message:
            if message is not None:
                self._send(self._gateway, message.phone, message.text)
        return message is not None

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Deliver until `stop` is set; after a failure wait 1, 2, 4 .. 60 s."""
        failures = 0
        while not stop.is_set():
            try:
                pause = 0.0 if self.deliver_next() else idle_seconds
                failures = 0
            except GatewayUnavailable as error:
                pause = min(2.0**failures, LONGEST_PAUSE_SECONDS)
                failures = min(failures + 1, 10)
                log.warning("the SMS gateway does not answer (%s); again in %d s", error, pause)
            stop.wait(pause)

    @staticmethod
    def _send(gateway: SmsGateway, phone: str, text: str) -> None:
        try:
            gateway.send(phone, text)
        except PhoneRejected:
            REJECTED.inc()
            log.warning("the SMS gateway refused a phone; the message is dropped")
        else:
            SENT.inc()
