"""The five pages of 本人信息管理: what a worker tells about themselves.

Name, sex, birth date and phone are not asked here: the account and its ID number tell them.
"""

from typing import Final

from domain.codes import platform, standards
from domain.form_fields import Coded, Day, Mobile, NameOfPerson, Number, SomeCodes, Text
from domain.forms import Field, Form, Records

OPTIONAL: Final = False

POLICY: Final = Form(
    (
        Field("insurer", "保险公司", Text(100)),
        Field("kind", "险种", Coded(platform.INSURANCE_KIND)),
        Field("number", "保单号", Text(50)),
        Field("since", "生效日期", Day()),
        Field("until", "终止日期", Day(may_be_future=True)),
    )
)

EMPLOYER: Final = Form(
    (
        Field("employer", "单位或雇主", Text(100)),
        Field("service_type", "服务类型", Coded(platform.SERVICE_TYPE), OPTIONAL),
        Field("since", "开始日期", Day()),
        Field("until", "结束日期", Day(), OPTIONAL),  # absent: still there
        Field("reason_of_leaving", "离职原因", Coded(platform.LEAVING_REASON), OPTIONAL),
    )
)

COURSE: Final = Form(
    (
        Field("course", "培训或考核项目", Text(100)),
        Field("institution", "培训或考核机构", Text(100)),
        Field("completed_on", "完成日期", Day()),
        Field("certificate_number", "证书编号", Text(50), OPTIONAL),
        Field("certificate_level", "证书等级", Coded(platform.CERTIFICATE_LEVEL), OPTIONAL),
    )
)

PAGES: Final[dict[str, Form]] = {
    "basic": Form(
        (
            Field("native_place", "籍贯", Coded(standards.REGION)),
            Field("address_region", "现住地区", Coded(standards.REGION)),
            Field("address", "现住地址", Text(200)),
            Field("ethnicity", "民族", Coded(standards.ETHNICITY)),
            Field("political_status", "政治面貌", Coded(standards.POLITICAL_STATUS), OPTIONAL),
            Field("emergency_contact_name", "紧急联系人", NameOfPerson()),
            Field("emergency_contact_phone", "紧急联系电话", Mobile()),
        )
    ),
    "services": Form(
        (
            Field("service_types", "服务类型", SomeCodes(platform.SERVICE_TYPE, 10)),
            Field("years_of_experience", "从业年限", Number(0, 70)),
            Field("languages", "语言和方言", SomeCodes(standards.LANGUAGE, 10)),
            Field("putonghua_level", "普通话水平", Coded(standards.PUTONGHUA_LEVEL), OPTIONAL),
            Field("schooling", "学历", Coded(standards.SCHOOLING)),
            Field("school", "毕业院校", Text(100), OPTIONAL),
        )
    ),
    "insurance": Form((Field("policies", "保险", Records(POLICY, 20)),)),
    "employment": Form((Field("employers", "从业经历", Records(EMPLOYER, 30)),)),
    "training": Form((Field("courses", "培训考核", Records(COURSE, 50)),)),
}
"""By the name of the page."""
