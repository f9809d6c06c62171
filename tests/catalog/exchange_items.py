"""Definitions for the tests of import and export: one that uses every element, and any number of strange ones."""

from __future__ import annotations

import typing
from typing import Any

from django.conf import settings
from hypothesis import strategies as st
from pydantic import BaseModel

from portal.catalog.exchange.content import load_items
from portal.catalog.exchange.names import Names, spellings
from portal.catalog.schema import choices
from portal.catalog.schema.definition import ItemDefinition, Limit
from portal.catalog.schema.questions import FIELD_KINDS, When
from portal.lib.content import read_yaml

AWKWARD = "㛃𬱖=+-@'\"\\；;、，,|｜＝\n\r\t :#&*!%{}[]<>_x000D_“”甲乙a1~`\x0b\x85\u2028\ufeff"


def content_names() -> Names:
    """The names of the starting content, without a database."""
    content = read_yaml(settings.CONTENT_DIR / "organisations.yaml")
    bodies = content["organisations"]
    return Names(
        {body["id"]: body["short_name"] for body in bodies},
        {zone["id"]: zone["name"] for zone in content["acceptance_zones"]},
        spellings((body["id"], (body["short_name"], body["full_name"], *body["aliases"])) for body in bodies),
        frozenset(body["id"] for body in bodies),
    )


def content_items() -> list[ItemDefinition]:
    return load_items(settings.CONTENT_DIR)


FILE = {"document": 7, "title": "样表.docx"}
CHOICES = [{"key": "a1", "text": "是"}, {"key": "a2", "text": "否；或者=部分|其他"}, {"key": "a4", "text": "\\空"}]
STEP = {
    "key": "s1", "name": "审查", "department": "sx-jsj", "performer": "承办人", "kind": "review", "is_lead": True,
    "limit_wd": 3, "takes_paper": True, "deemed_consent": False, "special_allowed": True, "standard": "逐项核对。",
    "output": "审查意见", "report_to": "上级机关",
    "when": [{"of": "q1", "values": ["a1", "a2"]}, {"of": "f2", "values": ["a4"]}],
}  # fmt: skip
EVERYTHING: dict[str, Any] = {
    "code": "ZZ-9999", "name": "=全部要素", "short_name": "日常\n用语", "sub_item_name": "+子项",
    "catalog_code": "000117051000", "impl_code": "330602199001010001", "handle_item_code": "1133060099999901",
    "local_catalog_code": "许可-00156-000", "local_impl_code": "0156", "zone": "utility", "stage": "施工许可",
    "item_type": "行政许可", "case_type": "promised", "review_type": "前审后批", "level": "市级",
    "power_source": "法定本级行使", "power_division": "第一行\n第二行", "exercise_content": "-内容",
    "service_objects": ["自然人", "企业法人"], "topics_person": ["户籍办理"], "topics_corp": ["设立变更", "其他"],
    "lead_dept": "sx-jsj", "dept_nature": "法定机关", "entrusting_dept": "某部门", "accept_org": "综合窗口",
    "decide_org": "@市建设局", "duty_office": "审批科", "coop_depts": ["sx-ghj", "sx-gtj"],
    "effective_from": "2017-03-01", "cancel_on": "2027-03-01",
    "legal_bases": [
        {
            "law": "《示例法》", "document_number": "主席令第1号", "article": "第二条", "text": "第一款。\r\n第二款。",
            "issuer": "示例机关", "effective": "2017年1月1日",
        },
        {"law": "《另一部法》"},
    ],
    "conditions": ["有固定场所", "", "= 也是条件"], "prohibitions": ["不得转让"], "quota": "10",
    "questions": [
        {"key": "q1", "text": "是否新建？", "help": "看批文", "multiple": True, "choices": CHOICES},
        {"key": "q3", "text": "a=b；c", "choices": CHOICES[:2]},
    ],
    "materials": [
        {
            "key": "m01", "name": "申请表", "necessity": "supply_later", "tolerant": True, "source": "申请人自备",
            "source_org": "无", "source_note": "说明", "doc_kind": "申请表格文书", "form": "纸质和电子",
            "original_copies": 2, "photocopies": 3, "paper_size": "A4", "original_rule": "收取原件",
            "verify_original": True, "issue_time_rule": "3个月内", "shareable": True, "share_source": "证照库",
            "accept_standard": "完整", "fill_notes": "用黑笔", "basis": "《示例法》第二条", "blank_form": FILE,
            "sample": {"document": 8, "title": "样"}, "remark": "备注", "when": [{"of": "q3", "values": ["a2"]}],
        },
        {"key": "m100", "name": "证明"},
    ],
    "form": [
        {"key": "f1", "label": "面积", "kind": "number", "required": True, "help": "平方米", "pattern": "[0-9]+"},
        {"key": "f2", "label": "性质", "kind": "choice", "choices": CHOICES, "when": [{"of": "q1", "values": ["a1"]}]},
        {
            "key": "f9", "label": "人员", "kind": "rows", "columns": [
                {"key": "c1", "label": "姓名", "kind": "text", "required": True, "help": "全名", "pattern": ".+"},
                {"key": "c4", "label": "性别", "kind": "choice", "choices": CHOICES[:2]},
            ],
        },
        {"key": "f10", "label": "说明", "kind": "note"},
    ],
    "statutory_limit": {"value": None, "unit": "MONTH", "note": "法律没有规定"}, "extension_note": "可以延长",
    "promised_limit": {"value": 9, "unit": "WD", "note": "承诺"},
    "special_procedures": [
        {
            "kind": "专家评审", "limit_wd": 0, "basis": "依据", "charged": True, "fee_basis": "收费依据",
            "counted": True, "note": "说明",
        },
        {"kind": "听证"},
    ],
    "route": {
        "acceptance": {"name": "收件", "performer": "窗口", "limit_wd": 1},
        "stages": [
            {"key": "g1", "join": "lead", "steps": [
                STEP, {**STEP, "key": "s5", "department": "sx-ghj", "kind": "opinion", "deemed_consent": True}]},
            {"key": "g7", "steps": [{**STEP, "key": "s20", "kind": "decision", "when": []}]},
        ],
        "result": {"name": "制证", "performer": "制证员", "limit_wd": 1},
        "issue": {"name": "发证", "performer": "出件窗口", "limit_wd": 1},
    },
    "visits": 0, "visits_reason": "核对原件", "channels": ["窗口", "其他、等"], "online": True,
    "online_url": "https://example.cn/?a=1&b=2", "online_depth": ["咨询"], "cross_region": "全市", "bookable": True,
    "mail_delivery": True, "self_service": True, "agency": True, "tolerant_supported": True,
    "prereview_supported": True, "is_investment": True, "is_construction": True, "unified_window": False,
    "in_hall": False, "hall_mode": "分中心", "paper_required": False,
    "results": [{"name": "许可证", "type": "证照", "finish": "出证办结", "validity": "3年", "sample": FILE}],
    "delivery": ["邮寄"], "delivery_limit": 0,
    "fee": {
        "charged": True, "item": "工本费", "standard": "10元", "basis": "文件", "reducible": True,
        "reduction_basis": "减免", "pay_methods": ["现金", ""], "online_pay": True, "note": "说明",
    },
    "intermediaries": [{"name": "检测", "basis": "依据"}], "faqs": [{"question": "问？", "answer": "答。\n\n再答。"}],
    "rights_duties": "权利", "remedies": "复议",
    "place": {"address": "地址", "hours": "9:00-17:00", "window_no": "1", "traffic": "1路", "coordinates": "30,120"},
    "consult": {"phone": "0575-00000000", "address": "地", "url": "https://example.cn", "email": "a@example.cn"},
    "complain": {"phone": "12345", "address": "址", "url": "https://example.cn/t", "email": "b@example.cn"},
    "confidence": "高", "verify": ["核对；日期", "核对\\期限"], "note": "备注",
}  # fmt: skip


def everything() -> ItemDefinition:
    return ItemDefinition.model_validate(EVERYTHING)


def untouched(model: type[BaseModel], data: dict[str, Any], path: str = "") -> list[str]:
    """Elements of the schema that `data` leaves at their default: the hand-made item must have none."""
    found = []
    for name, info in model.model_fields.items():
        inner = next((part for part in _models_in(info.annotation)), None)
        values = data.get(name)
        if values in (None, [], ()) and not (model is Limit and name == "value"):
            found.append(f"{path}{name}")
        elif inner is not None:
            parts = values if isinstance(values, list) else [values]
            found += untouched(inner, {key: part[key] for part in reversed(parts) for key in part}, f"{path}{name}.")
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in typing.get_args(annotation) for model in _models_in(inner)]


# Strange ones.

texts = st.text(st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=["Cs"])), max_size=18)
some = texts.filter(lambda text: text.strip())
several = st.lists(texts, max_size=3)
few = {"max_size": 2}


def numbered(prefix: str, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**part, "key": f"{prefix}{number:02d}"} for number, part in enumerate(parts, start=1)]


choice_lists = st.lists(st.fixed_dictionaries({"text": some}), min_size=2, max_size=3).map(
    lambda parts: numbered("a", parts)
)
questions = st.lists(
    st.fixed_dictionaries({"text": some, "help": texts, "multiple": st.booleans(), "choices": choice_lists}), **few
).map(lambda parts: numbered("q", parts))


def conditions(of: list[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Conditions that ask for one of the answers there are."""
    known = [{"of": part["key"], "values": [choice["key"]]} for part in of for choice in part.get("choices", [])]
    return st.lists(st.sampled_from(known), max_size=2) if known else st.just([])


@st.composite
def strange_items(draw: Any) -> ItemDefinition:
    """Any texts in every place of an item whose keys and references are in order."""
    data = {name: draw(texts) for name in ("name", "short_name", "power_division", "rights_duties", "note", "quota")}
    asked = draw(questions)
    column = st.fixed_dictionaries({"label": some, "help": texts, "kind": st.sampled_from(["text", "choice"])})
    field = st.fixed_dictionaries(
        {
            "label": some,
            "help": texts,
            "pattern": texts,
            "kind": st.sampled_from(sorted(FIELD_KINDS)),
            "choices": choice_lists,
            "columns": st.lists(column, **few).map(lambda parts: numbered("c", parts)),
        }
    )
    form = numbered("f", draw(st.lists(field, **few)))
    when = conditions([*asked, *form])
    material = st.fixed_dictionaries(
        {
            "name": some,
            "source": texts,
            "remark": texts,
            "when": when,
            "tolerant": st.booleans(),
            "blank_form": st.none() | st.fixed_dictionaries({"document": st.integers(1, 10**9), "title": texts}),
        }
    )
    step = {**STEP, "name": draw(some), "output": draw(texts), "when": draw(when)}
    basis = st.fixed_dictionaries({"law": some, "text": texts})
    return ItemDefinition.model_validate(
        EVERYTHING
        | data
        | {
            "name": draw(some),
            "questions": asked,
            "form": form,
            "materials": numbered("m", draw(st.lists(material, **few))),
            "conditions": draw(several),
            "verify": draw(several),
            "service_objects": draw(several),
            "legal_bases": draw(st.lists(basis, **few)),
            "confidence": draw(
                st.sampled_from([*choices.CONFIDENCES, *choices.CONFIDENCES.values(), "\\高", ""]) | texts
            ),
            "statutory_limit": draw(st.none() | st.fixed_dictionaries({"value": st.none() | st.integers(0, 99)})),
            "promised_limit": draw(st.fixed_dictionaries({"value": st.none() | st.integers(0, 99), "note": texts})),
            "route": {"stages": [{"key": "g1", "steps": [step]}], "result": draw(st.none() | st.just({"name": "制"}))},
        }
    )


strange_conditions = st.lists(
    st.builds(When, of=st.sampled_from(["q1", "q2", "f7"]), values=st.lists(texts, min_size=1, max_size=3)), max_size=3
)
