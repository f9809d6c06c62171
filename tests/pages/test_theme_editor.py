"""A theme (一件事) is made, changed, ordered, published and taken down in the editor, and is an edition each time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Revision

from pages.models import HomePage, ThemePage
from portal.catalog import integrity
from portal.catalog.finding.models import Facet, Mark
from portal.catalog.models import Theme, ThemeEdition, ThemeStatus
from tests.pages.acts import at_desk, edit, editor, form_data, publisher

pytestmark = pytest.mark.django_db

PUBLISH = {"action-publish": "1"}


def page(code: str = "ZT-04") -> ThemePage:
    return ThemePage.objects.get(theme__code=code)


def draft(code: str = "ZT-04") -> ThemePage:
    return page(code).get_latest_revision_as_object()


def items(*codes: str) -> dict[str, Any]:
    """What the browser sends of 包含事项."""
    rows: dict[str, Any] = {"items-count": len(codes)}
    for number, code in enumerate(codes):
        place = f"items-{number}"
        rows |= {f"{place}-deleted": "", f"{place}-order": number, f"{place}-type": "item", f"{place}-id": ""}
        rows[f"{place}-value"] = code
    return rows


def made(user: Any, home: HomePage, **more: Any) -> HttpResponse:
    """The editor's form for a new theme, filled in and sent."""
    data = {
        **form_data(ThemePage()),
        **{"title": "装修一件事", "code": "ZT-07", "zone": "realestate", "lead": "sx-gtj"},
        **items("BDC-01", "SS-02"),
    }
    url = reverse("wagtailadmin_pages:add", args=["pages", "themepage", home.pk])
    return at_desk(user).post(url, {**data, **more}, follow=True)


def found_by(code: str) -> set[str]:
    """The items that the catalogue lists under the theme."""
    return set(Mark.objects.filter(facet=Facet.EVENT, value=code).values_list("entry__item__code", flat=True))


def test_a_theme_is_made_without_code_and_citizens_find_its_items_by_it(small_site: HomePage) -> None:
    made(publisher(), small_site, edition_note="首次发布", **PUBLISH)
    theme = Theme.objects.get(code="ZT-07")
    edition = theme.current_edition
    assert (edition.number, edition.note, edition.published_by) == (1, "首次发布", publisher())
    assert edition.parsed.items == ("BDC-01", "SS-02")
    assert found_by("ZT-07") == {"BDC-01", "SS-02"}
    assert "装修一件事" in Client().get(page("ZT-07").url).content.decode()
    assert "装修一件事" in Client().get("/").content.decode()
    assert page("ZT-07").slug == "zt-07"


def test_a_theme_that_was_only_saved_is_nobodys_but_the_editors(small_site: HomePage) -> None:
    made(editor(), small_site)
    kept = ThemePage.objects.get(code="ZT-07")
    assert (kept.live, kept.theme, Theme.objects.filter(code="ZT-07").exists()) == (False, None, False)
    shown = at_desk(editor()).get(reverse("wagtailadmin_pages:view_draft", args=[kept.pk])).content.decode()
    assert "尚未发布" in shown
    assert "装修一件事" not in Client().get("/").content.decode()


def test_another_order_of_its_items_is_the_next_edition(small_site: HomePage) -> None:
    edit(publisher(), draft(), edition_note="调整顺序", **items("SS-02", "BDC-01", "TZ-09"), **PUBLISH)
    edition = page().edition
    assert (edition.number, edition.note) == (2, "调整顺序")
    assert edition.parsed.items == page().definition.items == ("SS-02", "BDC-01", "TZ-09")
    assert found_by("ZT-04") == {"SS-02", "BDC-01", "TZ-09"}


def test_publishing_it_unchanged_keeps_its_edition(small_site: HomePage) -> None:
    before = page().edition
    edit(publisher(), draft(), search_description="新生儿", **PUBLISH)
    assert (page().edition, page().search_description) == (before, "新生儿")


def test_what_stands_against_it_is_said_beside_its_field_and_nothing_is_published(small_site: HomePage) -> None:
    told = edit(publisher(), draft(), **items("BDC-01", "BDC-01"), **PUBLISH).content.decode()
    assert "列了两次" in told
    assert page().edition.number == 1
    told = made(publisher(), small_site, code="ZT-04", slug="zt-other", **PUBLISH).content.decode()
    assert "主题ZT-04已经有一个页面" in told
    assert (
        "主题编码发布后不能更改，原编码为ZT-04" in edit(publisher(), draft(), code="ZT-09", **PUBLISH).content.decode()
    )
    assert not Theme.objects.filter(code="ZT-09").exists()


def test_a_theme_without_items_is_kept_as_a_draft_and_previewed_as_what_it_lacks(small_site: HomePage) -> None:
    edit(editor(), draft(), **items())
    shown = at_desk(editor()).get(reverse("wagtailadmin_pages:view_draft", args=[page().pk])).content.decode()
    assert "包含事项至少要有1项" in shown
    assert "BDC-01" in page().edition.parsed.items


def test_editors_save_and_publishers_publish(small_site: HomePage) -> None:
    edit(editor(), draft(), title="改名一", **PUBLISH)
    assert Theme.objects.get(code="ZT-04").name != "改名一"
    edit(publisher(), draft(), title="改名二", **PUBLISH)
    assert Theme.objects.get(code="ZT-04").name == "改名二"


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_taking_its_page_down_withdraws_it_everywhere(small_site: HomePage, way: str) -> None:
    name, chart = page().title, reverse("theme_chart", args=["ZT-04"])
    assert Client().get(chart).status_code == 200
    at_desk(publisher()).post(reverse(f"wagtailadmin_pages:{way}", args=[page().pk]))
    assert Theme.objects.get(code="ZT-04").status == ThemeStatus.WITHDRAWN
    assert found_by("ZT-04") == set()
    assert Client().get(chart).status_code == 404
    assert name not in Client().get("/").content.decode()
    assert ThemeEdition.objects.filter(theme__code="ZT-04").count() == 1


def test_publishing_it_again_brings_it_back_in_its_edition(small_site: HomePage) -> None:
    before = page().edition
    at_desk(publisher()).post(reverse("wagtailadmin_pages:unpublish", args=[page().pk]))
    edit(publisher(), draft(), **PUBLISH)
    assert (page().edition, page().theme.status) == (before, ThemeStatus.IN_FORCE)
    assert found_by("ZT-04") == {"BDC-01"}
    assert not list(integrity.problems())


def test_themes_from_before_are_pages_with_fields_and_their_drafts_too(small_site: HomePage) -> None:
    said, empty = page().edition.parsed, {"code": "", "zone": "", "lead": "", "items": "[]"}
    ThemePage.objects.update(**empty, edition=None)
    revision = Revision.objects.get(pk=page().latest_revision_id)
    old = {name: value for name, value in revision.content.items() if name not in empty and name != "edition"}
    Revision.objects.filter(pk=revision.pk).update(content=old)
    import_module("pages.migrations.0007_themes_say_what_they_said").fill(apps, None)
    assert (page().parsed, draft().parsed) == (said, said)
    assert page().edition == page().theme.current_edition == draft().edition
