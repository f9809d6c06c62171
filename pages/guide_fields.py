"""Every element of an item as a field of its guide page, so that Wagtail can draft, compare and schedule it.

The names are those of `portal.catalog.schema.definition`; parts of one (费用, 地点) carry its name as a prefix. Columns
are a little longer than the definition allows: what is too long is a finding beside the field, not a refusal to save.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from wagtail.fields import StreamField

from pages import blocks
from pages.fields import ChoicesField
from portal.catalog.models import ServiceItem
from portal.catalog.schema import choices
from portal.catalog.schema.choices import pairs
from portal.catalog.schema.definition import ItemDefinition


def line(label: str, most: int = 300, help_text: str = "", **kwargs: Any) -> models.CharField:
    return models.CharField(label, max_length=most, blank=True, default="", help_text=help_text, **kwargs)


def lines(label: str, help_text: str = "") -> models.TextField:
    return models.TextField(label, blank=True, default="", help_text=help_text)


def one_of(label: str, values: Any, help_text: str = "", default: str = "") -> models.CharField:
    return models.CharField(
        label, max_length=20, blank=True, choices=pairs(values), default=default, help_text=help_text
    )


def tick(label: str, help_text: str = "", default: bool = False) -> models.BooleanField:
    return models.BooleanField(label, default=default, help_text=help_text)


def number(label: str, help_text: str = "", default: int | None = None) -> models.IntegerField:
    return models.IntegerField(label, null=True, blank=True, default=default, help_text=help_text)


def several(label: str, words: list[str], help_text: str = "") -> ChoicesField:
    return ChoicesField(label, words=words, help_text=help_text)


def stream(label: str, block: Any, name: str, help_text: str = "", collapsed: bool = True) -> StreamField:
    return StreamField([(name, block)], verbose_name=label, blank=True, help_text=help_text, collapsed=collapsed)


class ItemElements(models.Model):
    """The elements, in the order of the editor's tabs. The item's name is the page's title."""

    title: models.CharField[str, str]
    item: models.ForeignKey[Any, ServiceItem | None]
    """The page brings both: these here are its elements alone."""

    # 基本
    code = line("事项编码", 20, "区域字母加序号，例如TZ-01；发布后不再更改。")
    short_name = line("日常用语", 100, "老百姓怎么说，例如“开饭店”。")
    sub_item_name = line("业务办理项名称", 200)
    catalog_code = line("基本编码", 40)
    impl_code = line("实施编码", 40)
    handle_item_code = line("业务办理项编码", 60)
    local_catalog_code = line("地方基本编码", 50)
    local_impl_code = line("地方实施编码", 50)
    zone = line("受理区", 40)
    stage = one_of("投资项目环节", choices.STAGES)
    item_type = one_of("事项类型", choices.ITEM_TYPES)
    case_type = one_of("办件类型", choices.CASE_TYPES, "当场办结的是即办件，其余是承诺件。")
    review_type = one_of("审查类型", choices.REVIEW_TYPES)
    level = one_of("行使层级", choices.LEVELS, default="市级")
    power_source = one_of("权力来源", choices.POWER_SOURCES)
    power_division = lines("权限划分")
    exercise_content = lines("行使内容")
    service_objects = several("服务对象", choices.SERVICE_OBJECTS)
    topics_person = several("个人主题", choices.TOPICS_PERSON)
    topics_corp = several("法人主题", choices.TOPICS_CORP)
    lead_dept = line("实施主体", 40)
    dept_nature = one_of("实施主体性质", choices.DEPT_NATURES)
    entrusting_dept = line("委托部门", 100)
    accept_org = line("受理机构", 100)
    decide_org = line("决定机构", 100)
    duty_office = line("责任科室", 100)
    coop_depts = ChoicesField("联办机构", help_text="流程里的协办部门。")
    effective_from = models.DateField("计划生效日期", null=True, blank=True)
    cancel_on = models.DateField("计划取消日期", null=True, blank=True)

    # 条件与材料
    conditions = stream("受理条件", blocks.LineBlock(), "condition", "一条写一个条件，能够核对；不写材料名称。")
    prohibitions = stream("禁止性要求", blocks.LineBlock(), "line")
    quota = line("数量限制", 100)
    questions = stream("情形引导", blocks.QuestionBlock(), "question", "按回答减少材料和步骤；不需要的不设。")
    materials = stream("申报材料", blocks.MaterialBlock(), "material", "用右边的手柄拖动，调整顺序。")

    # 表单
    form_fields = stream(
        "申请表字段", blocks.FormFieldBlock(), "field", "申请人的基本情况统一申请表里已经有，这里只设本事项要问的。"
    )

    # 流程与时限
    statutory_value = number("法定办结时限", "没有法定时限的留空。")
    statutory_unit = one_of("法定时限单位", choices.UNITS, default="WD")
    statutory_note = line("法定时限说明", 300)
    extension_note = line("延长规定", 500)
    promised_value = number("承诺办结时限", "当场办结的填0；应等于各环节时限之和，并联的按最长的算。")
    promised_unit = one_of("承诺时限单位", choices.UNITS, default="WD")
    promised_note = line("承诺时限说明", 300)
    acceptance_name = line("受理步骤", 80)
    acceptance_performer = line("受理人员", 100)
    acceptance_limit_wd = number("受理时限（工作日）", default=0)
    stages = stream(
        "部门办理环节", blocks.StageBlock(), "stage", "环节先后办理，一个环节里的步骤同时办理。", collapsed=False
    )
    making_name = line("制作结果步骤", 80, "即办件留空。")
    making_performer = line("制作人员", 100)
    making_limit_wd = number("制作结果时限（工作日）", default=0)
    issue_name = line("出件步骤", 80)
    issue_performer = line("出件人员", 100)
    issue_limit_wd = number("出件时限（工作日）", default=0)
    special_procedures = stream("特别程序", blocks.SpecialProcedureBlock(), "procedure")
    tolerant_supported = tick("支持告知承诺或者容缺")
    prereview_supported = tick("支持预审")
    agency = tick("支持代办")
    is_investment = tick("投资项目事项")
    is_construction = tick("工程建设项目事项")
    unified_window = tick("一窗受理", default=True)
    paper_required = tick("纸质材料流转", "不勾选的，纸质材料留在窗口，部门用扫描件办理。", default=True)
    intermediaries = stream("中介服务", blocks.IntermediaryBlock(), "intermediary")

    # 收费与结果
    fee_charged = tick("收费")
    fee_item = line("收费项目", 200)
    fee_standard = line("收费标准", 500)
    fee_basis = line("收费依据", 500)
    fee_reducible = tick("允许减免")
    fee_reduction_basis = line("减免依据", 500)
    fee_pay_methods = several("收费方式", choices.PAY_METHODS)
    fee_online_pay = tick("可网上支付")
    fee_note = line("收费说明", 500)
    results = stream("审批结果", blocks.ResultBlock(), "result")
    delivery = several("送达方式", choices.DELIVERIES)
    delivery_limit = number("送达期限（工作日）", default=10)
    mail_delivery = tick("支持物流快递")

    # 依据与问答
    legal_bases = stream("设定依据", blocks.BasisBlock(), "basis")
    faqs = stream("常见问题", blocks.FaqBlock(), "faq", "行政许可至少写一个。")
    rights_duties = lines("权利与义务")
    remedies = lines("复议与诉讼", "部门、地址、电话。")
    confidence = one_of("把握程度", choices.CONFIDENCES)
    verify = stream("待核事项", blocks.LineBlock(), "line", "发布前要核对的疑点，不公布。")
    note = lines("备注")

    # 办理地点
    visits = number("到办事现场次数", "最多跑一次：0或者1。", default=1)
    visits_reason = line("必须到现场的原因", 300)
    channels = several("办理形式", choices.CHANNELS)
    online = tick("可网上办理")
    online_url = line("网办地址", 300)
    online_depth = several("网上办理深度", choices.ONLINE_DEPTHS)
    in_hall = tick("进驻政务大厅", default=True)
    hall_mode = one_of("入驻方式", choices.HALL_MODES)
    cross_region = one_of("通办范围", choices.CROSS_REGIONS)
    bookable = tick("支持预约")
    self_service = tick("支持自助终端")
    place_address = line("办理地址", 200, "与中心相同的，本页各项都留空。")
    place_hours = line("办理时间", 200)
    place_window_no = line("窗口号", 60)
    place_traffic = line("交通指引", 300)
    place_coordinates = line("坐标", 40)
    consult_phone = line("咨询电话", 100, "带区号，例如0575-12345678；与监督投诉电话不能相同。")
    consult_address = line("咨询地址", 200)
    consult_url = line("咨询网址", 200)
    consult_email = line("咨询邮箱", 100)
    complain_phone = line("监督投诉电话", 100)
    complain_address = line("监督投诉地址", 200)
    complain_url = line("监督投诉网址", 200)
    complain_email = line("监督投诉邮箱", 100)

    class Meta:
        abstract = True


PARTS = ("fee", "place", "consult", "complain")
"""Parts of the definition whose elements stand on the page with the part's name before them."""
LIMITS = {"statutory_limit": "statutory", "promised_limit": "promised"}
DESK_STEPS = {"acceptance": "acceptance", "result": "making", "issue": "issue"}
RENAMED = {"name": "title", "form": "form_fields"}
SPECIAL = {"name", "form", "route", *LIMITS, *PARTS}
PLAIN = tuple(name for name in ItemDefinition.model_fields if name not in SPECIAL)
"""Elements that have the same name on the page and in the definition."""
