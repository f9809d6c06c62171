"""How a clause is read: words, not characters; shapes, not only triggers; and what is protected is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from portal.catalog.exchange.content import load_items
from portal.catalog.judging.lint.judge import LONGEST_CLAUSE, delivered_rulebook, judge, lint_definition
from portal.catalog.judging.lint.rulebook import ELEMENTS, Rule, Rulebook
from portal.catalog.schema.definition import Faq

RULE = Rule("X01", "vague", "error", ("condition",), "原则上", "留了口子", "删除")


def found(text: str, pattern: str = "原则上", **changes: Any) -> list[str]:
    """What a book of this one rule points at in the text."""
    words = {name: changes.pop(name) for name in ("terms", "words", "classes", "masks") if name in changes}
    book = Rulebook((replace(RULE, pattern=pattern, **changes),), **words)
    return [verdict.text for verdict in judge(text, "condition", book)]


def categories(text: str, element: str = "condition") -> set[str]:
    return {verdict.category for verdict in judge(text, element, delivered_rulebook())}


def test_a_trigger_counts_only_where_it_stands_as_a_word() -> None:
    assert found("原则上应当到场") == ["原则上"]
    assert found("按属地原则上报") == []
    assert found("按属地原则上报", whole_words=False) == ["原则上"]


def test_an_edge_can_be_asked_at_one_place_of_a_pattern() -> None:
    assert found("视情况提供", "｜视｜.{1,6}", whole_words=False) == ["视情况提供"]
    assert found("监视情况记录", "｜视｜.{1,6}", whole_words=False) == []


def test_an_alternative_that_misses_its_edge_does_not_keep_the_next_from_trying() -> None:
    assert found("有较大规模", "｜较大｜|｜较", whole_words=False) == ["较"]


def test_a_later_place_is_found_when_the_first_is_cut_across() -> None:
    assert found("按属地原则上报，原则上不收费") == ["原则上"]
    assert judge("按属地原则上报，原则上不收费", "condition", Rulebook((RULE,)))[0].start == 8


def test_titles_and_terms_are_protected_whole() -> None:
    assert found("《原则上若干规定》", masks=("《[^》]*》",)) == []
    assert found("原则上同意书", terms=("原则上同意书",)) == []
    assert found("其他组织和其他材料", "其他..", terms=("其他组织",), whole_words=False) == ["其他材料"]


def test_a_class_stands_for_any_of_its_words() -> None:
    assert found("面积宽敞", "{praise}", classes={"praise": ("宽敞", "明亮")}) == ["宽敞"]
    assert found("面积100平方米", "{praise}", classes={"praise": ("宽敞", "明亮")}) == []


def test_a_class_of_shapes_holds_expressions_that_exceptions_share() -> None:
    shapes = {"classes": {"ban": ("不得", "禁止"), "shape_lifted": ("{ban}[^，]*‹",)}, "unless": "{shape_lifted}"}
    assert found("不得写原则上", **shapes) == []
    assert found("不得迟到，原则上到场", **shapes) == ["原则上"]


def test_the_segmenter_guesses_no_words_so_that_a_list_ends_where_it_ends() -> None:
    assert "catch_all" in categories("医师资格证、护士执业证等证件", "material.name")
    assert categories("二级甲等医院", "material.name") == set()


@pytest.mark.parametrize("text", ["0" * 5000, "无需其他材料，" * 700, "较大（5米）" * 800])
def test_what_repeats_without_end_is_read_to_its_end(text: str) -> None:
    assert categories(text + "，原则上到场") == {"discretion"}


def test_an_exception_knows_where_the_match_stands() -> None:
    measured = {"unless": "›[^，。；]*（[^）]*[0-9]", "whole_words": False}
    assert found("较大规模（5000平方米以上）", "较大", **measured) == []
    assert found("（5000平方米以上）较大规模", "较大", **measured) == ["较大"]


def test_an_exception_holds_for_its_own_sentence_only() -> None:
    assert found("原则上到场。依第三条", unless="第三条") == ["原则上"]
    assert found("原则上到场，依第三条", unless="第三条") == []


def test_half_width_punctuation_and_full_width_digits_are_read_as_what_they_mean() -> None:
    assert found("较大规模(５０００平方米)", "较大", unless="（[0-9]", whole_words=False) == []
    verdict = judge("(１)原则上到场", "condition", Rulebook((RULE,)))[0]
    assert "(１)原则上到场"[verdict.start : verdict.end] == "原则上"


def test_a_rule_reads_only_its_elements() -> None:
    assert judge("原则上到场", "step", Rulebook((RULE,))) == []
    assert judge("原则上到场", "legal_basis", delivered_rulebook()) == []


def test_two_rules_of_a_category_say_the_same_place_once_but_an_error_is_not_hidden_by_a_hint() -> None:
    hint, again = replace(RULE, id="X00", severity="warn"), replace(RULE, id="X02")
    said = judge("原则上到场", "condition", Rulebook((hint, RULE, again)))
    assert [verdict.rule for verdict in said] == ["X00", "X01"]


def test_an_objection_names_clause_reason_and_remedy() -> None:
    (verdict,) = judge("申请人应提交其他材料", "condition", delivered_rulebook())
    assert (verdict.text, verdict.category, verdict.severity) == ("其他材料", "catch_all", "error")
    assert verdict.message.startswith("兜底条款：“其他材料”——")
    assert "逐项列明" in verdict.suggestion


@pytest.mark.parametrize(
    "wrong, right, category",
    [
        ("身份证、户口簿等材料", "身份证、户口簿、结婚证等三项材料", "catch_all"),
        ("法律、行政法规规定的其他条件", "《公司法》第二十三条规定的条件", "catch_all"),
        ("较大规模的经营场所", "较大规模（建筑面积5000平方米以上）的经营场所", "vague"),
        ("符合有关规定", "符合《食品安全法》第三十三条的有关规定", "vague"),
        ("必要时组织专家论证", "论证必要性", "discretion"),
        ("登记机关可以要求申请人补充材料", "申请人可以要求听证", "discretion"),
        ("经批准可延长", "经批准可延长10个工作日", "discretion"),
        ("20日内提出", "20个工作日内提出", "time_unit"),
        ("应当及时变更", "载明地点及时间", "time_unit"),
        ("无犯罪记录证明", "无犯罪记录承诺书", "odd_proof"),
        ("由村委会盖章证明", "无需村委会盖章", "odd_proof"),
        ("居住证明", "居住证明细表", "odd_proof"),
    ],
)
def test_a_shape_is_objected_to_and_its_clean_twin_is_not(wrong: str, right: str, category: str) -> None:
    assert category in categories(wrong)
    assert categories(right) == set()


@pytest.mark.parametrize("text", ["", " ", "《》", "＊", "｜‹›", "𬱖㛃", "\x00", "a" * 50])
def test_odd_input_is_read_without_complaint(text: str) -> None:
    assert all(judge(text, element, delivered_rulebook()) == [] for element in ELEMENTS)


def test_a_clause_of_any_length_is_read_up_to_a_limit() -> None:
    assert judge("甲" * LONGEST_CLAUSE + "其他材料", "condition", delivered_rulebook()) == []
    assert judge("甲" * (LONGEST_CLAUSE - 10) + "，其他材料", "condition", delivered_rulebook())


def test_what_only_concerns_the_form_of_a_paper_hints_and_does_not_block() -> None:
    rule = replace(RULE, pattern="整齐|宽敞", hint_when="装订[^，]*‹", whole_words=False)

    def told(clause: str) -> list[tuple[str, str]]:
        return [(v.text, v.severity) for v in judge(clause, "condition", Rulebook((rule,)))]

    assert told("装订整齐") == [("整齐", "warn")]
    assert told("场地宽敞") == [("宽敞", "error")]
    assert told("装订整齐，场地宽敞") == [("宽敞", "error")]
    assert told("装订平整") == []


@pytest.mark.parametrize(
    ("clause", "element", "severity"),
    [
        ("场地宽敞明亮", "condition", "error"),
        ("字迹工整", "material.accept_standard", "warn"),
        ("材料真实有效", "material.accept_standard", "error"),
        ("与经营规模相适应的场地", "condition", "error"),
        ("受理后尽快办结", "step", "error"),
        ("5天内补正", "step", "error"),
        ("净资产不低于300万", "condition", "error"),
        ("法定期限为20日", "limit_note", "warn"),
        ("对决定不服的，60日内申请行政复议", "step", "warn"),
        ("建议提前准备复印件", "step", "warn"),
        ("尽量用A4纸", "material.accept_standard", "warn"),
    ],
)
def test_what_is_vague_blocks_and_what_may_stand_hints(clause: str, element: str, severity: str) -> None:
    found = {verdict.severity for verdict in judge(clause, element, delivered_rulebook())}
    assert found == {severity}


@pytest.mark.parametrize(
    ("clause", "element"),
    [
        ("取得与申请车型相应的驾驶证", "condition"),
        ("申请人可以随时登录平台查看进度", "step"),
        ("与最近的住宅距离不少于50米", "condition"),
        ("需要补正的，5个工作日内一次性书面告知", "step"),
        ("必要材料齐全、缺容缺材料的，出具容缺受理通知书", "step"),
        ("不能到场的，提交经公证的委托书", "step"),
        ("两项检查在同一日进行", "step"),
        ("承诺所填内容真实、有效", "material.accept_standard"),
        ("最近连续6个月的银行流水", "material.accept_standard"),
        ("净资产不低于300万元", "condition"),
    ],
)
def test_ordinary_words_of_a_guide_pass(clause: str, element: str) -> None:
    assert judge(clause, element, delivered_rulebook()) == []


def test_limits_of_number_rights_reasons_and_answers_are_judged_too() -> None:
    item = next(item for item in load_items(settings.CONTENT_DIR) if item.code == "TZ-09")
    said = {
        "quota": "视情况确定",
        "rights_duties": "申请人可以撤回申请。提交其他相关材料。",
        "visits_reason": "需要核验其他相关材料",
        "faqs": (Faq(question="还要带什么？", answer="带其他相关材料。"),),
    }
    told = {
        (finding.field, finding.clause): finding.severity
        for finding in lint_definition(item.model_copy(update=said), delivered_rulebook())
    }
    assert told == {
        ("quota", "视情况确定"): "error",
        ("rights_duties", "提交其他相关材料。"): "error",
        ("visits_reason", "需要核验其他相关材料"): "warn",
        ("faqs[0].answer", "带其他相关材料。"): "warn",
    }


@pytest.mark.parametrize("standard", ["真实有效", "真实、有效", "合法有效", "符合要求"])
def test_a_standard_that_nobody_can_check_blocks(standard: str) -> None:
    assert [one.severity for one in judge(standard, "material.accept_standard", delivered_rulebook())] == ["error"]
