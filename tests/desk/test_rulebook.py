"""Legal reviewers keep the linter's rulebook: every rule keeps its examples, and a change is in force at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from portal.catalog.judging.lint.judge import delivered_rulebook, judge, rulebook_in_force
from portal.catalog.judging.lint.models import LintRule, LintWord, load_rulebook
from portal.organisations.content import load_organisations
from portal.organisations.models import Role, User
from tests.cast import person
from tests.pages.acts import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def lawyer() -> User:
    load_organisations(settings.CONTENT_DIR)
    load_rulebook(settings.CONTENT_DIR)
    return person("rulebook-lawyer", [(Role.LEGAL_REVIEWER, "", "")])


def rule(**changes: str) -> LintRule:
    given = {
        "code": "X01",
        "category": "vague",
        "severity": "error",
        "elements": "condition",
        "pattern": "旮旯",
        "message": "约数",
        "suggestion": "写准确数值",
        "positives": "面积旮旯100平方米",
    }
    return LintRule(**{**given, **changes})


def test_the_stored_rulebook_is_the_delivered_one_until_somebody_changes_it(lawyer: User) -> None:
    stored, delivered = rulebook_in_force(), delivered_rulebook()
    assert {one.id: one for one in stored.rules} == {one.id: one for one in delivered.rules}
    assert {**stored.classes} == {name: tuple(sorted(set(words))) for name, words in delivered.classes.items()} or (
        {name: set(words) for name, words in stored.classes.items()}
        == {name: set(words) for name, words in delivered.classes.items()}
    )


def test_loading_again_leaves_the_changes_of_people_alone(lawyer: User) -> None:
    LintRule.objects.filter(code="C01").update(message="另一种说法")
    load_rulebook(settings.CONTENT_DIR)
    assert LintRule.objects.get(code="C01").message == "另一种说法"


def test_a_new_rule_is_in_force_at_once_and_an_old_one_can_be_switched_off(lawyer: User) -> None:
    clause = "面积旮旯这么大"
    assert not [found for found in judge(clause, "condition") if found.rule == "X01"]
    kept = rule()
    kept.full_clean()
    kept.save()
    assert [found for found in judge(clause, "condition") if found.rule == "X01"]
    kept.enabled = False
    kept.save()
    assert not [found for found in judge(clause, "condition") if found.rule == "X01"]


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"positives": "没有那个词"}, "规则X01没有发现例句“没有那个词”"),
        ({"negatives": "旮旯如此"}, "规则X01误报了例句“旮旯如此”"),
        ({"pattern": "旮旯["}, "不是有效的表达式"),
        ({"pattern": "{nothing}"}, "没有名为“nothing”的词类"),
        ({"pattern": "(大+)+概"}, "重复套重复"),
        ({"elements": "moon"}, "没有名为“moon”的要素"),
        ({"positives": " "}, "应当发现的例句"),
    ],
)
def test_a_rule_that_does_not_keep_its_examples_is_refused_in_words(
    lawyer: User, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        rule(**changes).full_clean()
    assert sentence in str(refusal.value.messages) or sentence in str(refusal.value)


def test_a_word_that_makes_a_rule_miss_its_example_is_refused(lawyer: User) -> None:
    example = LintRule.objects.get(code="C01").as_rule().positives[0]
    with pytest.raises(ValidationError, match="没有发现例句"):
        LintWord(kind="term", text=example).full_clean()


def test_a_clause_is_tried_out_on_its_own_screen(lawyer: User) -> None:
    url = reverse("desk_lint_try")
    shown = at_desk(lawyer).post(url, {"field": "material.name", "text": "其他材料"}).content.decode()
    assert "兜底条款" in shown
    assert "没有发现问题" in at_desk(lawyer).post(url, {"field": "material.name", "text": "营业执照"}).content.decode()


def test_the_command_judges_a_file_of_clauses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "clauses.yaml"
    file.write_text("- {field: material.name, text: 其他材料}\n- {field: material.name, text: 营业执照}\n", "utf-8")
    with pytest.raises(SystemExit) as end:
        call_command("lint_items", str(file), "--json")
    assert end.value.code == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["item"], row["clause"], row["severity"]) == ("第1条", "其他材料", "error")


def test_the_command_judges_the_items_of_the_starting_content(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lint_items", str(settings.CONTENT_DIR / "items.yaml"), "--json")
    assert all(row["severity"] == "warn" for row in json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("- !!python/object/apply:os.system [ls]", "第1行不是有效的YAML"),
        ("a: [", "不是有效的YAML"),
        ("moon: 1", "没有事项"),
        ("- 5", "第1项既不是事项"),
        ("- {code: TZ-01, steps: []}", "TZ-01"),
    ],
)
def test_a_file_of_another_shape_is_answered_with_the_place(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "items.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("lint_items", str(file))


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有找到文件"):
        call_command("lint_items", str(tmp_path / "nothing.yaml"))
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("lint_items", str(tmp_path / "bytes.yaml"))


def test_a_reviewer_edits_a_rule_in_the_back_office_and_its_form_tells_how(lawyer: User) -> None:
    kept = LintRule.objects.get(code="D06")
    url = reverse("catalog_lintrule_modeladmin_edit", args=[kept.pk])
    shown = at_desk(lawyer).get(url)
    assert "词的边界" in shown.content.decode()
    names = ["code", "category", "severity", "elements", "pattern", "unless", "message", "suggestion"]
    names += ["positives", "negatives"]
    given = {**{name: getattr(kept, name) for name in names}, "whole_words": "", "enabled": "on"}
    refused = at_desk(lawyer).post(url, {**given, "positives": "营业执照"})
    assert "没有发现例句“营业执照”" in refused.content.decode()
    assert at_desk(lawyer).post(url, {**given, "message": "没有写明条件"}).status_code == 302
    assert "没有写明条件" in judge("酌情减免", "condition")[0].message
