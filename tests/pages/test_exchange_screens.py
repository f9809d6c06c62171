"""导入导出 in the back office: who may, what is shown, and that only what was checked is imported."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pages.exchange import import_definitions
from pages.models import CataloguePage, GuidePage, HomePage
from portal.catalog.exchange.limits import IN_THE_BROWSER
from portal.lib.spreadsheets import read_workbook
from portal.organisations.models import Role
from tests.cast import person
from tests.pages.acts import at_desk, editor, publisher
from tests.pages.test_exchange import file_of, item, state

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def private(settings, tmp_path: Path) -> Path:
    settings.PRIVATE_ROOT = tmp_path / "private"
    return settings.PRIVATE_ROOT


def upload(client: Client, data: bytes, name: str = "事项.xlsx") -> HttpResponse:
    return client.post(reverse("guide_exchange"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def confirm(client: Client, page: HttpResponse, **changes: str) -> HttpResponse:
    hidden = dict(re.findall(r'name="(sha256|digest)" value="([0-9a-f]+)"', page.content.decode()))
    return client.post(reverse("guide_exchange_check"), {**hidden, "confirm": "1", **changes}, follow=True)


def test_a_file_is_checked_confirmed_and_becomes_drafts(small_site: HomePage, private: Path) -> None:
    client, before = at_desk(editor()), state()
    page = upload(client, file_of(item("TZ-90"), item(quota="十个")))
    text = page.content.decode()
    assert "检查通过，还没有写入任何内容" in text
    assert "新增1个，修改1个" in text
    assert "修改内容：数量限制" in text
    assert state() == before
    done = confirm(client, page)
    assert "已经保存为草稿" in done.content.decode()
    created = GuidePage.objects.get(code="TZ-90")
    assert not created.live
    assert created.owner == editor()
    assert not [path for path in private.rglob("*") if path.is_file()]


def test_a_file_with_mistakes_cannot_be_confirmed(small_site: HomePage) -> None:
    client, before = at_desk(editor()), state()
    page = upload(client, file_of(item("TZ-90", lead_dept="sx-none"), item("TZ-91")))
    text = page.content.decode()
    assert "部门“sx-none”不存在" in text
    assert "“事项”V2单元格" in text
    assert "导入为草稿" not in text
    assert "文件里有错误" in confirm(client, page).content.decode()
    assert state() == before


def test_another_file_than_the_checked_one_is_not_imported(small_site: HomePage) -> None:
    client, before = at_desk(editor()), state()
    page = upload(client, file_of(item("TZ-90")))
    upload(client, file_of(item("TZ-91")))
    assert "文件已经换成另一个" in confirm(client, page).content.decode()
    assert state() == before


def test_what_changed_since_the_check_is_shown_before_anything_is_imported(small_site: HomePage) -> None:
    client = at_desk(editor())
    page = upload(client, file_of(item("TZ-90")))
    import_definitions([item("TZ-90", quota="别人写的")], by=None)
    before = state()
    text = confirm(client, page).content.decode()
    assert "检查之后有人改动了事项" in text
    assert "修改1个" in text
    assert state() == before


def test_confirming_twice_imports_once(small_site: HomePage) -> None:
    client = at_desk(editor())
    page = upload(client, file_of(item("TZ-90")))
    confirm(client, page)
    before = state()
    assert "可能已经导入" in confirm(client, page).content.decode()
    assert state() == before


def test_a_file_can_be_dropped(small_site: HomePage, private: Path) -> None:
    client = at_desk(editor())
    upload(client, file_of(item("TZ-90")))
    client.post(reverse("guide_exchange_check"), {"drop": "1"})
    assert not [path for path in private.rglob("*") if path.is_file()]
    assert "请先选择文件" in client.get(reverse("guide_exchange_check"), follow=True).content.decode()


def test_nobody_sees_the_upload_of_another(small_site: HomePage) -> None:
    upload(at_desk(editor()), file_of(item("TZ-90")))
    assert "请先选择文件" in at_desk(publisher()).get(reverse("guide_exchange_check"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b" ", "文件是空的"),
        (b"x" * (2 * 1024 * 1024 + 1), "文件超过2 MB"),
        (b"PK\x03\x04rubbish", "不是Excel工作簿"),
        (b"%PDF-1.7", "也不是YAML文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的.xls文件"),
        (b"<script>alert(1)</script>", "不是事项文件"),
    ],
)
def test_a_file_that_is_none_of_ours_gets_a_sentence(small_site: HomePage, data: bytes, sentence: str) -> None:
    page = upload(at_desk(editor()), data)
    assert page.status_code == 200
    assert sentence in page.content.decode()


def test_no_file_at_all_gets_a_sentence(small_site: HomePage) -> None:
    assert "请选择文件。" in at_desk(editor()).post(reverse("guide_exchange")).content.decode()


def test_the_name_of_the_file_decides_nothing(small_site: HomePage) -> None:
    page = upload(at_desk(editor()), file_of(item("TZ-90"), suffix=".yaml"), "事项.xlsx")
    assert "新增1个" in page.content.decode()


def test_more_items_than_a_browser_waits_for_are_sent_to_the_command_line(small_site: HomePage, monkeypatch) -> None:
    monkeypatch.setattr("pages.exchange_views.IN_THE_BROWSER", replace(IN_THE_BROWSER, items=1))
    client, before = at_desk(editor()), state()
    page = upload(client, file_of(item("TZ-90"), item("TZ-91")))
    assert "一次最多导入1个事项" in page.content.decode()
    assert "导入为草稿" not in page.content.decode()
    confirm(client, page)
    assert state() == before


@pytest.mark.parametrize("suffix", ["xlsx", "yaml"])
def test_downloads_hold_the_items_in_force(small_site: HomePage, suffix: str) -> None:
    answer = at_desk(editor()).get(reverse("guide_exchange_download", args=[suffix]))
    assert answer["Content-Disposition"] == f'attachment; filename="items.{suffix}"'
    assert "no-store" in answer["Cache-Control"]
    if suffix == "xlsx":
        assert len(read_workbook(answer.content)["事项"]) == 4
    else:
        assert answer.content.decode().startswith("format: portal-items\nversion: 1\n")


def test_drafts_can_be_downloaded_too(small_site: HomePage) -> None:
    import_definitions([item("TZ-90")], by=None)
    url = reverse("guide_exchange_download", args=["yaml"])
    assert "TZ-90" not in at_desk(editor()).get(url).content.decode()
    assert "TZ-90" in at_desk(editor()).get(url + "?drafts=1").content.decode()


def test_an_unknown_format_gets_a_sentence(small_site: HomePage) -> None:
    page = at_desk(editor()).get(reverse("guide_exchange_download", args=["doc"]), follow=True)
    assert "结尾" in page.content.decode()


URLS = [("guide_exchange", []), ("guide_exchange_check", []), ("guide_exchange_download", ["xlsx"])]


@pytest.mark.parametrize(("name", "args"), URLS)
def test_only_editors_of_the_catalogue_may(small_site: HomePage, name: str, args: list[str]) -> None:
    url = reverse(name, args=args)
    for user in (editor(), publisher()):
        assert at_desk(user).get(url, follow=True).status_code == 200
    receiver = person("exchange-receiver", [(Role.RECEIVER, "A01", "")])
    assert at_desk(receiver).get(url).status_code == 403
    assert at_desk(receiver).post(url).status_code == 403
    assert "/admin/login/" in Client().get(url).url


def test_the_menu_shows_it_to_editors_only(small_site: HomePage) -> None:
    home = reverse("wagtailadmin_home")
    assert reverse("guide_exchange") in at_desk(editor()).get(home).content.decode()
    receiver = person("exchange-receiver", [(Role.RECEIVER, "A01", "")])
    assert reverse("guide_exchange") not in at_desk(receiver).get(home).content.decode()


def test_a_draft_from_a_file_opens_in_the_editor(small_site: HomePage) -> None:
    client = at_desk(editor())
    confirm(client, upload(client, file_of(item("TZ-90"))))
    page = GuidePage.objects.get(code="TZ-90")
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    assert page.latest_revision.created_at <= timezone.now()
    assert page.get_parent().pk == CataloguePage.objects.get().pk
