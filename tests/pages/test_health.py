"""内容体检: each check finds what it is for and leaves the sound alone; one report at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from pages.health import months_ago
from pages.links import KnownPaths
from pages.models import CataloguePage, GuidePage, HomePage, PlainPage
from pages.news import NewsIndexPage, NewsKind, NewsPage
from pages.promotions import SearchPromotion
from pages.standards import HealthStandards
from portal.catalog.care.health import CHECKS, WORK, Ailment, HealthKind, HealthReport, ask, health_check
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.jobs import nightly_check_up
from portal.catalog.models import ServiceItem, Waiver
from portal.jobs.models import Promise, PromiseStatus
from portal.jobs.outbox import run
from portal.organisations.models import Organisation, ServiceCenter
from tests.pages.acts import at_desk, editor, guide, publisher, spoil

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
"""02:30 in China."""


def found(check: str) -> list[Ailment]:
    return list(CHECKS[check](timezone.now()))


def sentences(check: str) -> str:
    return "\n".join(f"{one.kind} {one.title} {one.sentence}" for one in found(check))


def plain(home: HomePage, body: str, slug: str = "plain") -> PlainPage:
    return home.add_child(instance=PlainPage(title="交通指引", slug=slug, body=body))


def test_a_column_without_news_is_stale_and_a_fresh_one_is_not(small_site: HomePage) -> None:
    assert "栏目“通报”还没有发布过内容。" in sentences("stale_columns")
    assert "栏目“通知公告”最近一条是2017年4月5日的" in sentences("stale_columns")
    index = NewsIndexPage.objects.get()
    for kind in NewsKind.values:
        index.add_child(instance=NewsPage(title=kind, slug=kind, summary="摘要", kind=kind, date=timezone.localdate()))
    old = {"summary": "摘要", "kind": NewsKind.NOTICE, "date": date(2016, 1, 1)}
    index.add_child(instance=NewsPage(title="补录的旧通知", slug="older", **old))
    assert found("stale_columns") == []


def test_the_standards_say_when_something_is_stale(small_site: HomePage) -> None:
    assert found("stale_guides") == []
    GuidePage.objects.filter(pk=guide().pk).update(last_published_at=timezone.now() - timedelta(days=200))
    assert found("stale_guides") == []
    standards = HealthStandards.load()
    standards.guide_months, standards.news_days = 6, 3650
    standards.save()
    assert [one.title for one in found("stale_guides")] == [guide().title]
    assert "通知公告" not in sentences("stale_columns")


@pytest.mark.parametrize(
    "day, months, before",
    [
        (date(2026, 11, 25), 12, date(2025, 11, 25)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_months_are_counted_back_to_a_day_that_exists(day: date, months: int, before: date) -> None:
    assert months_ago(day, months) == before


def test_guides_are_judged_by_the_rules_of_today(small_site: HomePage) -> None:
    page = guide()
    before = {(one.kind, one.sentence) for one in found("guides") if one.title == page.title}
    stream = page._meta.get_field("conditions").stream_block
    vague = stream.to_python([{"type": "condition", "value": "其他需要提供的材料"}])
    GuidePage.objects.filter(pk=page.pk).update(fee_charged=True, conditions=vague)
    new = [one for one in found("guides") if one.title == page.title and (one.kind, one.sentence) not in before]
    assert {one.kind for one in new} == {HealthKind.MISSING, HealthKind.VAGUE}
    assert all(one.url == reverse("wagtailadmin_pages:edit", args=[page.pk]) for one in new)


def test_a_hall_without_address_is_found_and_a_whole_one_is_not(small_site: HomePage) -> None:
    titles = {one.title for one in found("halls")}
    assert "公安分中心" in titles
    assert ServiceCenter.objects.get(code="sx-center").name not in titles


def test_a_department_whose_decisions_name_nobody_is_found_and_a_whole_one_is_not(small_site: HomePage) -> None:
    departments = Organisation.objects.filter(code__in=["sx-jsj", "sx-rfb"])
    departments.update(document_sign="", reconsideration_body="绍兴市人民政府", court="待核实")
    (ailment,) = [one for one in found("authorities") if one.title == "绍兴市建设局"]
    assert "文号代字、行政诉讼管辖法院没有登记" in ailment.sentence
    assert "行政复议机关" not in ailment.sentence
    form = at_desk(publisher()).get(ailment.url).content.decode()
    assert all(f'name="{name}"' in form for name in ("document_sign", "reconsideration_body", "court"))
    departments.filter(code="sx-jsj").update(document_sign="绍市建", court="示例人民法院")
    titles = {one.title for one in found("authorities")}
    assert "绍兴市建设局" not in titles
    assert "绍兴市人民防空办公室" not in titles, "it decides nothing here"


def test_vague_words_in_free_text_are_found_and_plain_ones_are_not(small_site: HomePage) -> None:
    plain(small_site, "<p>周一至周五办公。</p><p>请带齐其他需要提供的材料。</p>")
    assert sentences("vague_pages").count("交通指引") == 1
    assert "其他需要提供的材料" in sentences("vague_pages")


def test_changes_that_nobody_published_are_found(small_site: HomePage) -> None:
    assert found("unpublished") == []
    spoil(guide())
    draft = plain(small_site, "<p>新</p>")
    Page.objects.filter(pk=draft.pk).update(
        live=False, first_published_at=None, latest_revision_created_at=timezone.now() - timedelta(days=31)
    )
    assert {one.title for one in found("unpublished")} == {guide().title, "交通指引"}


def test_links_to_what_is_gone_are_found_and_living_ones_are_not(small_site: HomePage) -> None:
    target, other = plain(small_site, "<p>一</p>", "target"), plain(small_site, "<p>二</p>", "other")
    body = "".join(f'<p><a linktype="page" id="{pk}">链接</a></p>' for pk in (guide().pk, target.pk, other.pk, 999_999))
    plain(small_site, body + '<p><a linktype="document" id="77">表</a></p>', "linking")
    NewsPage.objects.update(body=[])
    assert sentences("links").count("交通指引") == 2
    target.unpublish()
    other.delete()
    text = sentences("links")
    assert "链接的页面“交通指引”没有发布。" in text
    assert text.count("链接的页面已经删除。") == 2
    assert "链接的文件已经删除。" in text
    assert "withdrawn" not in text
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert f"withdrawn 交通指引 链接的事项“{guide().title}”已经停止受理。" in sentences("links")


@pytest.mark.parametrize(
    "address, sound",
    [
        ("/items/", True),
        ("/items/tz-09/?q1=a#materials", True),
        ("/items/tz-09", True),
        ("/news/feed/", True),
        ("/papers/leaflet/TZ-09.pdf", True),
        ("/old/", True),
        ("/gone/", False),
        (f"{settings.BASE_URL}/halls/", True),
        (f"{settings.BASE_URL}/nowhere/", False),
        ("https://www.gov.cn/zhengce/", True),
        ("https://", False),
        ("http://[bad", False),
        ("mailto:a@example.cn", True),
        ("mailto:somebody", False),
        ("tel:0575-00000001", True),
        ("tel:no", False),
        ("#top", True),
        ("www.gov.cn", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_addresses_are_read_and_never_fetched(small_site: HomePage, address: str, sound: bool) -> None:
    Redirect.objects.create(old_path="/old", redirect_link="/items/")
    assert (KnownPaths.read().fault(address) == "") is sound


def test_withdrawn_items_and_dead_signposts_are_found(small_site: HomePage) -> None:
    assert found("withdrawn_items") == found("signposts") == []
    withdraw_item(ServiceItem.objects.get(code="BDC-01"), by=None, reason="取消")
    text = sentences("withdrawn_items")
    assert "事项已经停止受理，指南还在网上。" in text
    assert "一件事里还有已经停止受理的事项BDC-01。" in text
    SearchPromotion.objects.create(words="房子", page=guide("SS-02"))
    Redirect.objects.create(old_path="/old", redirect_page=guide("SS-02"))
    guide("SS-02").unpublish()
    assert sentences("signposts").count("没有发布") == 2


def test_old_waivers_are_due_for_review(small_site: HomePage) -> None:
    made: dict[str, Any] = {"code": "TZ-09", "rule": "lint.x", "element": "conditions", "reason": "理由充分"}
    now = timezone.now()
    for clause, days in (("旧条款", 400), ("新条款", 10)):
        approved = {"approved_by": publisher(), "approved_at": now - timedelta(days=days), "article": "《法》第一条"}
        Waiver.objects.create(clause=clause, asked_by=editor(), **made, **approved)
    assert [one.sentence[:5] for one in found("waivers")] == ["“旧条款”"]
    assert found("waivers")[0].url == reverse("guide_report", args=[guide().pk])


def test_two_requests_start_one_check_up(small_site: HomePage) -> None:
    first, second = ask(by=editor()), ask(by=publisher())
    assert first == second
    assert Promise.objects.filter(kind=WORK).count() == 1
    first.work_out()
    third = ask(by=editor())
    assert third != first


def test_a_report_that_is_finished_stays_as_it_is(small_site: HomePage) -> None:
    report = ask(by=None)
    report.work_out()
    kept = HealthReport.latest()
    assert kept is not None
    assert kept.total == len(kept.findings) > 0
    spoil(guide())
    report.work_out()
    kept.work_out()
    assert HealthReport.latest().total == kept.total


def test_every_night_there_is_one_check_up(small_site: HomePage) -> None:
    nightly_check_up(NIGHT - timedelta(hours=5))
    assert not HealthReport.objects.exists()
    for minutes in (0, 1, 2):
        nightly_check_up(NIGHT + timedelta(minutes=minutes))
    report = HealthReport.objects.get()
    assert report.asked_by is None
    report.work_out()
    nightly_check_up(NIGHT + timedelta(minutes=3))
    assert HealthReport.objects.count() == 1
    nightly_check_up(NIGHT + timedelta(days=1))
    assert HealthReport.objects.count() == 2


def test_work_that_was_given_up_frees_the_place(small_site: HomePage) -> None:
    report = ask(by=None)
    Promise.objects.filter(kind=WORK).update(status=PromiseStatus.DEAD)
    nightly_check_up(NIGHT - timedelta(hours=5))
    report.refresh_from_db()
    assert report.failed
    assert HealthReport.latest() is None
    assert "没有完成" in at_desk(editor()).get(reverse("desk_health")).content.decode()
    assert ask(by=None) != report


def test_the_button_promises_the_work_and_the_worker_does_it(small_site: HomePage) -> None:
    desk = at_desk(editor())
    url = reverse("desk_health")
    assert "还没有体检过" in desk.get(url).content.decode()
    assert desk.get(reverse("desk_health_export")).status_code == 404
    for _ in range(2):
        assert desk.post(url, follow=True).status_code == 200
    assert "正在体检" in desk.get(url).content.decode()
    assert run(Promise.objects.get(kind=WORK).pk)
    shown = desk.get(url).content.decode()
    assert "栏目“通报”还没有发布过内容。" in shown
    assert "栏目“通报”" not in desk.get(url, {"kind": "broken"}).content.decode()
    for words in ({"kind": "\x00"}, {"page": "9" * 40}, {"kind": "x" * 4000}):
        assert desk.get(url, words).status_code == 200
    sheet = load_workbook(BytesIO(desk.get(reverse("desk_health_export")).content)).active
    rows = list(sheet.values)
    assert rows[0] == ("类别", "页面", "问题", "怎么办", "编辑地址")
    assert len(rows) == HealthReport.latest().total + 1
    assert desk.get(reverse("wagtailadmin_home")).content.decode().count("desk-tile__count") == 4


def test_the_home_of_editors_counts_what_waits(small_site: HomePage) -> None:
    spoil(guide())
    ask(by=None).work_out()
    html = at_desk(publisher()).get(reverse("wagtailadmin_home")).content.decode()
    for label in ("在用事项", "指南有修改未发布", "等我审核", "最近体检发现的问题"):
        assert label in html
    assert f'desk-tile__count">{HealthReport.latest().total}<' in html


def test_a_name_belongs_to_one_check() -> None:
    with pytest.raises(ValueError, match="two health checks"):
        health_check("links")(lambda now: [])


def test_the_catalogue_shows_no_difference_to_strangers(small_site: HomePage, client: Client) -> None:
    """The report is for editors: nothing of it stands on a public page."""
    ask(by=None).work_out()
    for url in ("/", CataloguePage.objects.get().url, "/news/", "/halls/"):
        assert "体检" not in client.get(url).content.decode()
