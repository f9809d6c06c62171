"""Loading the starting content again creates what is missing and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from wagtail.models import GroupPagePermission, Page, Site

from pages.content import load_pages
from pages.models import CataloguePage, GuidePage, HomePage, ThemePage
from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.models import Edition
from portal.organisations.content import load_organisations
from tests.pages.acts import guide, is_open, put_live

pytestmark = pytest.mark.django_db


def test_the_welcome_page_is_gone_and_the_site_starts_at_home(small_site: HomePage) -> None:
    assert Site.objects.get().root_page == small_site.page_ptr
    assert [type(page.specific) for page in Page.get_first_root_node().get_children()] == [HomePage]


def test_addresses_are_plain_latin(small_site: HomePage) -> None:
    assert all(slug.isascii() for slug in Page.objects.values_list("slug", flat=True))
    assert guide("BDC-01").url == "/items/bdc-01/"


def test_every_loaded_page_is_live_by_a_revision(small_site: HomePage) -> None:
    assert not Page.objects.filter(depth__gt=1, live_revision=None).exists()


def test_loading_the_whole_content_again_changes_nothing(site: HomePage) -> None:
    before = (Edition.objects.count(), GuidePage.objects.count(), ThemePage.objects.count())
    call_command("load_pages", verbosity=0)
    assert before == (Edition.objects.count(), GuidePage.objects.count(), ThemePage.objects.count()) == (29, 29, 6)


def test_what_people_edited_stays(small_site: HomePage, three_items: Path) -> None:
    page = guide()
    page.title, page.slug = "施工许可", "shigong"
    put_live(page)
    catalogue = CataloguePage.objects.get()
    catalogue.title = "全部事项"
    catalogue.save_revision().publish()
    load_pages(three_items)
    assert (guide().title, guide().slug) == ("施工许可", "shigong")
    assert CataloguePage.objects.get().title == "全部事项"


def test_an_item_that_is_published_already_gets_its_page_and_no_second_edition(three_items: Path) -> None:
    load_organisations(three_items)
    editions = {item.code: publish(item, by=None) for item in load_items(three_items)}
    load_pages(three_items)
    assert {page.item.code: page.edition for page in GuidePage.objects.all()} == editions


def test_what_people_took_away_does_not_come_back(small_site: HomePage, three_items: Path) -> None:
    guide().delete()
    ThemePage.objects.get().delete()
    load_pages(three_items)
    assert not is_open()
    assert GuidePage.objects.count() == 2
    assert not ThemePage.objects.exists()


def test_page_rights_that_people_narrowed_stay_narrow(small_site: HomePage, three_items: Path) -> None:
    GroupPagePermission.objects.get(group__name="审管办", permission__codename="lock_page").delete()
    left = GroupPagePermission.objects.count()
    load_pages(three_items)
    assert GroupPagePermission.objects.count() == left
