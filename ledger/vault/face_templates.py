"""The face template that later checks are compared with; sealed, it never leaves the server."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from uuid import UUID

from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import fresh_nonce, seal, unseal
from ledger.vault.erased_subjects import is_erased


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """An embedding, its model (SHA-256) and its kind: `selfie`, from the live picture of the card check."""

    model: str
    kind: str
    vector: bytes = field(repr=False)


def store_template(ledger: CreditLedger, subject: UUID, template: FaceTemplate) -> None:
    """Keep the template of a card check that was passed.

    Raises:
        Refused: the person was erased meanwhile.
    """
    text = b64encode(template.vector).decode()
    address = _address(subject, template.model, template.kind)
    with ledger.pool.connection() as connection, connection.transaction():
        if is_erased(connection, subject):
            raise Refused(Reason.SUBJECT_ERASED)
        sealed = seal(ledger.keys.get(subject), text, address, fresh_nonce())
        connection.execute(
            "INSERT INTO ops.face_templates (partition, subject_id, model, kind, sealed)"
            " VALUES (ledger.partition_of(%s), %s, %s, %s, %s) ON CONFLICT (partition, subject_id) DO UPDATE"
            " SET model = excluded.model, kind = excluded.kind, sealed = excluded.sealed",
            (subject, subject, template.model, template.kind, sealed),
        )


def delete_template(ledger: CreditLedger, subject: UUID) -> None:
    """Forget the person's face; may be done again."""
    query = "DELETE FROM ops.face_templates WHERE partition = ledger.partition_of(%s) AND subject_id = %s"
    with ledger.pool.connection() as connection:
        connection.execute(query, (subject, subject))


def has_template(ledger: CreditLedger, subject: UUID) -> bool:
    """Whether there is a face to compare with."""
    query = "SELECT FROM ops.face_templates WHERE partition = ledger.partition_of(%s) AND subject_id = %s"
    with ledger.pool.connection() as connection:
        return connection.execute(query, (subject, subject)).fetchone() is not None


def load_template(ledger: CreditLedger, subject: UUID) -> FaceTemplate:
    """The person's template.

    Raises:
        Refused: there is none; the identity must be verified (again) with the card.
    """
    query = """
        SELECT model, kind, sealed FROM ops.face_templates
        WHERE partition = ledger.partition_of(%s) AND subject_id = %s
    """
    with ledger.pool.connection() as connection:
        row = connection.execute(query, (subject, subject)).fetchone()
    if row is None:
        raise Refused(Reason.FACE_TEMPLATE_MISSING)
    model, kind, sealed = row
    text = unseal(ledger.keys.get(subject), sealed, _address(subject, model, kind))
    return FaceTemplate(model, kind, b64decode(text))


def _address(subject: UUID, model: str, kind: str) -> str:
    return f"face_template/{model}/{kind}/{subject}"
