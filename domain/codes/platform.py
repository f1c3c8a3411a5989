"""Code lists of this platform, where no standard has one. A code keeps its meaning for ever."""

from typing import Final

from domain.codes.code_list import CodeList

OWN: Final = "list of this platform"

SERVICE_TYPE: Final = CodeList.written(
    "service_type",
    OWN,
    """
maternity_care 月嫂/母婴护理
child_care 育儿嫂
cleaning 保洁
elder_care 养老护理
housekeeping 家务服务
patient_care 病患陪护
cooking 家庭烹饪
tidying 整理收纳
laundry 洗衣熨烫
live_in 住家保姆
lactation 催乳
disability_care 残障照护
pet_care 宠物照料
other 其他
""",
)

INSURANCE_KIND: Final = CodeList.written(
    "insurance_kind",
    OWN,
    """
domestic_service 家政服务综合保险
accident 人身意外伤害保险
liability 职业责任保险
employer_liability 雇主责任保险
medical 医疗保险
critical_illness 重大疾病保险
work_injury 工伤保险
pension 养老保险
other 其他
""",
)

LEAVING_REASON: Final = CodeList.written(
    "leaving_reason",
    OWN,
    """
contract_ended 合同期满
family 家庭原因
health 健康原因
pay 薪酬原因
moved 迁居
employer 雇主不再需要
study 学习培训
other 其他
""",
)

CERTIFICATE_LEVEL: Final = CodeList.written(
    "certificate_level",
    "国家职业技能等级, with codes of this platform",
    """
1 一级/高级技师
2 二级/技师
3 三级/高级工
4 四级/中级工
5 五级/初级工
special 专项职业能力
completion 培训合格
""",
)
