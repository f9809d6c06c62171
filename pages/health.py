"""The checks of 内容体检 that know the pages: stale columns, missing elements, vague words, drafts, old waivers,
and authorities.

Links are checked in `pages.links`. A check reads what is published; where it speaks of a draft it says so.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing

from pages.guide_page import GuidePage
from pages.halls import HallPage
from pages.news import NewsIndexPage, NewsKind, NewsPage
from pages.plain_page import PlainPage
from pages.standards import HealthStandards
from portal.catalog.care.health import Ailment, HealthKind, health_check
from portal.catalog.judging.lint.judge import judge, rulebook_in_force
from portal.catalog.models import ServiceItem, Waiver
from portal.lib import words
from portal.organisations.models import Organisation

DRAFT_DAYS = 30
"""A page that was begun, never published and not touched for so long has been forgotten."""
SENTENCES = re.compile(r"(?<=[。；！？!?;\n])")
JUDGED_AS = "condition"
"""Free text is judged like a condition: it is where people read what is asked of them."""


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def months_ago(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@health_check("stale_columns")
def stale_columns(now: datetime) -> Iterator[Ailment]:
    """栏目 without anything new for longer than the standard."""
    index = NewsIndexPage.objects.live().first()
    if index is None:
        return
    days = HealthStandards.load().news_days
    today = timezone.localdate(now)
    newest = dict(NewsPage.objects.live().order_by("kind").values_list("kind").annotate(Max("date")))
    url = reverse("wagtailadmin_explore", args=[index.pk])
    for kind, name in NewsKind.choices:
        last = newest.get(kind)
        if last is None:
            sentence = f"栏目“{name}”还没有发布过内容。"
        elif last < today - timedelta(days=days):
            sentence = f"栏目“{name}”最近一条是{words.day(last)}的，已经{(today - last).days}天没有更新。"
        else:
            continue
        yield Ailment(HealthKind.STALE, index.title, sentence, "请发布新的内容，或者核对这个栏目是否还需要。", url)


@health_check("stale_guides")
def stale_guides(now: datetime) -> Iterator[Ailment]:
    """Guides that nobody has published again for longer than the standard."""
    months = HealthStandards.load().guide_months
    before = months_ago(timezone.localdate(now), months)
    for page in GuidePage.objects.live().filter(last_published_at__date__lt=before).defer_streamfields():
        sentence = f"指南从{words.day(page.last_published_at)}起没有复核，超过{months}个月。"
        advice = "请对照现行规定核对全部要素，然后重新发布；没有变化的也要重新发布一次。"
        yield Ailment(HealthKind.STALE, page.title, sentence, advice, edit_url(page))


@health_check("guides")
def guides(now: datetime) -> Iterator[Ailment]:
    """What preflight and the linter say today of guides that were published under yesterday's rules."""
    for page in GuidePage.objects.live().iterator(chunk_size=50):
        for finding in page.findings():
            if finding.severity == "waived":
                continue
            kind = HealthKind.VAGUE if finding.rule.startswith("lint.") else HealthKind.MISSING
            yield Ailment(kind, page.title, f"{finding.place}：{finding.message}", finding.suggestion, edit_url(page))


@health_check("halls")
def halls(now: datetime) -> Iterator[Ailment]:
    """Halls that citizens cannot find, call or time their visit to."""
    for page in HallPage.objects.live().select_related("hall").prefetch_related("hall__opening_hours"):
        hall = page.hall
        lacking = [
            name
            for name, value in (
                ("地址", hall.address),
                ("开放时间", hall.opening_hours.all() or hall.hours),
                ("咨询电话", hall.phone),
                ("公共交通", hall.bus),
            )
            if not value
        ]
        if lacking:
            sentence = f"大厅没有登记{'、'.join(lacking)}。"
            advice = "请审管办在“中心设置”的“服务中心”和“开放时间”里补充。"
            yield Ailment(HealthKind.MISSING, page.title, sentence, advice, edit_url(page))


@health_check("authorities")
def authorities(now: datetime) -> Iterator[Ailment]:
    """Departments that decide items in force, and whose decisions cannot name what they should."""
    for department in Organisation.objects.filter(code__in=_deciding()):
        parts = {
            "文号代字": department.document_sign,
            "行政复议机关": department.reconsideration,
            "行政诉讼管辖法院": department.court_named,
        }
        if lacking := [name for name, value in parts.items() if not value]:
            sentence = f"决定书上要用的{'、'.join(lacking)}没有登记，或者标着待核实。"
            advice = "请审管办核实后在“中心设置”的“单位”里登记；登记以前，文书上用单位全称，救济途径不指名。"
            url = reverse("organisations_organisation_modeladmin_edit", args=[department.pk])
            yield Ailment(HealthKind.MISSING, department.full_name, sentence, advice, url)


def _deciding() -> set[str]:
    """Codes of the departments whose step decides an item that windows take in."""
    items = ServiceItem.objects.open_for_intake().select_related("current_edition")
    steps = (step for item in items if item.current_edition for step in item.current_edition.parsed.route.steps())
    return {step.department for step in steps if step.kind == "decision"}


@health_check("vague_pages")
def vague_pages(now: datetime) -> Iterator[Ailment]:
    """Vague words in the free text of guides, plain pages and halls; news tells what happened and is left alone."""
    book = rulebook_in_force()
    for model in (GuidePage, PlainPage, HallPage):
        fields = [field.name for field in model._meta.fields if isinstance(field, RichTextField)]
        for page in model.objects.live().defer_streamfields():
            for clause in _clauses(page, fields):
                for verdict in judge(clause, JUDGED_AS, book):
                    sentence = f"正文“{clause[:60]}”：{verdict.message}"
                    yield Ailment(HealthKind.VAGUE, page.title, sentence, f"{verdict.suggestion}。", edit_url(page))


def _clauses(page: Page, fields: list[str]) -> Iterator[str]:
    for name in fields:
        for piece in SENTENCES.split(get_text_for_indexing(getattr(page, name) or "")):
            if text := piece.strip():
                yield text


@health_check("unpublished")
def unpublished(now: datetime) -> Iterator[Ailment]:
    """Changes that citizens do not see yet, and pages that were begun and forgotten."""
    for page in Page.objects.live().filter(has_unpublished_changes=True, depth__gt=1):
        sentence = f"有修改还没有发布，保存于{_moment(page)}。"
        yield Ailment(HealthKind.UNPUBLISHED, page.title, sentence, "请发布，或者恢复到已发布的内容。", edit_url(page))
    before = now - timedelta(days=DRAFT_DAYS)
    begun = Page.objects.not_live().filter(first_published_at=None, depth__gt=1)
    for page in begun.filter(latest_revision_created_at__lt=before):
        sentence = f"草稿从{_moment(page)}起没有人动过，一直没有发布。"
        yield Ailment(HealthKind.UNPUBLISHED, page.draft_title, sentence, "请完成并发布，或者删除。", edit_url(page))


def _moment(page: Page) -> str:
    saved = page.latest_revision_created_at
    return words.moment(saved) if saved else "较早的时候"


@health_check("waivers")
def waivers(now: datetime) -> Iterator[Ailment]:
    """Waivers that have stood as long as a guide may stand without review."""
    months = HealthStandards.load().guide_months
    before = months_ago(timezone.localdate(now), months)
    standing = Waiver.objects.standing().filter(approved_at__date__lt=before)
    pages = {page.code: page for page in GuidePage.objects.defer_streamfields()}
    for waiver in standing:
        page = pages.get(waiver.code)
        sentence = f"“{waiver.clause[:60]}”的豁免从{words.day(waiver.approved_at)}起，超过{months}个月。"
        url = reverse("guide_report", args=[page.pk]) if page else ""
        title = page.title if page else waiver.code
        yield Ailment(HealthKind.WAIVER, title, sentence, "请复核豁免的理由和依据是否仍然成立。", url)
