"""Every element of an item is read by something: what it changes is named here, and changing it changes that.

An element that nobody is shown and that nothing reads has no place in the editor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from pages.elements import fill
from pages.models import HomePage
from portal.cases.clocks.limits import limits
from portal.cases.models import Task
from portal.cases.routes.dispatch import make_tasks
from portal.catalog.drawing.chart import process_chart_steps
from portal.catalog.editions.publishing import examine
from portal.catalog.finding.indexing import Draft, Sources
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.papers.item_papers import around, checklist, leaflet
from portal.catalog.schema.definition import ItemDefinition
from tests.cast import received_case
from tests.pages.acts import guide
from tests.pages.test_elements import full

pytestmark = [pytest.mark.django_db, pytest.mark.once]
START = date(2017, 3, 15)

G, X, F, C, L, T, P = "guide", "index", "findings", "chart", "limits", "tasks", "papers"

ITEM: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "事项名称": ("name", "另一个名称", (G, X)),
    "日常用语": ("short_name", "另一种叫法", (X,)),
    "子项 / 业务办理项名称": ("sub_item_name", "另一个子项", (G, X)),
    "基本编码": ("catalog_code", "000117051000", (G,)),
    "实施编码": ("impl_code", "11330600999999015A3000117051000", (G,)),
    "业务办理项编码": ("handle_item_code", "11330600999999015A300011705100001", (G,)),
    "地方基本编码": ("local_catalog_code", "许可-00156-000", (G,)),
    "地方实施编码": ("local_impl_code", "0156-甲", (G,)),
    "事项类型": ("item_type", "行政确认", (G, X)),
    "设定依据": ("legal_bases", [{"law": "《另一部法》", "article": "第九条"}], (G,)),
    "行使层级": ("level", "县级", (G,)),
    "权限划分": ("power_division", "市级权限的划分", (G,)),
    "行使内容": ("exercise_content", "本级行使的内容", (G,)),
    "权力来源": ("power_source", "上级委托", (G,)),
    "实施主体": ("lead_dept", "sx-gtj", (F, X)),
    "实施主体性质": ("dept_nature", "授权组织", (G,)),
    "委托部门": ("entrusting_dept", "某委托部门", (G,)),
    "受理机构": ("accept_org", "某受理机构", (G,)),
    "决定机构": ("decide_org", "某决定机构", (G,)),
    "责任处(科)室": ("duty_office", "某责任科室", (G,)),
    "联办机构(共同实施部门)": ("coop_depts", ["sx-mzj"], (X,)),
    "计划生效日期": ("effective_from", "2017-05-01", (G,)),
    "计划取消日期": ("cancel_on", "2027-05-01", (G,)),
    "事项审查类型": ("review_type", "并联审批", (G,)),
    "办件类型": ("case_type", "instant", (F,)),
    "服务对象": ("service_objects", ["自然人"], (G, X)),
    "主题分类（个人）": ("topics_person", ["户籍办理"], (X,)),
    "主题分类（法人）": ("topics_corp", ["商务贸易"], (X,)),
    "受理条件": ("conditions", ["有一个固定的条件"], (G, P)),
    "禁止性要求": ("prohibitions", ["不得转让"], (G, P)),
    "数量限制": ("quota", "十二个", (G,)),
    "法定办结时限": ("statutory_limit.value", 19, (G, L)),
    "法定时限单位": ("statutory_limit.unit", "ND", (G, L)),
    "承诺办结时限": ("promised_limit.value", 3, (G, L, F)),
    "承诺时限单位": ("promised_limit.unit", "ND", (G, L)),
    "延长规定": ("extension_note", "另有延长的规定", (G,)),
    "特别程序": ("special_procedures.0.kind", "听证", (G,)),
    "特别程序的时限": ("special_procedures.0.limit_wd", 17, (G,)),
    "特别程序的依据": ("special_procedures.0.basis", "另一个依据", (G,)),
    "特别程序是否收费": ("special_procedures.0.charged", False, (G,)),
    "特别程序的收费依据": ("special_procedures.0.fee_basis", "另一个收费依据", (G,)),
    "特别程序是否计入法定时限": ("special_procedures.0.counted", True, (G,)),
    "特别程序的说明": ("special_procedures.0.note", "另一个说明", (G,)),
    "步骤名称": ("route.stages.0.steps.0.name", "另一种审查", (C, T)),
    "步骤的承办部门": ("route.stages.0.steps.0.department", "sx-gtj", (C, T)),
    "步骤的时限": ("route.stages.0.steps.0.limit_wd", 9, (C, T, F)),
    "步骤的承办人": ("route.stages.0.steps.0.performer", "另一位经办人", (C,)),
    "步骤是否接收纸质材料": ("route.stages.0.steps.0.takes_paper", None, (T,)),
    "步骤的上报机关": ("route.stages.0.steps.0.report_to", "省住房和城乡建设厅", (C,)),
    "步骤是否可启动特别程序": ("route.stages.0.steps.0.special_allowed", None, (C,)),
    "步骤形成的文书": ("route.stages.0.steps.0.output", "另一份审查意见", (C,)),
    "步骤的办理标准": ("route.stages.0.steps.0.standard", "酌情处理", (F,)),
    "办理形式": ("channels", ["快递"], (G, X)),
    "到办事现场次数": ("visits", 2, (G, F)),
    "必须现场办理原因": ("visits_reason", "须当面核对原件", (G,)),
    "是否网办": ("online", None, (G, X)),
    "网上办理深度": ("online_depth", ["咨询", "收件"], (X,)),
    "是否进驻政务大厅": ("in_hall", None, (G,)),
    "入驻方式": ("hall_mode", "分中心", (G,)),
    "办理地点": ("place.address", "另一个地址", (G, P)),
    "办理时间": ("place.hours", "只在上午", (G, P)),
    "窗口号": ("place.window_no", "Z99", (G, P)),
    "交通指引": ("place.traffic", "乘另一路车", (G, P)),
    "坐标": ("place.coordinates", "30.01,120.58", (G,)),
    "咨询方式": ("consult.phone", "0575-00000077", (G, P)),
    "监督投诉方式": ("complain.phone", "0575-00000078", (G, P)),
    "通办范围": ("cross_region", "全国", (G,)),
    "是否支持预约": ("bookable", None, (G,)),
    "是否支持物流快递": ("mail_delivery", None, (G,)),
    "是否支持自助终端": ("self_service", None, (G,)),
    "是否支持代办": ("agency", None, (G,)),
    "是否支持预审": ("prereview_supported", None, (G,)),
    "是否投资项目": ("is_investment", None, (G,)),
    "是否工程建设项目": ("is_construction", None, (G,)),
    "是否一窗受理": ("unified_window", None, (G,)),
    "受理环节": ("stage", "验收", (X,)),
    "是否需要纸质材料流转": ("paper_required", False, (F,)),
    "中介服务": ("intermediaries", [{"name": "另一种检测", "basis": "依据"}], (G,)),
    "常见问题": ("faqs", [{"question": "另一个问题？", "answer": "另一个回答。"}], (G,)),
    "权利义务": ("rights_duties", "另外的权利和义务", (G,)),
    "行政复议 / 诉讼": ("remedies", "另外的复议机关", (G,)),
    "审批结果名称": ("results.0.name", "另一份许可证", (G,)),
    "结果类型": ("results.0.type", "其他", (G,)),
    "办结方式": ("results.0.finish", "出文办结", (F,)),
    "有效期": ("results.0.validity", "十一年", (G,)),
    "送达方式": ("delivery", ["网上下载"], (G,)),
    "送达期限": ("delivery_limit", 3, (G,)),
    "是否收费": ("fee.charged", False, (G,)),
    "收费项目名称": ("fee.item", "另一项费", (G,)),
    "收费标准": ("fee.standard", "81元", (G,)),
    "收费依据": ("fee.basis", "另一份文件", (G,)),
    "是否允许减免": ("fee.reducible", True, (G,)),
    "收费方式": ("fee.pay_methods", ["现金"], (G,)),
    "是否网上支付": ("fee.online_pay", True, (G,)),
    "材料名称": ("materials.0.name", "另一份材料", (G, P)),
    "材料类型": ("materials.0.doc_kind", "其他", (G,)),
    "材料形式": ("materials.0.form", "电子", (G,)),
    "原件份数": ("materials.0.original_copies", 7, (G, P)),
    "复印件份数": ("materials.0.photocopies", 8, (G, P)),
    "纸质规格": ("materials.0.paper_size", "A3", (G, P)),
    "原件或复印件要求": ("materials.0.original_rule", "只核验原件", (G,)),
    "收复印件核原件": ("materials.0.verify_original", None, (P,)),
    "材料必要性": ("materials.5.necessity", "required", (G, P)),
    "来源渠道": ("materials.0.source", "中介机构出具", (G, P)),
    "来源说明": ("materials.0.source_note", "另一个来源说明", (G, P)),
    "出具机构": ("materials.0.source_org", "另一个出具机构", (G, P)),
    "出具时间要求": ("materials.0.issue_time_rule", "9个月内", (G, P)),
    "受理标准": ("materials.0.accept_standard", "另一个受理标准", (G, P)),
    "填报须知": ("materials.0.fill_notes", "用红笔填写", (G, P)),
    "要求提供材料的依据": ("materials.0.basis", "另一部法第九条", (G,)),
    "可共享 / 免交": ("materials.0.shareable", None, (G, P)),
    "共享来源": ("materials.0.share_source", "另一个证照库", (G,)),
    "排序 / 备注": ("materials.0.remark", "另一个备注", (G,)),
}
"""Element of the list → where it stands in the definition, another value (None: the opposite), what must change."""


def base() -> ItemDefinition:
    """An item that uses what the table changes: a special procedure, shared material, no step that takes paper."""
    data: Any = full(code="TZ-09").model_dump(mode="json")
    procedure = {"kind": "专家评审", "limit_wd": 5, "charged": True, "fee_basis": "文件", "basis": "依据"}
    data["special_procedures"] = [procedure]
    data["materials"][0] |= {"shareable": True, "share_source": "证照库"}
    for stage in data["route"]["stages"]:
        for step in stage["steps"]:
            step["takes_paper"] = False
    return ItemDefinition.model_validate(data)


def outputs(definition: ItemDefinition) -> dict[str, Callable[[], Any]]:
    return {
        G: lambda: guide_text(definition),
        X: lambda: index_of(definition),
        F: lambda: [(found.rule, found.field, found.message) for found in examine(definition)],
        C: lambda: process_chart_steps(definition),
        L: lambda: limits(definition, START),
        T: lambda: tasks_of(definition),
        P: lambda: papers_of(definition),
    }


def guide_text(definition: ItemDefinition) -> str:
    """The guide as an editor previews it: what citizens read once it is published."""
    page = guide()
    fill(page, definition)
    request = RequestFactory().get("/")
    request.user, request.is_preview = AnonymousUser(), True
    return render_to_string("pages/guide_page.html", page.get_context(request), request)


def item_of(definition: ItemDefinition) -> ServiceItem:
    """The item as it would stand with this definition in force; nothing is written."""
    item = ServiceItem.objects.get(code="TZ-09")
    item.current_edition = Edition(item=item, number=9, definition=definition.model_dump(mode="json"))
    return item


def index_of(definition: ItemDefinition) -> Any:
    draft = Draft(item_of(definition), Sources())
    return draft.columns(), sorted((mark.facet, mark.value) for mark in draft.marks())


def papers_of(definition: ItemDefinition) -> Any:
    surroundings = around(ServiceItem.objects.get(code="TZ-09"))
    return leaflet(definition, surroundings), checklist(definition, surroundings, {}, "/form/")


def tasks_of(definition: ItemDefinition) -> list[tuple[Any, ...]]:
    """The tasks that a case of this definition is made of."""
    case = received_case("TZ-09")
    data = definition.model_dump(mode="json")
    number = 90 + Edition.objects.count()
    case.edition = Edition.objects.create(item=case.item, number=number, definition=data, sha256=definition.digest())
    case.situation = {"q1": ["a1"]}
    make_tasks(case)
    fields = ("name", "department__code", "limit_days", "takes_paper", "is_lead", "kind", "deemed_consent")
    return list(Task.objects.filter(case=case).order_by("stage", "step").values_list(*fields))


def changed(definition: ItemDefinition, path: str, value: Any) -> ItemDefinition:
    """The definition with another value at this path; None: the opposite of what stands there."""
    data: Any = definition.model_dump(mode="json")
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = data
    for part in way:
        place = place[part]
    before = place[last]
    place[last] = (not before) if value is None else value
    assert place[last] != before, f"{path} already has that value"
    return ItemDefinition.model_validate(data)


@pytest.mark.parametrize("element", list(ITEM))
def test_changing_an_element_changes_what_reads_it(element: str, small_site: HomePage) -> None:
    path, value, readers = ITEM[element]
    before, after = outputs(base()), outputs(changed(base(), path, value))
    silent = [name for name in readers if before[name]() == after[name]()]
    assert silent == []


ELSEWHERE = {
    "code": "the number of the item itself",
    "zone": "which windows take the item in: tests of intake",
    "questions": "situations: tests/cases/test_situations.py",
    "form": "the application form: tests of answers and ledgers",
    "online_url": "shown with what is handled online",
    "tolerant_supported": "said in the handbook until tolerant acceptance can be done at the window",
    "confidence": "for editors only: how sure they are",
    "verify": "for editors only: doubts to settle before publishing",
    "note": "for editors only",
}
"""Elements of the schema without a line in the table, and why."""


def test_no_element_of_the_schema_is_without_a_reader() -> None:
    named = {path.split(".")[0] for path, _, _ in ITEM.values()}
    assert named | set(ELSEWHERE) == set(ItemDefinition.model_fields)
    assert not named & set(ELSEWHERE)
