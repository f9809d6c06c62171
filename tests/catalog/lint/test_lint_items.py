"""`manage.py lint_items`: files and everything in force, for people and for machines, with a telling exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from portal.catalog.judging.lint.models import LintRule
from tests.cast import build_cast

pytestmark = pytest.mark.django_db


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_clean_file_ends_well_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lint_items", write(tmp_path, "clean.txt", "营业执照\n\n居民身份证\n"))
    assert "没有发现问题。" in capsys.readouterr().out


def test_a_text_file_is_judged_line_by_line_and_an_error_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("lint_items", write(tmp_path, "two.txt", "营业执照\n\n应提交其他材料\n"))
    assert end.value.code == 1
    told = capsys.readouterr().out
    assert "第2条" in told
    assert "须改正" in told
    assert "共1处，其中须改正1处。" in told


def test_a_hint_alone_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "hint.yaml", "- {field: limit_note, text: 20日内办结}\n")
    call_command("lint_items", file, "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["severity"], row["rule"]) == ("warn", "T05")


def test_an_item_in_the_spelling_of_the_starting_content_is_judged_by_element(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = yaml.safe_load((settings.CONTENT_DIR / "items.yaml").read_text(encoding="utf-8"))
    item = content["items"][0]
    item["materials"][1]["name"] = "营业执照等材料"
    file = write(tmp_path, "item.yaml", yaml.safe_dump({"items": [item]}, allow_unicode=True))
    with pytest.raises(SystemExit):
        call_command("lint_items", file, "--json")
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["severity"] == "error"]
    assert (row["item"], row["field"], row["clause"]) == (item["code"], "materials[1].name", "营业执照等材料")


def test_an_element_that_does_not_exist_is_not_passed_over_as_clean(tmp_path: Path) -> None:
    file = write(tmp_path, "typo.yaml", "- {field: material.nmae, text: 其他材料}\n")
    with pytest.raises(CommandError, match="第1项的要素“material.nmae”不存在"):
        call_command("lint_items", file)


def test_everything_in_force_is_judged_as_publishing_would(capsys: pytest.CaptureFixture[str]) -> None:
    build_cast()
    call_command("lint_items", "--all", "--json")
    assert {row["severity"] for row in json.loads(capsys.readouterr().out)} <= {"warn"}


def test_an_item_in_force_that_a_new_rule_objects_to_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    build_cast()
    LintRule.objects.create(
        code="X99",
        category="vague",
        severity="error",
        elements="condition",
        pattern="施工企业已确定",
        message="没有说明怎样算确定",
        suggestion="写明中标通知书或者合同",
        positives="施工企业已确定",
    )
    with pytest.raises(SystemExit):
        call_command("lint_items", "--all", "--json")
    rows = [row for row in json.loads(capsys.readouterr().out) if row["severity"] == "error"]
    assert {(row["item"], row["field"]) for row in rows} == {("TZ-09", "conditions[1]")}


@pytest.mark.parametrize("arguments", [[], ["items.yaml", "--all"]])
def test_either_a_file_or_all_is_asked_for(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="请给出一个文件，或者用 --all"):
        call_command("lint_items", *arguments)
