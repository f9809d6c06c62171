"""No field that becomes a link keeps anything but a link; they are found by walking, so no new one is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.template import engines
from pydantic import BaseModel
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import RichText

from pages.addresses import CheckedLinks, is_address, is_address_block, typed
from pages.models import GuidePage, HomePage, PlainPage, SiteMarks
from pages.news import NewsPage
from pages.promotions import SearchPromotion
from portal.catalog.exchange.files import read_file, write_file
from portal.catalog.exchange.references import dangling
from portal.catalog.exchange.report import Status, judge
from portal.catalog.schema.definition import Contact, ItemDefinition
from portal.lib.links import REFUSED, holds_link
from tests.catalog.exchange_items import content_names, everything
from tests.pages.acts import draft, edit, editor, guide

NAMES = content_names()
pytestmark = [pytest.mark.django_db, pytest.mark.once]
BAD = [
    "javascript:alert(1)",
    " JAVASCRIPT:alert(1)",
    "java\tscript:alert(1)",
    "\x01data:text/html,x",
    "vbscript:x",
    "ftp://a.cn",
]
NAMED_LIKE_ONE = re.compile(r"(?:^|_)(?:url|link|href|website|homepage)(?:$|_(?!path))")
CALLED_LIKE_ONE = re.compile("网址|链接|网办地址")


def our_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model.__module__.startswith(("portal.", "pages.")):
            yield model


def looks_like_address(name: str, label: str) -> bool:
    return bool(NAMED_LIKE_ONE.search(name) or CALLED_LIKE_ONE.search(label))


def test_every_field_that_becomes_a_link_stands_on_a_model_that_judges_it() -> None:
    found = []
    for model in our_models():
        for one in model._meta.local_concrete_fields:
            text = isinstance(one, models.CharField | models.TextField)
            called = text and looks_like_address(one.name, str(one.verbose_name))
            if isinstance(one, models.URLField) or called:
                found.append(f"{model.__name__}.{one.name}")
                assert is_address(one), found[-1]
            if is_address(one) or isinstance(one, RichTextField | StreamField):
                assert issubclass(model, CheckedLinks), f"{model.__name__}.{one.name}"
    assert {"GuidePage.online_url", "GuidePage.consult_url", "SearchPromotion.link", "SiteMarks.icp_url"} <= set(found)


def walk(name: str, block: blocks.Block) -> Iterator[tuple[str, blocks.Block]]:
    yield name, block
    if isinstance(block, blocks.ListBlock):
        yield from walk(name, block.child_block)
    for key, child in getattr(block, "child_blocks", {}).items():
        yield from walk(key, child)


def test_every_block_that_becomes_a_link_is_read_as_one() -> None:
    seen = 0
    for model in our_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, StreamField):
                for name, block in walk("", one.stream_block):
                    seen += 1
                    text = isinstance(block, blocks.CharBlock | blocks.TextBlock)
                    if isinstance(block, blocks.URLBlock) or (text and looks_like_address(name, str(block.label))):
                        assert is_address_block(name, block), f"{model.__name__}.{one.name}: {name}"
    assert seen > 50


def parts_of(model: type[BaseModel], known: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model not in known:
        known.add(model)
        for field in model.model_fields.values():
            for kind in (field.annotation, *get_args(field.annotation)):
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    parts_of(kind, known)
    return known


def test_every_element_that_becomes_a_link_is_named_so_that_an_import_judges_it() -> None:
    parts = parts_of(ItemDefinition, set())
    assert Contact in parts
    for part in parts:
        for name, field in part.model_fields.items():
            if field.annotation is str and looks_like_address(name, field.title or ""):
                assert holds_link(name), f"{part.__name__}.{name}"


def refusals(instance: models.Model, name: str) -> list[str]:
    """What is said about one field when it is saved."""
    others = [one.name for one in instance._meta.fields if one.name != name]
    try:
        instance.clean_fields(exclude=others)
    except ValidationError as error:
        return error.message_dict[name]
    return []


@pytest.mark.parametrize("address", BAD)
@pytest.mark.parametrize(
    ("model", "name"),
    [
        (GuidePage, "online_url"), (GuidePage, "consult_url"), (GuidePage, "complain_url"), (SearchPromotion, "link"),
        (SiteMarks, "icp_url"), (SiteMarks, "police_url"), (SiteMarks, "accessibility_url"), (SiteMarks, "errors_url"),
    ],
)  # fmt: skip
def test_no_field_takes_another_link(model: type[models.Model], name: str, address: str) -> None:
    assert refusals(model(**{name: address}), name)
    assert refusals(model(**{name: "https://example.cn/a"}), name) == []


@pytest.mark.parametrize("address", BAD)
def test_no_rich_text_takes_another_link(address: str) -> None:
    html = f'<p><a href="{address}">甲</a></p>'
    for instance, name in ((GuidePage(intro=html), "intro"), (PlainPage(body=html), "body")):
        assert refusals(instance, name) == [REFUSED]
    news = NewsPage(body=[("paragraph", RichText(html))])
    assert refusals(news, "body") == [REFUSED]
    assert refusals(PlainPage(body='<p><a href="/items/">甲</a><a linktype="page" id="3">乙</a></p>'), "body") == []


def test_a_block_that_comes_later_is_read_too() -> None:
    inner = blocks.StructBlock([("url", blocks.CharBlock()), ("more", blocks.URLBlock()), ("name", blocks.CharBlock())])
    one = StreamField([("cards", blocks.ListBlock(inner))])
    one.set_attributes_from_name("cards")
    value = one.stream_block.to_python(
        [{"type": "cards", "value": [{"url": "javascript:1", "more": "data:1", "name": "vbscript:1"}]}]
    )
    assert list(typed(one, value)) == ["javascript:1", "data:1"]


def with_bad_links() -> ItemDefinition:
    item = everything()
    return item.model_copy(
        update={
            "online_url": "javascript:alert(1)",
            "consult": item.consult.model_copy(update={"url": " data:text/html,x"}),
            "complain": item.complain.model_copy(update={"url": "java\u200bscript:1"}),
        }
    )


def test_an_import_names_every_address_that_is_none() -> None:
    said = dict(dangling(with_bad_links(), NAMES))
    assert set(said) >= {("online_url",), ("consult", "url"), ("complain", "url")}
    assert all(REFUSED in said[path] for path in said)
    assert list(dangling(everything(), NAMES)) == []


@pytest.mark.parametrize("suffix", [".yaml", ".xlsx"])
def test_no_file_brings_another_link(suffix: str) -> None:
    report = judge(read_file(write_file([with_bad_links()], suffix, NAMES), NAMES), NAMES, {})
    assert report.rows[0].status == Status.WRONG
    assert REFUSED in str([*report.rows[0].problems])


def printed(template: str, **context: Any) -> str:
    return engines["django"].from_string("{% load links wagtailcore_tags %}" + template).render(context)


def test_what_an_older_edition_holds_is_printed_as_text() -> None:
    line = '{% if url|is_link %}<a href="{{ url }}">{% endif %}{{ url }}'
    assert printed(line, url="javascript:alert(1)") == "javascript:alert(1)"
    assert printed(line, url="https://example.cn").startswith("<a href=")
    assert "javascript" not in printed("{{ text|richtext|only_links }}", text='<a href="javascript:alert(1)">甲</a>')


TEMPLATES = Path(settings.BASE_DIR, "site/templates")
PUBLIC = [path for folder in ("pages", "includes") for path in TEMPLATES.joinpath(folder).glob("*.html")]
TYPED = re.compile(r'href="(?:\{%[^%]*%\})*\{\{ ((?:definition|marks|pick)\.\w+) \}\}')


def test_every_template_judges_what_it_prints_as_a_link() -> None:
    found = 0
    for path in PUBLIC:
        text = path.read_text(encoding="utf-8")
        for name in TYPED.findall(text):
            found += 1
            assert f"{name}|is_link" in text, f"{path.name}: {name}"
        assert text.count("|richtext") == text.count("|richtext|only_links"), path.name
        assert "{% include_block block %}" not in text.split("paragraph")[-1].split("{% else %}")[0], path.name
    assert found >= 5


def test_the_editing_form_says_what_a_link_must_be_and_keeps_the_draft(small_site: HomePage) -> None:
    before = draft().online_url
    page = edit(editor(), guide(), online_url="javascript:alert(1)").content.decode()
    assert REFUSED in page
    assert draft().online_url == before
    edit(editor(), guide(), online_url="https://example.cn/apply")
    assert draft().online_url == "https://example.cn/apply"
