"""The blocks an item is put together from. Nothing is required here: a draft may be incomplete, publishing may not.

`key` is the hidden stable name of a part; it is given on the first save and never changes (`pages.elements`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django import forms
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup
from wagtail.documents.blocks import DocumentChooserBlock

from portal.catalog.schema import choices
from portal.catalog.schema.choices import Choices, pairs
from portal.catalog.schema.questions import COLUMN_KINDS, FIELD_KINDS
from portal.organisations.models import Organisation

_at_hand: ContextVar[Choices | None] = ContextVar("departments at hand", default=None)


@contextmanager
def departments_read_once() -> Iterator[None]:
    """Whatever is asked within gets the same bodies: every block of a file of items asks for them anew."""
    token = _at_hand.set(departments())
    try:
        yield
    finally:
        _at_hand.reset(token)


def departments() -> Choices:
    """Bodies that stand today, by code."""
    known = _at_hand.get()
    if known is not None:
        return known
    rows = Organisation.objects.standing().order_by("short_name").values_list("code", "short_name")
    return [(code, name) for code, name in rows]


def short(label: str, most: int, help_text: str = "", **kwargs: Any) -> blocks.CharBlock:
    return blocks.CharBlock(label=label, max_length=most, help_text=help_text, required=False, **kwargs)


def long(label: str, most: int, help_text: str = "", rows: int = 2) -> blocks.TextBlock:
    return blocks.TextBlock(label=label, max_length=most, help_text=help_text, required=False, rows=rows)


def number(label: str, help_text: str = "", **kwargs: Any) -> blocks.IntegerBlock:
    return blocks.IntegerBlock(label=label, help_text=help_text, required=False, **kwargs)


def tick(label: str, help_text: str = "") -> blocks.BooleanBlock:
    return blocks.BooleanBlock(label=label, help_text=help_text, required=False, default=False)


class TextChoiceBlock(blocks.ChoiceBlock):
    """A choice among texts: what is stored is the text itself, and needs no look at the choices to be read back.

    Wagtail's own goes through all of them for every value, for one the bodies of the whole city.
    """

    def normalize_choice(self, value: Any) -> Any:
        return value if isinstance(value, str) else super().normalize_choice(value)


def one_of(label: str, values: Any, help_text: str = "", **kwargs: Any) -> blocks.ChoiceBlock:
    return TextChoiceBlock(choices=values, label=label, help_text=help_text, required=False, **kwargs)


class UploadBlock(DocumentChooserBlock):
    """A file that may be missing, and mostly is: then nothing is looked up."""

    def bulk_to_python(self, values: list[int | None]) -> list[Any]:
        return super().bulk_to_python(values) if any(values) else [None] * len(values)

    def deconstruct(self) -> tuple[str, Any, Any]:
        """As the plain one, so that no migration names this class."""
        _, args, kwargs = super().deconstruct()
        return "wagtail.documents.blocks.DocumentChooserBlock", args, kwargs


def upload(label: str, help_text: str = "") -> DocumentChooserBlock:
    return UploadBlock(label=label, help_text=help_text, required=False)


def more(heading: str, *names: str) -> BlockGroup:
    """What is seldom filled in, folded away under a heading; beside it Wagtail would repeat the heading or a field."""
    return BlockGroup(children=list(names), heading=heading, classname="collapsed", label_format=" ")


class KeyBlock(blocks.FieldBlock):
    """The stable name of a part: never shown, never typed."""

    def __init__(self, **kwargs: Any) -> None:
        self.field = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
        super().__init__(label="", form_classname="portal-key", required=False, **kwargs)

    def value_from_form(self, value: Any) -> str:
        return value or ""

    def value_for_form(self, value: Any) -> str:
        return value or ""


class WhenBlock(blocks.StructBlock):
    """One condition: a question or field by its name, and the answers for which it holds."""

    question = short("问题或者字段", 200, "照抄上面的问题或者字段名称。", form_classname="portal-when")
    answers = short("答案", 500, "有几个答案都算的，用“；”隔开。")

    class Meta:
        label = "条件"
        label_format = "{question}：{answers}"
        icon = "help"


def shown_when(label: str, help_text: str) -> blocks.ListBlock:
    return blocks.ListBlock(WhenBlock(), label=label, help_text=help_text, default=[], min_num=0)


class AnswerBlock(blocks.StructBlock):
    """One answer that can be chosen."""

    key = KeyBlock()
    text = short("答案", 100)

    class Meta:
        label = "答案"
        label_format = "{text}"


def options(label: str, help_text: str = "") -> blocks.ListBlock:
    return blocks.ListBlock(AnswerBlock(), label=label, help_text=help_text, default=[])


class BasisBlock(blocks.StructBlock):
    law = short("法律法规名称", 300, "带书名号，例如《中华人民共和国建筑法》。")
    document_number = short("文号", 200, "例如：国务院令第673号。")
    article = short("条款号", 200, "例如：第七条、第八条。")
    text = long("条款内容", 3000)
    issuer = short("颁布机关", 100)
    effective = short("实施日期", 60)

    class Meta:
        label = "依据"
        label_format = "{law}{article}"
        icon = "doc-full"


class QuestionBlock(blocks.StructBlock):
    """One question of 情形引导."""

    key = KeyBlock()
    text = short("问题", 200, "问申请人能直接回答的事实，例如：是否由他人代办。")
    help = short("说明", 500)
    multiple = tick("可以选多个答案")
    choices = options("答案", "至少两个；是非题写“是”和“否”。")

    class Meta:
        label = "问题"
        label_format = "{text}"
        icon = "help"


class MaterialBlock(blocks.StructBlock):
    """One line of the material list."""

    key = KeyBlock()
    name = short("材料名称", 200, "写全称；不写“其他”“相关”“等”。")
    necessity = one_of(
        "必要性", pairs(choices.NECESSITIES), "视情形提交的选“非必要”，并写适用情形。", default="required"
    )
    original_copies = number("原件份数", default=0)
    photocopies = number("复印件份数", default=0)
    accept_standard = long("受理标准", 1000, "窗口照此核对，写可以核对的内容。")
    doc_kind = one_of("材料类型", pairs(choices.DOC_KINDS))
    form = one_of("材料形式", pairs(choices.MATERIAL_FORMS))
    paper_size = one_of("纸质规格", pairs(choices.PAPER_SIZES))
    original_rule = one_of("原件或复印件要求", pairs(choices.ORIGINAL_RULES))
    verify_original = tick("收复印件，核验原件")
    source = one_of("来源渠道", pairs(choices.SOURCES))
    source_org = short("出具机构", 100)
    source_note = short("来源说明", 300)
    issue_time_rule = short("出具时间要求", 100, "例如：受理日前3个月内出具。")
    shareable = tick("可共享免交", "窗口能从证照库或者部门取得的，申请人不用带。")
    share_source = short("共享来源", 100)
    fill_notes = long("填报须知", 1000)
    basis = short("要求提供的依据", 500, "法律法规名称和条款。")
    blank_form = upload("空白表格")
    sample = upload("示例样表")
    when = shown_when("适用情形", "没有条件的，所有申请人都要提交；有几个条件的，要同时符合。")
    remark = short("备注", 500)

    class Meta:
        label = "材料"
        label_format = "{name}"
        icon = "doc-full-inverse"
        form_layout = BlockGroup(
            children=[
                *("key", "name", "necessity", "original_copies", "photocopies", "accept_standard", "when"),
                more("规格与原件", "doc_kind", "form", "paper_size", "original_rule", "verify_original"),
                more(
                    "来源与共享", "source", "source_org", "source_note", "issue_time_rule", "shareable", "share_source"
                ),
                more("表格与说明", "fill_notes", "basis", "blank_form", "sample", "remark"),
            ]
        )


class ColumnBlock(blocks.StructBlock):
    key = KeyBlock()
    label = short("列名", 60)
    kind = one_of("类型", [pair for pair in FIELD_KINDS.items() if pair[0] in COLUMN_KINDS], default="text")
    required = tick("必填")
    choices = options("选项")
    help = short("填写说明", 300)
    pattern = short("格式", 200)

    class Meta:
        label = "列"
        label_format = "{label}"


class FormFieldBlock(blocks.StructBlock):
    """One field of the application form."""

    key = KeyBlock()
    label = short("名称", 100)
    kind = one_of("类型", list(FIELD_KINDS.items()), "已经发布过的字段不能改类型，请删除后新建。", default="text")
    required = tick("必填")
    help = short("填写说明", 500)
    choices = options("选项", "只用于单选和多选。")
    columns = blocks.ListBlock(ColumnBlock(), label="列", help_text="只用于重复填写的行。", default=[])
    pattern = short("格式", 200, "正则表达式，只用于文字，例如 [A-Z]{2}\\d{6}；不懂的留空。")
    when = shown_when("显示条件", "没有条件的，总是显示；有几个条件的，要同时符合。")

    class Meta:
        label = "字段"
        label_format = "{label}"
        icon = "form"
        form_layout = BlockGroup(
            children=[
                *("key", "label", "kind", "required", "help", "choices", "when"),
                more("重复填写的列和格式", "columns", "pattern"),
            ]
        )


class StepBlock(blocks.StructBlock):
    """What one department does in a stage."""

    key = KeyBlock()
    name = short("步骤", 80, "例如：审查、征求意见、审批决定。")
    department = one_of("承办部门", departments)
    kind = one_of("类别", pairs(choices.STEP_KINDS), "全流程正好一个“决定”，由实施主体在最后环节作出。")
    limit_wd = number("时限（工作日）")
    performer = short("承办岗位", 100, "例如：承办人、负责人。")
    takes_paper = tick("接收纸质材料", "不勾选的，部门用扫描件办理。")
    deemed_consent = tick("逾期视为同意", "只用于征求意见，须有依据。")
    special_allowed = tick("可启动特别程序", "例如专家评审、听证、检测。")
    standard = long("办理标准", 500)
    output = short("形成文书", 200)
    report_to = short("上报机关", 100, "只用于上报：本部门报送哪个上级机关，等它答复后再往下办。")
    when = shown_when("适用情形", "没有条件的，总要办理。")

    class Meta:
        label = "步骤"
        label_format = "{name}（{limit_wd}个工作日）"
        form_layout = BlockGroup(
            children=[
                *("key", "name", "department", "kind", "limit_wd", "report_to", "takes_paper"),
                more("更多", "performer", "deemed_consent", "special_allowed", "standard", "output", "when"),
            ]
        )


class StageBlock(blocks.StructBlock):
    """A stage of the route: its steps run in parallel."""

    key = KeyBlock()
    join = one_of("汇合规则", pairs(choices.JOINS), default="all")
    steps = blocks.ListBlock(StepBlock(), label="同时办理的步骤", help_text="一个环节里的步骤并联办理。", default=[])

    class Meta:
        label = "环节"
        label_format = "{join}"
        icon = "list-ul"


class ResultBlock(blocks.StructBlock):
    name = short("结果名称", 200)
    type = one_of("结果类型", pairs(choices.RESULT_TYPES))
    finish = one_of("办结方式", pairs(choices.FINISHES))
    validity = short("有效期", 100)
    sample = upload("结果样本")

    class Meta:
        label = "结果"
        label_format = "{name}"
        icon = "clipboard-list"


class SpecialProcedureBlock(blocks.StructBlock):
    kind = short("种类", 60, "例如：专家评审、听证、检测、现场核查。")
    limit_wd = number("时限（工作日）")
    basis = short("依据", 300)
    counted = tick("计入法定时限")
    charged = tick("收费")
    fee_basis = short("收费依据", 300)
    note = short("说明", 500)

    class Meta:
        label = "特别程序"
        label_format = "{kind}"


class FaqBlock(blocks.StructBlock):
    question = short("问", 300)
    answer = long("答", 2000)

    class Meta:
        label = "问答"
        label_format = "{question}"
        icon = "help"


class IntermediaryBlock(blocks.StructBlock):
    name = short("名称", 200)
    basis = short("依据", 500)

    class Meta:
        label = "中介服务"
        label_format = "{name}"


class LineBlock(blocks.TextBlock):
    """One sentence of a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 1000, "rows": 1, "label": "条", **kwargs})
