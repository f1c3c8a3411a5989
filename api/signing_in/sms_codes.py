"""SMS codes: six digits, few tries, few a day; the answer never tells whether a phone is registered."""

import hmac
import secrets
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.sql import SQL

from domain.identifiers import MobileNumber
from domain.rejections import Reason, Refused
from domain.rules import Rules
from ledger.credit_ledger import CreditLedger
from ledger.vault.sms_outbox import SmsOutbox

A_DAY = timedelta(days=1)

_OF_PHONE = SQL("partition = ledger.partition_of_digest(%s) AND phone_digest = %s")


class SmsCodes:
    """Sends and verifies codes; the database holds keyed digests of phone and code only."""

    def __init__(self, ledger: CreditLedger, outbox: SmsOutbox, key: bytes) -> None:
        self._pool = ledger.pool
        self._index = ledger.blind_index
        self._rules: Rules = ledger.rules
        self._outbox = outbox
        self._key = key

    def send(self, at: datetime, phone: MobileNumber) -> None:
        """Queue a code for a phone.

        Raises:
            Refused: too soon after the last one, or too many in a day.
        """
        code = f"{secrets.randbelow(10**6):06}"
        digest = self._index.digest("sms", str(phone))
        expires_at = at + self._rules.sms_code_ttl
        with self._pool.connection() as connection, connection.transaction():
            self._require_allowance(connection, digest, at)
            connection.execute(
                "INSERT INTO ops.sms_codes"
                " (partition, phone_digest, sent_at, code_mac, expires_at, tries_left)"
                " VALUES (ledger.partition_of_digest(%s), %s, %s, %s, %s, %s)",
                (digest, digest, at, self._mac(digest, code), expires_at, self._rules.sms_code_tries),
            )
            minutes = int(self._rules.sms_code_ttl.total_seconds() // 60)
            text = f"【家政信用】验证码{code},{minutes}分钟内有效。请勿告诉他人。"
            self._outbox.queue(connection, str(phone), text, at, expires_at)

    def _require_allowance(self, connection: Connection, digest: bytes, at: datetime) -> None:
        connection.execute(
            "SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(digest[:8], "big", signed=True),)
        )
        connection.execute(
            SQL("DELETE FROM ops.sms_codes WHERE {} AND sent_at <= %s").format(_OF_PHONE),
            (digest, digest, at - A_DAY),
        )
        row = connection.execute(
            SQL("SELECT count(*), min(sent_at), max(sent_at) FROM ops.sms_codes WHERE {}").format(_OF_PHONE),
            (digest, digest),
        ).fetchone()
        sent, first, last = row or (0, None, None)
        if first and last:
            again_at = max(
                last + self._rules.sms_interval, first + A_DAY if sent >= self._rules.sms_per_day else last
            )
            if at < again_at:
                raise Refused(Reason.SMS_TOO_MANY, field="phone", again_at=again_at)

    def verify(self, at: datetime, phone: MobileNumber, code: str, field: str = "sms_code") -> None:
        """Use up the latest code of a phone; `field` is where the form has it.

        Raises:
            Refused: it is wrong, too old, used, or was tried too often; which one is not told.
        """
        digest = self._index.digest("sms", str(phone))
        try_it = SQL("""
            UPDATE ops.sms_codes SET tries_left = tries_left - 1, used = code_mac = %s
            WHERE {0} AND NOT used AND tries_left > 0 AND expires_at >= %s
                AND sent_at = (SELECT max(sent_at) FROM ops.sms_codes WHERE {0})
            RETURNING used
        """).format(_OF_PHONE)
        values = (self._mac(digest, code), digest, digest, at, digest, digest)
        with self._pool.connection() as connection:
            row = connection.execute(try_it, values).fetchone()
        if row is None or not row[0]:
            raise Refused(Reason.SMS_CODE_WRONG, field=field)

    def _mac(self, digest: bytes, code: str) -> bytes:
        return hmac.digest(self._key, digest + code.encode(), "sha256")
