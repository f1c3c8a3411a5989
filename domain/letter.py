"""The authorization letter (家政服务员信用信息授权书): its versioned text, its hash, the scopes it covers."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Letter:
    """One version of the letter's text."""

    version: str
    scopes: tuple[str, ...]
    text: str

    @property
    def text_sha256(self) -> str:
        """The hash that a signature names, hex."""
        return sha256(self.text.encode()).hexdigest()


SCOPES = ("basic", "identity", "tax", "bank_credit", "criminal_record", "health", "insurance", "training")
"""What a disclosure can show: basic information, identity verification, tax, bank credit, and so on."""

CURRENT = Letter(
    version="2026-01",
    scopes=SCOPES,
    text="""家政服务员信用信息授权书(2026年1月版)

本人系家政服务员,自愿授权家政服务信用信息平台(以下简称“平台”):

一、归集本人的以下信息:基本信息、身份核查情况、税务信息、银行个人征信、犯罪背景核查情况、健康状况、保险信息、培训考核信息;
二、在本人每次刷脸授权并选定范围后,向扫描本人信用证书的消费者展示所选信息,展示时间不超过三十分钟;
三、在本人连续签到期间提供上述展示;逾期未签到的,平台停止展示。

本人知悉:每次查看均生成双方可见的凭据;本人可随时撤回本授权,撤回后平台立即停止展示;
撤回不影响撤回前已完成的展示。平台以加密方式保存个人信息,本人注销账户后予以删除。
""",
)
"""The text in force."""

BY_VERSION = {CURRENT.version: CURRENT}
