"""What a credit record of each type says: validated before it becomes an event, published as JSON Schema."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.codes.platform import INSURANCE_KIND
from domain.credit_record import RECORD_TYPES
from domain.rejections import Reason, Refused

SCHEMA_VERSION: Final = 1
"""Of all types together; raised when a field is added or changes. Stored records stay as they were signed."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
Year = Annotated[int, Field(ge=1950, le=2100)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


def _of_insurance(code: str) -> str:
    """A code of the list that workers' own pages use too.

    Raises:
        ValueError: it is in no such list.
    """
    if code not in INSURANCE_KIND:
        msg = "no kind of insurance"
        raise ValueError(msg)
    return code


InsuranceKind = Annotated[
    str,
    AfterValidator(_of_insurance),
    Field(
        description="a code of the list `insurance_kind`",
        json_schema_extra={"enum": list(INSURANCE_KIND.names)},
    ),
]


class Content(BaseModel):
    """No field is optional by accident: unknown ones are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Tax(Content):
    """税务: how a year's taxes were paid."""

    year: Year
    paid: Annotated[bool, Field(description="everything due for the year was paid (已按期缴纳)")]
    level: Annotated[
        Literal["A", "B", "M", "C", "D"] | None, Field(description="tax credit level (纳税信用级别)")
    ] = None
    authority: Annotated[Text | None, Field(description="the tax office (主管税务机关)")] = None


class BankCredit(Content):
    """人行征信: the state of loans at the end of a month."""

    as_of: Annotated[Month, Field(description="YYYY-MM")]
    overdue_loans: Annotated[Count, Field(description="loans overdue at that time (逾期笔数)")]
    longest_overdue_months: Annotated[
        Count | None, Field(description="in the five years before (最长逾期月数)")
    ] = None
    is_defaulter: Annotated[
        bool | None, Field(description="on the courts' list of defaulters (失信被执行人)")
    ] = None


class Identity(Content):
    """身份核验: the result of an identity check elsewhere."""

    verified: bool
    method: Literal["card", "face", "in_person"]
    verified_on: date


class CriminalRecord(Content):
    """背景核查: whether the police know of a criminal record."""

    has_record: bool
    checked_on: date
    valid_until: date | None = None
    certificate: Annotated[Text | None, Field(description="number of the certificate (证明编号)")] = None


class Insurance(Content):
    """保险: a policy that covers the worker."""

    kind: InsuranceKind
    insurer: Text
    valid_from: date
    valid_until: date
    insured_yuan: Annotated[int | None, Field(ge=0, le=1_000_000_000, description="保险金额, CNY")] = None


class Health(Content):
    """健康: the result of a health examination."""

    result: Annotated[Literal["fit", "restricted", "unfit"], Field(description="合格, 受限, 不合格")]
    examined_on: date
    valid_until: date | None = None
    institution: Annotated[Text | None, Field(description="体检机构")] = None
    certificate: Annotated[Text | None, Field(description="number of the health certificate (健康证)")] = None


CONTENTS: Final[dict[str, type[Content]]] = {
    "tax": Tax,
    "bank_credit": BankCredit,
    "identity": Identity,
    "criminal_record": CriminalRecord,
    "insurance": Insurance,
    "health": Health,
}
NAMES: Final = dict(
    zip(RECORD_TYPES, ("税务", "人行征信", "身份核验", "背景核查", "保险", "健康"), strict=True)
)


def schema_of(record_type: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a type's content."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CONTENTS[record_type].model_json_schema(),
    }


def require_content(record_type: str, content_json: str) -> None:
    """Refuse a content that is not as its type's schema says.

    Raises:
        Refused: names the path of the first wrong field, never a value or a name that the sender made up.
    """
    try:
        CONTENTS[record_type].model_validate_json(content_json)
    except ValidationError as error:
        raise Refused(Reason.SUBMISSION_INVALID, field=field_of(error, "content")) from None


def field_of(error: ValidationError, *parents: str) -> str | None:
    """The path of the first wrong field below its parents; of a field too many only where it lies."""
    finding = error.errors(include_input=False, include_url=False)[0]
    path = finding["loc"][:-1] if finding["type"] == "extra_forbidden" else finding["loc"]
    return ".".join((*parents, *map(str, path))) or None
