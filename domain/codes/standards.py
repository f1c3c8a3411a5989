"""Code lists of Chinese and international standards."""

from typing import Final

from domain.codes.code_list import CodeList
from domain.regions import known_regions, present_regions

REGION: Final = CodeList("region", "GB/T 2260", present_regions(), known_regions() - set(present_regions()))

ETHNICITY: Final = CodeList.written(
    "ethnicity",
    "GB/T 3304-1991",
    """
01 汉族
02 蒙古族
03 回族
04 藏族
05 维吾尔族
06 苗族
07 彝族
08 壮族
09 布依族
10 朝鲜族
11 满族
12 侗族
13 瑶族
14 白族
15 土家族
16 哈尼族
17 哈萨克族
18 傣族
19 黎族
20 傈僳族
21 佤族
22 畲族
23 高山族
24 拉祜族
25 水族
26 东乡族
27 纳西族
28 景颇族
29 柯尔克孜族
30 土族
31 达斡尔族
32 仫佬族
33 羌族
34 布朗族
35 撒拉族
36 毛南族
37 仡佬族
38 锡伯族
39 阿昌族
40 普米族
41 塔吉克族
42 怒族
43 乌孜别克族
44 俄罗斯族
45 鄂温克族
46 德昂族
47 保安族
48 裕固族
49 京族
50 塔塔尔族
51 独龙族
52 鄂伦春族
53 赫哲族
54 门巴族
55 珞巴族
56 基诺族
97 其他
98 外国血统中国籍人士
""",
)

POLITICAL_STATUS: Final = CodeList.written(
    "political_status",
    "GB/T 4762-1984",
    """
01 中国共产党党员
02 中国共产党预备党员
03 中国共产主义青年团团员
04 中国国民党革命委员会会员
05 中国民主同盟盟员
06 中国民主建国会会员
07 中国民主促进会会员
08 中国农工民主党党员
09 中国致公党党员
10 九三学社社员
11 台湾民主自治同盟盟员
12 无党派民主人士
13 群众
""",
)

SCHOOLING: Final = CodeList.written(
    "schooling",
    "GB/T 4658-2006",
    """
10 研究生教育
11 博士研究生毕业
12 博士研究生结业
13 博士研究生肄业
14 硕士研究生毕业
15 硕士研究生结业
16 硕士研究生肄业
17 研究生班毕业
18 研究生班结业
19 研究生班肄业
20 大学本科教育
21 大学本科毕业
22 大学本科结业
23 大学本科肄业
28 大学普通班毕业
30 大学专科教育
31 大学专科毕业
32 大学专科结业
33 大学专科肄业
40 中等职业教育
41 中等专科毕业
42 中等专科结业
43 中等专科肄业
44 职业高中毕业
45 职业高中结业
46 职业高中肄业
47 技工学校毕业
48 技工学校结业
49 技工学校肄业
60 普通高级中学教育
61 普通高中毕业
62 普通高中结业
63 普通高中肄业
70 初级中学教育
71 初中毕业
73 初中肄业
80 小学教育
81 小学毕业
83 小学肄业
90 其他
""",
)

PUTONGHUA_LEVEL: Final = CodeList.written(
    "putonghua_level",
    "普通话水平测试等级标准, codes of this platform",
    """
1A 一级甲等
1B 一级乙等
2A 二级甲等
2B 二级乙等
3A 三级甲等
3B 三级乙等
""",
)

LANGUAGE: Final = CodeList.written(
    "language",
    "ISO 639-3, the languages that families in China ask for",
    """
cmn 普通话/官话方言
yue 粤语
wuu 吴语
nan 闽南语
cdo 闽东语
mnp 闽北语
cpx 莆仙话
hak 客家话
gan 赣语
hsn 湘语
cjy 晋语
czh 徽语
csl 中国手语
bod 藏语
uig 维吾尔语
mvf 蒙古语
kaz 哈萨克语
kir 柯尔克孜语
kor 朝鲜语
zha 壮语
iii 彝语
hmn 苗语
khb 西双版纳傣语
pcc 布依语
lis 傈僳语
hni 哈尼语
eng 英语
jpn 日语
rus 俄语
fra 法语
deu 德语
spa 西班牙语
ara 阿拉伯语
vie 越南语
tha 泰语
tgl 他加禄语
ind 印度尼西亚语
""",
)
