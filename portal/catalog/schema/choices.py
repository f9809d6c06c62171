"""The values that elements of an item may take, in the words that editors and citizens read (GB/T 39046—2020).

Topic lists: 国办函〔2016〕108号.
"""

from __future__ import annotations

from collections.abc import Iterable


def words(text: str) -> list[str]:
    """A list of words as one writes it down."""
    return text.split()


ITEM_TYPES = words(
    "行政许可 行政处罚 行政强制 行政征收 行政给付 行政检查 行政确认 行政奖励 行政裁决 其他行政权力 公共服务"
)
CASE_TYPES = {"instant": "即办件", "promised": "承诺件"}
REVIEW_TYPES = words("前审后批 即审即办 并联审批 其他")
LEVELS = words("国家级 省级 市级 县级 乡镇级 村级 分级管理")
POWER_SOURCES = words("法定本级行使 上级下放 上级授权 同级授权 上级委托 同级委托")
DEPT_NATURES = words("法定机关 授权组织 受委托组织 其他")
SERVICE_OBJECTS = words("自然人 企业法人 事业法人 社会组织法人 非法人企业 行政机关 其他组织")
STAGES = words("立项 用地 规划 施工许可 验收")
UNITS = {"WD": "工作日", "ND": "自然日", "MONTH": "月"}
CHANNELS = words("窗口 电脑端网上 移动端 快递 其他")
ONLINE_DEPTHS = words("咨询 收件 预审 受理 办理 结果反馈 电子证照反馈 其他")
CROSS_REGIONS = words("全国 跨省 全省 跨市 全市 跨县 全县 全镇")
HALL_MODES = words("中心窗口 分中心 后方科室")
DELIVERIES = words("窗口领取 邮寄 网上下载 代领")
PAY_METHODS = words("现金 刷卡 扫码 网上支付 银行代收")
NECESSITIES = {"required": "必要", "optional": "非必要", "supply_later": "容缺后补"}
DOC_KINDS = words("证件证书证明 申请表格文书 其他")
MATERIAL_FORMS = words("纸质 电子 纸质和电子")
SOURCES = words("申请人自备 政府部门核发 中介机构出具 其他")
ORIGINAL_RULES = words("收取原件 收取复印件 收取原件和复印件 收取原件或复印件 只核验原件")
PAPER_SIZES = words("A4 A3")
RESULT_TYPES = words("证照 批文 其他")
FINISHES = words("出证办结 出文办结 审批办结")
SPECIAL_KINDS = words("专家评审 听证 招标 拍卖 检验 检测 检疫 鉴定 公示 现场核查")
STEP_KINDS = {"review": "审查", "opinion": "征求意见", "report": "上报", "decision": "决定"}
JOINS = {"all": "全部办结后汇合", "lead": "牵头部门办结即汇合"}
CONFIDENCES = {"high": "高", "medium": "中"}
TOPICS_PERSON = words(
    "生育收养 户籍办理 民族宗教 教育科研 入伍服役 就业创业 设立变更 准营准办 抵押质押 职业资格 "
    "行政缴费 婚姻登记 优待抚恤 规划建设 住房保障 社会保障 证件办理 交通出行 旅游观光 出境入境 "
    "消费维权 公共安全 司法公证 知识产权 环保绿化 文化体育 公用事业 医疗卫生 离职退休 死亡殡葬 "
    "其他"
)
TOPICS_CORP = words(
    "设立变更 准营准办 资质认证 年检年审 税收财务 人力资源 社会保障 投资审批 融资信贷 抵押质押 "
    "商务贸易 招标拍卖 海关口岸 涉外服务 农林牧渔 国土和规划建设 交通运输 环保绿化 应急管理 "
    "水务气象 医疗卫生 科技创新 文体教育 知识产权 民族宗教 质量技术 检验检疫 安全生产 公安消防 "
    "司法公证 公用事业 法人注销 档案文物 其他"
)
LIFE_EVENTS = {
    "生育和户口": words("生育收养 户籍办理"),
    "上学": words("教育科研"),
    "就业创业": words("就业创业 入伍服役 职业资格 设立变更 准营准办"),
    "结婚": words("婚姻登记"),
    "买房安家": words("住房保障 抵押质押 规划建设"),
    "看病": words("医疗卫生"),
    "社保和养老": words("社会保障 优待抚恤 离职退休"),
    "出行": words("交通出行 旅游观光 出境入境 证件办理"),
    "身后事": words("死亡殡葬"),
}
"""What happens to a person, and the topics of the person's list that belong to it."""
BUSINESS_EVENTS = {
    "企业开办": words("设立变更"),
    "企业取得许可": words("准营准办 资质认证"),
    "企业投资建设": words("投资审批 国土和规划建设 公用事业 招标拍卖"),
    "企业用工和社保": words("人力资源 社会保障"),
    "企业纳税和融资": words("税收财务 融资信贷 抵押质押"),
    "企业经营": words("年检年审 商务贸易 海关口岸 质量技术 检验检疫 安全生产 公安消防 环保绿化 知识产权 科技创新"),
    "企业注销": words("法人注销"),
}
"""What happens in the life of a body, and the topics of the corporate list that belong to it."""

Choices = list[tuple[str, str]]


def life_events(topics_person: Iterable[str], topics_corp: Iterable[str]) -> list[str]:
    """The events of a person's and a body's life under which an item with these topics is looked for."""
    found = [name for name, topics in LIFE_EVENTS.items() if not set(topics).isdisjoint(topics_person)]
    return found + [name for name, topics in BUSINESS_EVENTS.items() if not set(topics).isdisjoint(topics_corp)]


def pairs(values: list[str] | dict[str, str]) -> Choices:
    """What a form field takes: value and words; a plain list is its own words."""
    return list(values.items()) if isinstance(values, dict) else [(value, value) for value in values]
