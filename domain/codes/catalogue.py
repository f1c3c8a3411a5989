"""Every code list, by name."""

from typing import Final

from domain.codes import platform, standards
from domain.codes.code_list import CodeList

CODE_LISTS: Final[dict[str, CodeList]] = {
    codes.name: codes
    for codes in (
        standards.REGION,
        standards.ETHNICITY,
        standards.POLITICAL_STATUS,
        standards.SCHOOLING,
        standards.PUTONGHUA_LEVEL,
        standards.LANGUAGE,
        platform.SERVICE_TYPE,
        platform.INSURANCE_KIND,
        platform.LEAVING_REASON,
        platform.CERTIFICATE_LEVEL,
    )
}
