"""Themes travel with the items in YAML and Excel: exported, checked, imported as drafts, without loss or silence."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import Revision

from pages.exchange import ImportRefused, export_definitions, export_names, import_file, preview
from pages.exchange_themes import export_themes
from pages.models import GuidePage, HomePage, ThemePage
from portal.catalog.exchange.content import load_themes
from portal.catalog.exchange.files import read_file, write_file
from portal.catalog.exchange.layout import THEME_TABLES
from portal.catalog.exchange.names import Names
from portal.catalog.exchange.report import Row, Status
from portal.catalog.models import Theme
from portal.catalog.schema.theme import ThemeDefinition
from tests.pages.acts import at_desk, editor

FORMATS = pytest.mark.parametrize("suffix", [".xlsx", ".yaml"])
site = pytest.mark.django_db


def theme(code: str = "ZT-04", **changes: object) -> ThemeDefinition:
    """The theme of the small site with some elements changed."""
    said = Theme.objects.get(code="ZT-04").parsed.model_dump(mode="json")
    return ThemeDefinition.model_validate({**said, "code": code, **changes})


def file_of(*themes: ThemeDefinition, suffix: str = ".xlsx") -> bytes:
    return write_file([], suffix, export_names(), themes)


def kept() -> tuple[int, int]:
    return ThemePage.objects.count(), Revision.objects.count()


def only(rows: tuple[Row, ...]) -> Row:
    (row,) = rows
    return row


@FORMATS
def test_every_theme_comes_back_as_it_was(suffix: str) -> None:
    themes = load_themes(settings.CONTENT_DIR)
    names = Names(departments={}, zones={})
    read = read_file(write_file([], suffix, names, themes), names)
    assert [draft.definition for draft in read.themes] == sorted(themes, key=lambda one: one.code)
    assert not read.problems


@site
@FORMATS
def test_what_is_exported_is_imported_and_exported_again_byte_by_byte(small_site: HomePage, suffix: str) -> None:
    first = write_file(export_definitions()[0], suffix, export_names(), export_themes()[0])
    ThemePage.objects.all().delete()
    report = import_file(first, by=editor())
    assert only(report.themes).status == Status.NEW
    assert "共1个一件事：新增1个" in report.summary
    drafts = export_definitions(drafts=True)[0], export_themes(drafts=True)[0]
    assert write_file(drafts[0], suffix, export_names(), drafts[1]) == first
    assert only(preview(first, by=editor()).themes).status == Status.SAME


@site
@FORMATS
def test_the_dry_run_tells_what_would_change_and_writes_nothing(small_site: HomePage, suffix: str) -> None:
    data, before = file_of(theme(name="新名称", items=["BDC-01", "SS-02"]), suffix=suffix), kept()
    row = only(preview(data, by=editor()).themes)
    assert (row.status, row.changes) == (Status.CHANGED, ("主题名称", "包含事项（1项改为2项）"))
    assert kept() == before


@site
def test_importing_makes_a_draft_and_publishes_nothing(small_site: HomePage) -> None:
    import_file(file_of(theme(items=["SS-02"]), theme("ZT-08", name="新的一件事")), by=editor())
    page = ThemePage.objects.get(theme__code="ZT-04")
    assert page.edition.number == 1
    assert page.get_latest_revision_as_object().parsed.items == ("SS-02",)
    new = ThemePage.objects.get(code="ZT-08")
    assert (new.live, new.theme, new.get_parent().specific) == (False, None, small_site)
    assert new.latest_revision.user == editor()


@site
def test_the_starting_content_is_imported_with_its_themes(small_site: HomePage, three_items: Path) -> None:
    content = (three_items / "items.yaml").read_text(encoding="utf-8")
    name = Theme.objects.get(code="ZT-04").name
    assert only(preview(content.encode()).themes).status == Status.SAME
    changed = only(preview(content.replace(f"name: {name}\n", f"name: {name}（试行）\n").encode()).themes)
    assert (changed.status, changed.changes) == (Status.CHANGED, ("主题名称",))


@site
@FORMATS
def test_a_theme_of_what_does_not_exist_is_told_and_keeps_the_whole_file_out(small_site: HomePage, suffix: str) -> None:
    wrong, before = file_of(theme("ZT-08"), theme(lead="sx-none", items=["XX-99"]), suffix=suffix), kept()
    with pytest.raises(ImportRefused) as refused:
        import_file(wrong, by=editor())
    row = next(row for row in refused.value.report.themes if row.code == "ZT-04")
    assert {problem.message for problem in row.problems} == {
        "部门“sx-none”不存在，请从单位列表中选择，或者先登记该单位。",
        "事项“XX-99”不在事项目录中，也不在本文件里。",
    }
    assert kept() == before


@site
def test_an_item_of_the_same_file_may_stand_in_a_theme_and_is_to_be_published_first(small_site: HomePage) -> None:
    new = export_definitions()[0][0].model_copy(update={"code": "TZ-90"})
    row = only(preview(write_file([new], ".xlsx", export_names(), [theme(items=["TZ-90"])])).themes)
    assert row.status == Status.CHANGED
    assert [(hint.blocks, hint.message) for hint in row.hints] == [
        (True, "事项“TZ-90”不在事项目录中。先发布该事项，或者从主题中去掉。")
    ]


@site
def test_a_mistake_in_a_workbook_is_named_by_its_cell(small_site: HomePage) -> None:
    book = load_workbook(BytesIO(file_of(theme())))
    book["一件事"]["A2"] = "主题四"
    book["一件事阶段"].append(["ZT-99", "立项", "BDC-01"])
    out = BytesIO()
    book.save(out)
    report = preview(out.getvalue())
    assert [str(problem) for problem in report.problems] == [
        "“一件事阶段”第2行：主题编码“ZT-99”在“一件事”工作表里没有。"
    ]
    problem = only(report.themes).problems[0]
    assert problem.place == "“一件事”A2单元格"
    assert "格式不对" in problem.message


@site
def test_a_workbook_from_before_themes_is_still_read(small_site: HomePage) -> None:
    book = load_workbook(BytesIO(write_file(export_definitions()[0], ".xlsx", export_names())))
    for table in THEME_TABLES:
        del book[table.title]
    out = BytesIO()
    book.save(out)
    report = preview(out.getvalue())
    assert report.is_clean
    assert (len(report.rows), report.themes) == (3, ())


@site
def test_the_screen_shows_the_themes_of_a_file_and_the_download_holds_them(small_site: HomePage) -> None:
    desk = at_desk(editor())
    upload = BytesIO(file_of(theme(name="新名称"), suffix=".yaml"))
    upload.name = "themes.yaml"
    shown = desk.post(reverse("guide_exchange"), {"file": upload}, follow=True).content.decode()
    assert "逐个一件事" in shown
    assert "修改内容：主题名称" in shown
    saved = desk.get(reverse("guide_exchange_download", args=["yaml"])).content.decode()
    assert "themes:\n  - code: ZT-04" in saved
    assert GuidePage.objects.count() == 3
