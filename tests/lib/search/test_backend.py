"""Wagtail's own search finds what stands inside Chinese titles, on both databases."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from portal.lib.search.backend import apart

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Page:
    root = Page.get_first_root_node()
    root.add_child(instance=Page(title="公众场所安全检查", slug="other"))
    return root.add_child(instance=Page(title="建筑工程施工许可证核发 2026 年版", slug="permit"))


@pytest.mark.parametrize("typed", ["施工许可", "工许", "核发", "建筑", "2026", "建筑 核发", "许可证核", '"施工"'])
def test_a_page_is_found_by_any_part_of_its_title(page: Page, typed: str) -> None:
    assert [one.pk for one in Page.objects.autocomplete(typed)] == [page.pk]


@pytest.mark.parametrize("typed", ["工施", "火星", '"', "'", "*", "施工' | 'x", "\\", "\x00", "(", "NEAR("])
def test_what_does_not_stand_there_is_not_found(page: Page, typed: str) -> None:
    assert not list(Page.objects.search(typed))
    assert not list(Page.objects.autocomplete(typed))


@pytest.mark.parametrize("typed", ["施工许可", "建筑 核发", '"施工许可" 核发'])
def test_the_page_search_of_the_back_office_finds_it_too(page: Page, admin_client: Client, typed: str) -> None:
    found = admin_client.get(reverse("wagtailadmin_pages:search"), {"q": typed}).content.decode()
    assert page.title in found
    assert "公众场所安全检查" not in found


def test_a_change_of_title_is_followed(page: Page) -> None:
    page.title = "房屋开工许可"
    page.save()
    assert [one.pk for one in Page.objects.search("开工许可")] == [page.pk]
    assert not list(Page.objects.search("施工许可"))
    page.delete()
    assert not list(Page.objects.search("开工许可"))


def test_only_chinese_is_parted() -> None:
    assert apart("TZ-09 abc") == "TZ-09 abc"
    assert apart("施a") == "、施、a"
