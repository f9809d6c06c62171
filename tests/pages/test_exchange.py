"""Importing makes drafts, all or none; exporting, importing and exporting again gives the same bytes."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry, PageLogEntry, Revision

from pages.blocks import one_of, upload
from pages.exchange import export_definitions, export_names, import_definitions, import_file, preview
from pages.exchange_themes import export_themes
from pages.models import CataloguePage, GuidePage, HomePage
from portal.catalog.editions.publishing import examine, publish, surroundings
from portal.catalog.exchange.files import write_file
from portal.catalog.exchange.report import Status
from portal.catalog.models import Edition, ServiceItem
from portal.catalog.schema.definition import ItemDefinition, Limit
from portal.catalog.schema.questions import FormField, When
from portal.lib.refusal import Refused
from tests.catalog.exchange_items import content_items, everything
from tests.pages.acts import draft, editor, guide

pytestmark = pytest.mark.django_db
FORMATS = pytest.mark.parametrize("suffix", [".xlsx", ".yaml", ".yml"])


def item(code: str = "TZ-09", **changes: object) -> ItemDefinition:
    found = next(one for one in content_items() if one.code == "TZ-09")
    return found.model_copy(update={"code": code, **changes})


def file_of(*items: ItemDefinition, suffix: str = ".xlsx") -> bytes:
    return write_file(items, suffix, export_names())


def state() -> tuple[int, int, int, int]:
    return GuidePage.objects.count(), Revision.objects.count(), Edition.objects.count(), PageLogEntry.objects.count()


def run(name: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=out, **options)
    return out.getvalue()


@FORMATS
def test_export_import_export_is_byte_equal(small_site: HomePage, tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    run("export_items", first)
    GuidePage.objects.all().delete()
    assert "新增3个" in run("import_items", first)
    run("export_items", second, drafts=True)
    assert second.read_bytes() == first.read_bytes()
    assert "不变3个" in run("import_items", first)


@FORMATS
def test_a_new_item_becomes_a_draft_that_is_not_in_force(small_site: HomePage, suffix: str) -> None:
    by = editor()
    report = import_file(file_of(item("TZ-90"), suffix=suffix), by=by)
    page = GuidePage.objects.get(code="TZ-90")
    assert [row.status for row in report.rows] == [Status.NEW]
    assert page.get_parent().specific == CataloguePage.objects.get()
    assert not page.live
    assert page.latest_revision.user == by
    assert page.parsed == item("TZ-90")
    assert not ServiceItem.objects.filter(code="TZ-90").exists()
    assert PageLogEntry.objects.filter(page_id=page.pk, action="wagtail.create", user=by).exists()


def test_a_changed_item_gets_a_draft_and_stays_in_force_as_it_was(small_site: HomePage) -> None:
    before = guide().edition
    page = guide()
    page.intro = "<p>请先预约。</p>"
    page.save_revision()
    report = import_file(file_of(item(quota="十个")), by=editor())
    assert report.rows[0].status == Status.CHANGED
    assert report.rows[0].changes == ("数量限制",)
    assert draft().parsed.quota == "十个"
    assert draft().intro == "<p>请先预约。</p>"
    assert guide().live
    assert guide().edition == before
    assert guide().quota == ""


def test_an_unchanged_item_gets_no_draft(small_site: HomePage) -> None:
    before = state()
    report = import_file(file_of(item()), by=editor())
    assert report.rows[0].status == Status.SAME
    assert state() == before


def test_the_latest_draft_is_what_counts(small_site: HomePage) -> None:
    import_definitions([item(quota="十个")], by=None)
    assert preview(file_of(item(quota="十个"))).rows[0].status == Status.SAME
    assert preview(file_of(item())).rows[0].status == Status.CHANGED


def test_one_wrong_row_stops_the_whole_file(small_site: HomePage) -> None:
    before = state()
    data = file_of(item("TZ-90"), item("TZ-91", lead_dept="sx-none"), item(quota="十个"))
    with pytest.raises(Refused) as refusal:
        import_file(data, by=editor())
    rows = {row.code: row for row in refusal.value.report.rows}
    assert rows["TZ-90"].status == Status.NEW
    assert rows["TZ-91"].status == Status.WRONG
    assert "部门“sx-none”不存在" in str(rows["TZ-91"].problems[0])
    assert state() == before


def test_a_value_that_the_form_does_not_offer_is_found_in_the_dry_run(small_site: HomePage) -> None:
    report = preview(file_of(item("TZ-92", level="宇宙级")))
    (problem,) = report.rows[0].problems
    assert problem.place == "“事项”O2单元格"
    assert problem.message.startswith("“行使层级”不能填“宇宙级”，应当是：国家级、省级")


def test_a_page_that_cannot_be_saved_takes_all_others_with_it(small_site: HomePage) -> None:
    """The address of the new guide is taken: only saving finds that out."""
    CataloguePage.objects.get().add_child(instance=GuidePage(title="占着地址", slug="tz-92", live=False))
    before = state()
    with pytest.raises(Refused, match="TZ-92"):
        import_definitions([item("TZ-90"), item("TZ-92")], by=None)
    assert state() == before


def test_a_dry_run_writes_nothing_and_says_the_same(small_site: HomePage, tmp_path: Path) -> None:
    path = tmp_path / "items.xlsx"
    path.write_bytes(file_of(item("TZ-90"), item(quota="十个")))
    before = state()
    dry = run("import_items", path, dry_run=True)
    assert state() == before
    real = run("import_items", path)
    assert dry.splitlines()[:-1] == real.splitlines()[:-1]
    assert "新增1个，修改1个" in dry
    assert "数量限制" in dry
    assert ModelLogEntry.objects.count() == 0


def test_an_import_never_passes_the_preflight(small_site: HomePage) -> None:
    report = import_file(file_of(item(promised_limit=Limit(value=3))), by=editor())
    assert report.is_clean
    assert any("与承诺时限3个工作日不一致" in str(hint) for hint in report.rows[0].hints)
    assert guide().edition.parsed.promised_limit != draft().parsed.promised_limit


def test_what_a_page_cannot_hold_is_refused_and_not_lost(small_site: HomePage) -> None:
    report = preview(file_of(everything()))
    assert report.rows[0].status == Status.WRONG
    assert "没有编号为7的文件" in " ".join(map(str, report.rows[0].problems))


def test_conditions_that_a_page_would_lose_are_refused(small_site: HomePage) -> None:
    question = everything().questions[0]
    when = (When(of="q1", values=("a2",)),)
    material = item().materials[0].model_copy(update={"when": when})
    report = preview(file_of(item("TZ-90", questions=(question,), materials=(material,))))
    (problem,) = report.rows[0].problems
    assert problem.place.startswith("“申报材料”")
    assert problem.place.endswith("2单元格")
    assert problem.message.endswith("答案里不能有；和、。")


def test_a_locked_guide_is_not_touched(small_site: HomePage) -> None:
    page = guide()
    page.locked = True
    page.save()
    report = preview(file_of(item(quota="十个")), by=editor())
    assert "已经锁定" in str(report.rows[0].problems[0])


def test_two_guides_with_one_code_are_named(small_site: HomePage) -> None:
    import_definitions([item("TZ-90")], by=None)
    page = GuidePage(title="又一个", slug="again", code="TZ-90", live=False)
    CataloguePage.objects.get().add_child(instance=page)
    assert "有2个办事指南用了编码TZ-90" in str(preview(file_of(item("TZ-90", quota="1"))).rows[0].problems[0])


def test_an_unfinished_draft_is_replaced_by_the_file(small_site: HomePage) -> None:
    page = GuidePage(title="没写完", slug="unfinished", code="TZ-90", live=False)
    CataloguePage.objects.get().add_child(instance=page)
    assert import_file(file_of(item("TZ-90")), by=None).rows[0].status == Status.CHANGED
    assert GuidePage.objects.get(code="TZ-90").get_latest_revision_as_object().parsed == item("TZ-90")
    items, unfinished = export_definitions(drafts=True)
    assert len(items) == 4
    assert unfinished == []


def test_the_command_says_what_is_wrong_and_ends_with_an_error(small_site: HomePage, tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text("format: portal-items\nversion: 1\nitems:\n- code: TZ-01\n", encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="没有导入任何事项") as error:
        call_command("import_items", str(path), stdout=out)
    assert error.value.returncode == 1
    assert "第4行起的第1个事项：事项名称没有填写" in out.getvalue()


@pytest.mark.parametrize("command", ["import_items", "export_items"])
def test_a_path_that_cannot_be_used_gets_a_sentence(small_site: HomePage, tmp_path: Path, command: str) -> None:
    with pytest.raises(CommandError, match="请检查路径和权限"):
        run(command, tmp_path / "none" / "items.yaml")


def test_an_unknown_suffix_or_account_gets_a_sentence(small_site: HomePage, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="结尾"):
        run("export_items", tmp_path / "items.doc")
    (tmp_path / "items.yaml").write_bytes(file_of(item(), suffix=".yaml"))
    with pytest.raises(CommandError, match="没有账号"):
        run("import_items", tmp_path / "items.yaml", by="nobody-of-that-name")


def test_the_starting_content_can_be_imported_as_it_is(small_site: HomePage, settings) -> None:
    report = preview((settings.CONTENT_DIR / "items.yaml").read_bytes())
    assert report.is_clean
    assert (report.count(Status.SAME), report.count(Status.NEW)) == (3, 26)


def test_an_export_replaces_the_file_in_one_go(small_site: HomePage, tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text("old")
    run("export_items", path)
    assert path.read_bytes() == write_file(export_definitions()[0], ".yaml", export_names(), export_themes()[0])
    assert [file.name for file in tmp_path.iterdir()] == ["items.yaml"]


def test_a_file_of_many_items_reads_the_bodies_as_often_as_one_of_two(small_site: HomePage) -> None:
    """Every block with a department asks for them; without care that is thousands of queries for a large file."""
    listed = re.compile('short_name.* FROM "organisations_organisation" .*ORDER BY')

    def asked(count: int) -> int:
        several = file_of(*(item(f"TZ-{number}") for number in range(90, 90 + count)))
        with CaptureQueriesContext(connection) as taken:
            assert preview(several).is_clean
        return sum(bool(listed.search(query["sql"])) for query in taken.captured_queries)

    assert asked(6) == asked(2) > 0


@FORMATS
def test_a_dry_run_asks_the_same_for_many_items_as_for_few(small_site: HomePage, suffix: str) -> None:
    def asked(count: int) -> int:
        data = file_of(*(item(f"ZZ-{number:02d}") for number in range(count)), suffix=suffix)
        with CaptureQueriesContext(connection) as queries:
            assert preview(data).is_clean
        return len(queries)

    asked(1)
    assert asked(2) == asked(6)


def test_a_choice_is_read_back_without_going_through_the_choices() -> None:
    def ask_nobody() -> list[tuple[str, str]]:
        raise AssertionError("the choices were asked for")

    block = one_of("部门", ask_nobody)
    assert block.to_python("sx-jsj") == "sx-jsj"
    assert block.normalize("sx-jsj") == "sx-jsj"


def test_a_field_of_an_edition_keeps_its_kind_also_when_many_items_are_examined(small_site: HomePage) -> None:
    def asking(kind: str) -> ItemDefinition:
        return item(form=(FormField.model_validate({"key": "f01", "label": "项目名称", "kind": kind}),))

    publish(asking("text"), by=None)
    around = surroundings(["TZ-09", "ZZ-01"])
    assert around.kinds == {"TZ-09": {"f01": "text"}}
    assert examine(asking("date"), around) == examine(asking("date"))
    assert "form.kind_changed" in {finding.rule for finding in examine(asking("date"), around)}


def test_files_that_are_not_there_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    block = upload("样表")
    assert block.deconstruct()[0] == "wagtail.documents.blocks.DocumentChooserBlock"
    monkeypatch.setattr(type(block), "model_class", None)
    assert block.bulk_to_python([None, None]) == [None, None]
    with pytest.raises(AttributeError):
        block.bulk_to_python([1])
