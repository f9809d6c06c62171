"""The tabs of the editors of guides and themes, in the order in which an editor thinks of an item or a theme."""

from __future__ import annotations

from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
)

from pages.panels import FindingTabs, PreflightPanel, ThemePanel


def panels(*names: str) -> list[Panel]:
    return [FieldPanel(name) for name in names]


def group(heading: str, *names: str, folded: bool = False) -> MultiFieldPanel:
    return MultiFieldPanel(panels(*names), heading=heading, classname="collapsed" if folded else "")


def row(*names: str, **called: str) -> FieldRowPanel:
    """Fields beside each other; `called`: by a shorter name, below a heading that says the rest."""
    return FieldRowPanel([*panels(*names), *(FieldPanel(name, heading=label) for name, label in called.items())])


def limit(heading: str, name: str, *more: Panel) -> MultiFieldPanel:
    fields = {f"{name}_value": "时限", f"{name}_unit": "单位", f"{name}_note": "说明"}
    return MultiFieldPanel([row(**fields), *more], heading=heading)


def desk_step(heading: str, name: str) -> MultiFieldPanel:
    fields = {f"{name}_name": "步骤", f"{name}_performer": "人员", f"{name}_limit_wd": "时限（工作日）"}
    return MultiFieldPanel([row(**fields)], heading=heading)


BASICS = [
    PreflightPanel(heading="发布前检查"),
    FieldPanel("title", heading="事项名称", help_text="用法律法规规定的名称，不超过200个字。"),
    row("code", "short_name"),
    row("zone", "item_type", "case_type"),
    row("lead_dept", "level", "review_type"),
    FieldPanel("service_objects"),
    FieldPanel("coop_depts"),
    FieldPanel("intro"),
    group("主题分类", "topics_person", "topics_corp", folded=True),
    MultiFieldPanel(
        [row("catalog_code", "impl_code", "handle_item_code"), row("local_catalog_code", "local_impl_code")],
        heading="编码",
        classname="collapsed",
    ),
    MultiFieldPanel(
        [
            row("power_source", "dept_nature", "stage"),
            row("entrusting_dept", "accept_org", "decide_org", "duty_office"),
            *panels("sub_item_name", "power_division", "exercise_content"),
            row("effective_from", "cancel_on"),
        ],
        heading="职权与期限",
        classname="collapsed",
    ),
]
MATERIALS = panels("conditions", "questions", "materials", "prohibitions", "quota")
FORM = panels("form_fields")
ROUTE = [
    limit("承诺办结时限", "promised"),
    limit("法定办结时限", "statutory", FieldPanel("extension_note")),
    desk_step("窗口受理", "acceptance"),
    FieldPanel("stages"),
    desk_step("制作结果", "making"),
    desk_step("统一出件", "issue"),
    *panels("special_procedures", "intermediaries"),
    group(
        "办理方式",
        "paper_required",
        "unified_window",
        "tolerant_supported",
        "prereview_supported",
        "agency",
        "is_investment",
        "is_construction",
        folded=True,
    ),
]
FEES = [
    FieldPanel("fee_charged"),
    row("fee_item", "fee_standard"),
    FieldPanel("fee_basis"),
    group(
        "减免与支付",
        "fee_reducible",
        "fee_reduction_basis",
        "fee_pay_methods",
        "fee_online_pay",
        "fee_note",
        folded=True,
    ),
    FieldPanel("results"),
    *panels("delivery", "delivery_limit", "mail_delivery"),
]
BASES = panels("legal_bases", "faqs", "rights_duties", "remedies", "verify", "confidence", "note")
PLACES = [
    row("visits", "visits_reason"),
    group("怎么办理", "channels", "online", "online_url", "online_depth", "bookable", "self_service", "cross_region"),
    group("在哪里办理", "in_hall", "hall_mode", "place_address", "place_hours", "place_window_no", "place_traffic"),
    group("咨询", "consult_phone", "consult_address", "consult_url", "consult_email"),
    group("监督投诉", "complain_phone", "complain_address", "complain_url", "complain_email"),
    FieldPanel("place_coordinates"),
]
PUBLICATION = [*panels("edition_note", "slug", "search_description"), PublishingPanel(), CommentPanel()]

EDIT_HANDLER = FindingTabs(
    [
        ObjectList(BASICS, heading="基本"),
        ObjectList(MATERIALS, heading="条件与材料"),
        ObjectList(FORM, heading="表单"),
        ObjectList(ROUTE, heading="流程与时限"),
        ObjectList(FEES, heading="收费与结果"),
        ObjectList(BASES, heading="依据与问答"),
        ObjectList(PLACES, heading="办理地点"),
        ObjectList(PUBLICATION, heading="发布"),
    ]
)

THEME = [
    ThemePanel(heading="发布前检查"),
    FieldPanel("title", heading="主题名称", help_text="老百姓怎么说，例如“开饭店一件事”，不超过200个字。"),
    row("code", "zone", "lead"),
    *panels("items", "note"),
]
THEME_HANDLER = TabbedInterface(
    [
        ObjectList(THEME, heading="基本"),
        ObjectList(panels("stages"), heading="阶段"),
        ObjectList(panels("requires", "dependencies", "joint_actions"), heading="先后和联合"),
        ObjectList(PUBLICATION, heading="发布"),
    ]
)
