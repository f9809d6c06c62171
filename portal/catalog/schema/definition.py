"""The one schema of an item: page, chart, checklist, route, limits, slips and handbook are all read from it.

Elements and codes follow GB/T 39046—2020. A definition is frozen; a change is a new edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from portal.catalog.schema import sets
from portal.catalog.schema.able import Ability, can
from portal.catalog.schema.basis import LegalBasis
from portal.catalog.schema.choices import CASE_TYPES
from portal.catalog.schema.procedure import Procedure, procedure_of
from portal.catalog.schema.questions import Answers, FormField, Part, Question, When, all_hold, choice_text
from portal.catalog.schema.today import OfToday
from portal.lib.digests import canonical, digest
from portal.lib.words import all_of, condition

UNIT_NAMES = {"WD": "个工作日", "ND": "个自然日", "MONTH": "个月"}
LEGAL_DELIVERY_DAYS = 10
"""Working days within which a decision must be delivered (行政许可法 art. 44); an item may only be quicker."""


class Limit(Part):
    """A time limit; `value` None means that the law sets none, 0 means on the spot."""

    value: int | None = Field(default=None, ge=0, title="时限")
    unit: Literal["WD", "ND", "MONTH"] = Field(default="WD", title="单位")
    note: str = Field(default="", title="说明")

    def days_text(self) -> str:
        """5个工作日, 即办, or 无法定时限."""
        if self.value is None:
            return "无法定时限"
        return f"{self.value}{UNIT_NAMES[self.unit]}" if self.value else "即办"


class FileRef(Part):
    """A public file that editors uploaded: the id of the document and the title it had."""

    document: int = Field(ge=1, title="文件")
    title: str = Field(default="", max_length=255, title="标题")


class Material(Part):
    """One line of the material list (申报材料). `key` never changes once it has been used.

    `when` says for which answers of 情形引导 the line applies; without conditions it always does.
    """

    key: str = Field(pattern=r"^m\d{2,3}$")
    name: str = Field(min_length=1, max_length=200, title="材料名称")
    necessity: Literal["required", "optional", "supply_later"] = Field(default="required", title="必要性")
    tolerant: bool = Field(default=False, title="容缺后补")
    source: str = Field(default="", max_length=40, title="来源渠道")
    source_org: str = Field(default="", max_length=100, title="出具机构")
    source_note: str = Field(default="", max_length=300, title="来源说明")
    doc_kind: str = Field(default="", max_length=40, title="材料类型")
    form: str = Field(default="", max_length=40, title="材料形式")
    original_copies: int = Field(default=0, ge=0, le=99, title="原件份数")
    photocopies: int = Field(default=0, ge=0, le=99, title="复印件份数")
    paper_size: str = Field(default="", max_length=20, title="纸质规格")
    original_rule: str = Field(default="", max_length=40, title="原件或复印件要求")
    verify_original: bool = Field(default=False, title="核验原件")
    issue_time_rule: str = Field(default="", max_length=100, title="出具时间要求")
    shareable: bool = Field(default=False, title="可共享免交")
    share_source: str = Field(default="", max_length=100, title="共享来源")
    accept_standard: str = Field(default="", max_length=1000, title="受理标准")
    fill_notes: str = Field(default="", max_length=1000, title="填报须知")
    basis: str = Field(default="", max_length=500, title="要求提供的依据")
    blank_form: FileRef | None = Field(default=None, title="空白表格")
    sample: FileRef | None = Field(default=None, title="示例样表")
    remark: str = Field(default="", max_length=500, title="备注")
    when: tuple[When, ...] = Field(default=(), title="适用情形")

    @property
    def is_tolerated(self) -> bool:
        """Whether the item allows to hand it in later; `may_follow` says whether the window does."""
        return self.tolerant or self.necessity == "supply_later"

    @property
    def may_follow(self) -> bool:
        """Whether a case is taken in without it today, on a promise to hand it in later (容缺受理)."""
        return self.is_tolerated and can(Ability.TOLERANCE)


class ResultPaper(Part):
    """What the applicant gets (审批结果). `finish`: 出证办结, 出文办结 or 审批办结."""

    name: str = Field(min_length=1, max_length=200, title="结果名称")
    type: str = Field(default="", max_length=40, title="结果类型")
    finish: str = Field(default="", max_length=40, title="办结方式")
    validity: str = Field(default="", max_length=100, title="有效期")
    sample: FileRef | None = Field(default=None, title="结果样本")


class Fee(Part):
    """收费: charged needs name, standard and basis (行政许可法 art. 58)."""

    charged: bool = Field(default=False, title="是否收费")
    item: str = Field(default="", max_length=200, title="收费项目")
    standard: str = Field(default="", max_length=500, title="收费标准")
    basis: str = Field(default="", max_length=500, title="收费依据")
    reducible: bool = Field(default=False, title="允许减免")
    reduction_basis: str = Field(default="", max_length=500, title="减免依据")
    pay_methods: sets.PayMethods = Field(default=(), title="收费方式")
    online_pay: bool = Field(default=False, title="可网上支付")
    note: str = Field(default="", max_length=500, title="说明")

    @property
    def before_pickup(self) -> str:
        """What must be done before a result is handed out; empty where nothing is charged."""
        return f"领取前须缴清{self.item}" if self.charged else ""

    @property
    def charge_text(self) -> str:
        return "收费" if self.charged else "不收费"

    @property
    def text(self) -> str:
        """What is charged and how much: 不动产登记费：每件80元."""
        return f"{self.item}：{self.standard}" if self.charged else "不收费"


class SpecialProcedure(Part):
    """特别程序: what may stop the clock. `counted`: its time counts within the statutory limit."""

    kind: str = Field(min_length=1, max_length=60, title="种类")
    limit_wd: int | None = Field(default=None, ge=0, le=999, title="时限（工作日）")
    basis: str = Field(default="", max_length=300, title="依据")
    charged: bool = Field(default=False, title="收费")
    fee_basis: str = Field(default="", max_length=300, title="收费依据")
    counted: bool = Field(default=False, title="计入法定时限")
    note: str = Field(default="", max_length=500, title="说明")

    @property
    def text(self) -> str:
        """The procedure as the guide says it: how long, whether that counts, what it costs, on what basis."""
        time = f"，{self.limit_wd}个工作日" if self.limit_wd is not None else ""
        counted = "计入法定时限" if self.counted else "不计入法定时限"
        basis = f"（{self.fee_basis}）" if self.fee_basis else ""
        fee = f"，收费{basis}" if self.charged else ""
        more = [part for part in (self.note, self.basis and f"依据：{self.basis}") if part]
        return f"{self.kind}{time}，{counted}{fee}" + "".join(f"；{part}" for part in more)


class Contact(Part):
    """咨询 or 监督投诉: where people turn to. An empty one means the centre's own."""

    phone: str = Field(default="", max_length=100, title="电话")
    address: str = Field(default="", max_length=200, title="地址")
    url: str = Field(default="", max_length=200, title="网址")
    email: str = Field(default="", max_length=100, title="电子邮箱")


class Place(Part):
    """办理地点. Empty elements mean the centre's own; coordinates are decimal degrees."""

    address: str = Field(default="", max_length=200, title="地址")
    hours: str = Field(default="", max_length=200, title="办理时间")
    window_no: str = Field(default="", max_length=60, title="窗口号")
    traffic: str = Field(default="", max_length=300, title="交通指引")
    coordinates: str = Field(default="", max_length=40, title="坐标")


class Faq(Part):
    question: str = Field(min_length=1, max_length=300, title="问")
    answer: str = Field(min_length=1, max_length=2000, title="答")


class Intermediary(Part):
    """中介服务 that the item needs, with the law that demands it."""

    name: str = Field(min_length=1, max_length=200, title="名称")
    basis: str = Field(default="", max_length=500, title="依据")


class Step(Part):
    """What one department does in one stage. `takes_paper`: the originals travel to it.

    `deemed_consent`: silence until the limit counts as agreement (opinions only). `special_allowed`: special
    procedures may stop the clock here. `report_to`: the authority above, outside the centre, to which the department
    passes the case on (上报, 转报), and whose answer it brings back. `when`: for which answers of
    情形引导 the step is taken.
    """

    key: str = Field(pattern=r"^s\d{1,3}$")
    name: str = Field(min_length=1, max_length=80, title="步骤")
    department: str = Field(max_length=40, title="承办部门代码")
    performer: str = Field(default="", max_length=100, title="承办人")
    kind: Literal["review", "opinion", "report", "decision"] = Field(title="类别")
    is_lead: bool = Field(default=False, title="牵头")
    limit_wd: int = Field(ge=0, le=999, title="时限（工作日）")
    takes_paper: bool = Field(default=False, title="接收纸质材料")
    deemed_consent: bool = Field(default=False, title="逾期视为同意")
    special_allowed: bool = Field(default=False, title="可启动特别程序")
    standard: str = Field(default="", max_length=500, title="办理标准")
    output: str = Field(default="", max_length=200, title="形成文书")
    report_to: str = Field(default="", max_length=100, title="上报机关")
    when: tuple[When, ...] = Field(default=(), title="适用情形")


class Stage(Part):
    """Steps that run in parallel. `join`: over when all are done, or as soon as the lead's step is."""

    key: str = Field(pattern=r"^g\d{1,3}$")
    steps: tuple[Step, ...] = Field(min_length=1)
    join: Literal["all", "lead"] = Field(default="all", title="汇合规则")

    @property
    def limit_wd(self) -> int:
        """A parallel group counts with its longest step."""
        return max(step.limit_wd for step in self.steps)


class DeskStep(Part):
    """What happens before and after the departments: at the window, in the making of the result, at the counter."""

    name: str = Field(min_length=1, max_length=80, title="步骤")
    performer: str = Field(default="", max_length=100, title="承办人")
    limit_wd: int = Field(default=0, ge=0, le=999, title="时限（工作日）")


class Route(Part):
    """受理 → stages → 制证 → 出件."""

    acceptance: DeskStep = DeskStep(name="受理")
    stages: tuple[Stage, ...] = Field(min_length=1, title="办理环节")
    result: DeskStep | None = None
    issue: DeskStep = DeskStep(name="出件")

    @property
    def limit_wd(self) -> int:
        """The sum that must equal the promise."""
        return self.desk_limit_wd + sum(stage.limit_wd for stage in self.stages)

    @property
    def desk_limit_wd(self) -> int:
        """What the window, the making of the result and the counter take."""
        return self.acceptance.limit_wd + (self.result.limit_wd if self.result else 0) + self.issue.limit_wd

    def steps(self) -> Iterator[Step]:
        for stage in self.stages:
            yield from stage.steps


class Definition(Part):
    """What is published in editions: one code, one digest."""

    code: str

    def canonical(self) -> str:
        """JSON with sorted keys: the same definition always gives the same bytes."""
        return canonical(self.model_dump(mode="json"))

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, hex."""
        return digest(self.model_dump(mode="json"))


class ItemDefinition(OfToday, Definition):
    """Everything about one service item (事项). Values that are a choice are kept as their Chinese label."""

    code: str = Field(pattern=r"^[A-Z]{2,3}-\d{2,4}$", title="事项编码")
    name: str = Field(min_length=1, max_length=200, title="事项名称")
    short_name: str = Field(default="", max_length=100, title="日常用语")
    sub_item_name: str = Field(default="", max_length=200, title="业务办理项名称")
    catalog_code: str = Field(default="", pattern=r"^[0-9A-Z]{0,12}$", title="基本编码")
    impl_code: str = Field(default="", pattern=r"^[0-9A-Z]{0,36}$", title="实施编码")
    handle_item_code: str = Field(default="", pattern=r"^[0-9A-Z]{0,50}$", title="业务办理项编码")
    local_catalog_code: str = Field(default="", max_length=50, title="地方基本编码")
    local_impl_code: str = Field(default="", max_length=50, title="地方实施编码")
    zone: str = Field(max_length=40, title="受理区")
    stage: str = Field(default="", max_length=20, title="投资项目环节")
    item_type: str = Field(min_length=1, max_length=20, title="事项类型")
    case_type: Literal["instant", "promised"] = Field(title="办件类型")
    review_type: str = Field(default="", max_length=20, title="审查类型")
    level: str = Field(default="", max_length=20, title="行使层级")
    power_source: str = Field(default="", max_length=20, title="权力来源")
    power_division: str = Field(default="", max_length=1000, title="权限划分")
    exercise_content: str = Field(default="", max_length=1000, title="行使内容")
    service_objects: sets.ServiceObjects = Field(default=(), title="服务对象")
    topics_person: sets.TopicsPerson = Field(default=(), title="个人主题")
    topics_corp: sets.TopicsCorp = Field(default=(), title="法人主题")
    lead_dept: str = Field(max_length=40, title="实施主体")
    dept_nature: str = Field(default="", max_length=20, title="实施主体性质")
    entrusting_dept: str = Field(default="", max_length=100, title="委托部门")
    accept_org: str = Field(default="", max_length=100, title="受理机构")
    decide_org: str = Field(default="", max_length=100, title="决定机构")
    duty_office: str = Field(default="", max_length=100, title="责任科室")
    coop_depts: sets.Bodies = Field(default=(), title="联办机构")
    effective_from: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", title="计划生效日期")
    cancel_on: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", title="计划取消日期")
    legal_bases: tuple[LegalBasis, ...] = Field(default=(), title="设定依据")
    conditions: tuple[str, ...] = Field(default=(), title="受理条件")
    prohibitions: tuple[str, ...] = Field(default=(), title="禁止性要求")
    quota: str = Field(default="", max_length=100, title="数量限制")
    questions: tuple[Question, ...] = Field(default=(), title="情形引导")
    materials: tuple[Material, ...] = Field(default=(), title="申报材料")
    form: tuple[FormField, ...] = Field(default=(), title="申请表字段")
    statutory_limit: Limit | None = Field(default=None, title="法定办结时限")
    extension_note: str = Field(default="", max_length=500, title="延长规定")
    promised_limit: Limit = Field(title="承诺办结时限")
    special_procedures: tuple[SpecialProcedure, ...] = Field(default=(), title="特别程序")
    route: Route = Field(title="办理流程")
    visits: int = Field(default=1, ge=0, le=9, title="到办事现场次数")
    visits_reason: str = Field(default="", max_length=300, title="必须到现场的原因")
    channels: sets.Channels = Field(default=(), title="办理形式")
    online: bool = Field(default=False, title="可网上办理")
    online_url: str = Field(default="", max_length=300, title="网办地址")
    online_depth: sets.OnlineDepths = Field(default=(), title="网上办理深度")
    cross_region: str = Field(default="", max_length=20, title="通办范围")
    bookable: bool = Field(default=False, title="支持预约")
    mail_delivery: bool = Field(default=False, title="支持物流快递")
    self_service: bool = Field(default=False, title="支持自助终端")
    agency: bool = Field(default=False, title="支持代办")
    tolerant_supported: bool = Field(default=False, title="支持告知承诺或容缺")
    prereview_supported: bool = Field(default=False, title="支持预审")
    is_investment: bool = Field(default=False, title="投资项目事项")
    is_construction: bool = Field(default=False, title="工程建设项目事项")
    unified_window: bool = Field(default=True, title="一窗受理")
    in_hall: bool = Field(default=True, title="进驻政务大厅")
    hall_mode: str = Field(default="", max_length=20, title="入驻方式")
    paper_required: bool = Field(default=True, title="纸质材料流转")
    results: tuple[ResultPaper, ...] = Field(default=(), title="审批结果")
    delivery: sets.Deliveries = Field(default=(), title="送达方式")
    delivery_limit: int = Field(default=10, ge=0, le=99, title="送达期限（工作日）")
    fee: Fee = Field(default=Fee(), title="收费")
    intermediaries: tuple[Intermediary, ...] = Field(default=(), title="中介服务")
    faqs: tuple[Faq, ...] = Field(default=(), title="常见问题")
    rights_duties: str = Field(default="", max_length=3000, title="权利与义务")
    remedies: str = Field(default="", max_length=1000, title="复议与诉讼")
    place: Place = Field(default=Place(), title="办理地点")
    consult: Contact = Field(default=Contact(), title="咨询方式")
    complain: Contact = Field(default=Contact(), title="监督投诉方式")
    confidence: str = Field(default="", max_length=20, title="把握程度")
    verify: tuple[str, ...] = Field(default=(), title="待核事项")
    note: str = Field(default="", max_length=1000, title="备注")

    @property
    def case_type_text(self) -> str:
        """即办件 or 承诺件."""
        return CASE_TYPES[self.case_type]

    @property
    def is_instant(self) -> bool:
        return self.case_type == "instant"

    @property
    def procedure(self) -> Procedure:
        """How it is decided, in words and by which law, as its type says."""
        return procedure_of(self.item_type, self.name)

    @property
    def bases_cited(self) -> list[str]:
        """The item's own bases, as papers cite them."""
        return [basis.cited for basis in self.legal_bases]

    @property
    def delivery_days(self) -> int:
        """Working days from the decision to delivery: the item's own, at most the legal ten."""
        return min(self.delivery_limit, LEGAL_DELIVERY_DAYS)

    @property
    def delivery_text(self) -> str:
        """The same as guide, handbook and papers say it."""
        if self.delivery_days == 0:
            return "决定作出当日送达"
        return f"决定作出之日起{self.delivery_days}个工作日内送达"

    def condition_text(self, when: When) -> str:
        """A condition in words, about a question or a field of the form: 是否代办＝是. A key that nothing bears stands
        as it is."""
        for question in self.questions:
            if question.key == when.of:
                return condition(question.text, (choice_text(question.choices, key) for key in when.values))
        for field in self.form:
            if field.key == when.of:
                return condition(field.label, (choice_text(field.choices, key) for key in when.values))
        return condition(when.of, when.values)

    def conditions_text(self, conditions: Iterable[When]) -> str:
        """Conditions that hold together, in words; empty when there are none."""
        return all_of(self.condition_text(when) for when in conditions)

    @property
    def departments(self) -> list[str]:
        """Organisation codes on the route, in order, each once; the lead first."""
        return list(dict.fromkeys([self.lead_dept, *(step.department for step in self.route.steps())]))

    @property
    def speedup(self) -> int | None:
        """By how many percent the promise beats the law; None where the two cannot be compared."""
        law, promise = self.statutory_limit, self.promised_limit
        if law is None or not law.value or promise.value is None or law.unit != promise.unit:
            return None
        return round((1 - promise.value / law.value) * 100)

    def material(self, key: str) -> Material:
        """The line with this key; KeyError when the list has none."""
        for material in self.materials:
            if material.key == key:
                return material
        raise KeyError(key)

    def materials_for(self, answers: Answers) -> tuple[Material, ...]:
        """The lines of the list that apply under these answers of 情形引导."""
        return tuple(material for material in self.materials if all_hold(material.when, answers))

    def stages_for(self, answers: Answers) -> tuple[Stage, ...]:
        """The stages with the steps that apply; a stage without any falls away."""
        taken = (
            (stage, tuple(step for step in stage.steps if all_hold(step.when, answers))) for stage in self.route.stages
        )
        return tuple(stage.model_copy(update={"steps": steps}) for stage, steps in taken if steps)
