"""Public papers of the items in force: 办事指南单页, 一次性告知单 and the blank 统一申请表, as PDF.

A paper is printed once for what it says: the address of a stored PDF is the digest of its page, so a new edition, a
new telephone number or a new layout makes a new one, and nothing else does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.catalog.items.models import ServiceItem
from portal.catalog.papers import item_papers as papers
from portal.catalog.papers.form_paper import application_form, item_part
from portal.catalog.schema.answers import check_situation
from portal.lib.inline_file import inline_file
from portal.lib.pdf import html_to_pdf, static_file
from portal.lib.throttle import Rate, TooMany, take

MOST_ITEMS = 10
MOST_ANSWERS = 20
KEPT_SECONDS = 24 * 60 * 60
RATE = Rate("papers", limit=60, seconds=60)
"""New papers a minute for all citizens together: printing shares one lock with the papers of the windows."""
STYLES = ("static:css/papers.css", "static:css/item_papers.css", "static:css/hall_papers.css")

CODE = re.compile(r"[A-Z]{2,3}-[0-9]{2,4}")

View = Callable[..., HttpResponse]


class NoPaper(Exception):
    """There is no such paper; the sentence goes to the citizen."""

    def __init__(self, title: str, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.title, self.sentence, self.status = title, sentence, status


def paper(view: Callable[..., tuple[str, str, dict[str, Any]]]) -> View:
    """A view that names a template, a file name and a content becomes one that answers with a PDF or a sentence."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
        try:
            return _pdf(request, *view(request, **kwargs))
        except NoPaper as missing:
            context = {"title": missing.title, "sentence": missing.sentence}
            return render(request, "errors/message.html", context, status=missing.status)

    return answer


@paper
def leaflet(request: HttpRequest, code: str) -> tuple[str, str, dict[str, Any]]:
    """办事指南单页 of one item."""
    item = _in_force([code])[0]
    content = papers.leaflet(item.edition_in_force.parsed, papers.around(item))
    return "papers/leaflet.html", f"{item.name}办事指南单页.pdf", content


@paper
def checklist(request: HttpRequest, code: str) -> tuple[str, str, dict[str, Any]]:
    """一次性告知单 under the answers in the address; what is not an answer to a question is ignored."""
    item = _in_force([code])[0]
    definition = item.edition_in_force.parsed
    given = {question.key: request.GET.getlist(question.key)[:MOST_ANSWERS] for question in definition.questions}
    situation, _ = check_situation(definition.questions, given)
    content = papers.checklist(definition, papers.around(item), situation, _form_url(item.code))
    return "papers/checklist.html", f"{item.name}一次性告知单.pdf", content


@paper
def form(request: HttpRequest, codes: str) -> tuple[str, str, dict[str, Any]]:
    """The blank 统一申请表 of one item or of several, in the order of the address, each once."""
    items = _in_force(list(dict.fromkeys(codes.upper().split("+"))))
    around = {item.code: papers.around(item) for item in items}
    parts = [item_part(item.edition_in_force.parsed, around[item.code]) for item in items]
    name = items[0].name if len(items) == 1 else f"{items[0].name}等{len(items)}个事项"
    content = {
        **application_form(parts),
        "center": around[items[0].code].center,
        "form_url": _form_url("+".join(item.code for item in items)),
    }
    return "papers/form.html", f"{name}申请表.pdf", content


def _form_url(codes: str) -> str:
    return settings.BASE_URL.rstrip("/") + reverse("paper_form", args=[codes])


def _in_force(codes: list[str]) -> list[ServiceItem]:
    """The items with these codes, each in force with an edition; NoPaper names the first that is not."""
    if len(codes) > MOST_ITEMS:
        sentence = f"一张申请表最多合并{MOST_ITEMS}个事项，您选了{len(codes)}个。请减少事项后再下载。"
        raise NoPaper("事项太多", sentence, 400)
    known = [code.upper() for code in codes if CODE.fullmatch(code.upper())]
    open_items = ServiceItem.objects.open_for_intake().filter(code__in=known)
    found = {item.code: item for item in open_items.select_related("zone", "current_edition")}
    for code in codes:
        item = found.get(code.upper())
        if item is None:
            sentence = f"没有编码为“{_printable(code)}”的事项，或者该事项已经停止受理。请到事项目录中查找。"
            raise NoPaper("没有找到这个事项", sentence, 404)
    return [found[code.upper()] for code in codes]


def _printable(code: str) -> str:
    return "".join(sign for sign in code[:20] if sign.isprintable())


def _pdf(request: HttpRequest, template: str, name: str, content: dict[str, Any]) -> HttpResponse:
    html = render_to_string(template, content)
    digest = _digest(html)
    return inline_file(
        request, digest=digest, make=lambda: _printed(html, digest), content_type="application/pdf", name=name
    )


def _digest(html: str) -> str:
    """Of everything that decides how the paper looks: its words and its styles."""
    found = hashlib.sha256(html.encode())
    for style in STYLES:
        found.update(static_file(style).read_bytes())
    return found.hexdigest()


def _printed(html: str, digest: str) -> bytes:
    """The PDF of this page; printed by the first who asks, kept for a day."""
    key = f"paper:{digest}"
    data = cache.get(key)
    if data is None:
        _take_turn()
        data = html_to_pdf(html)
        cache.set(key, data, KEPT_SECONDS)
    return data


def _take_turn() -> None:
    """Count a new paper, whoever asks; NoPaper when too many were asked for."""
    try:
        take(RATE, "all")
    except TooMany as limit:
        raise NoPaper(
            "请稍候", f"现在下载的人较多，请在{limit.clock}以后再试，或者到窗口领取纸质单页。", 503
        ) from limit
