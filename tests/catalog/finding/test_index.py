"""The index is in step with what is in force, in the transaction of the change."""

from __future__ import annotations

from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.editions.publishing import publish
from portal.catalog.editions.themes import keep_theme, publish_theme
from portal.catalog.exchange.content import load_themes
from portal.catalog.finding.asking import Tier, search
from portal.catalog.finding.indexing import catch_up
from portal.catalog.finding.models import Entry, Facet, Mark, text_index
from portal.catalog.models import ServiceItem
from portal.organisations.models import Organisation, Zone
from tests.cast import Cast, starting_items


def codes(text: str) -> list[str]:
    return [entry.item.code for entry in search(text)]


def item(code: str = "TZ-09") -> ServiceItem:
    return ServiceItem.objects.get(code=code)


def definition(code: str = "TZ-09"):
    return next(item for item in starting_items() if item.code == code)


def test_a_withdrawn_item_is_gone_at_once_and_a_reopened_one_is_back(cast: Cast) -> None:
    assert codes("施工许可") == ["TZ-09"]
    withdraw_item(item(), by=cast.publisher, reason="取消")
    for typed in ("施工许可", "TZ-09", "sgxk", "市建设局", "施工客可证"):
        assert "TZ-09" not in codes(typed), typed
    reopen_item(item(), by=cast.publisher, reason="恢复")
    assert codes("施工许可") == ["TZ-09"]


def test_a_new_edition_is_found_by_its_new_name_only(cast: Cast) -> None:
    publish(definition().model_copy(update={"name": "房屋开工许可"}), by=cast.editor)
    assert codes("房屋开工") == ["TZ-09"]
    assert search("建筑工程")[0].tier == Tier.TEXT  # the name of what one gets


def test_a_change_that_is_taken_back_leaves_the_index_as_it_was(cast: Cast) -> None:
    with transaction.atomic():
        withdraw_item(item(), by=cast.publisher, reason="取消")
        assert "TZ-09" not in codes("施工许可")
        transaction.set_rollback(True)
    assert codes("施工许可") == ["TZ-09"]


def test_an_item_that_was_never_published_is_not_found(cast: Cast) -> None:
    other = item()
    ServiceItem.objects.create(code="TZ-77", name="没有发布的事项", zone=other.zone, lead=other.lead)
    call_command("index_items", stdout=StringIO())
    assert "TZ-77" not in codes("没有发布的事项")


def test_a_renamed_department_is_found_by_both_what_it_is_and_was_called(cast: Cast) -> None:
    body = Organisation.objects.get(code="sx-jsj")
    body.aliases = [*body.aliases, body.short_name]
    body.short_name = "市住房城乡局"
    body.save()
    assert "TZ-09" in codes("市住房城乡局")
    assert "TZ-09" in codes("市建设局")
    assert "SS-02" not in codes("市住房城乡局")


def test_a_renamed_zone_is_followed(cast: Cast) -> None:
    zone = Zone.objects.get(code="realestate")
    zone.name = "房产登记区"
    zone.save()
    assert codes("房产登记区") == ["BDC-01"]


def test_an_item_is_found_by_the_theme_it_belongs_to_as_long_as_it_does(cast: Cast) -> None:
    theme = next(theme for theme in load_themes(settings.CONTENT_DIR) if theme.code == "ZT-04")
    theme = theme.model_copy(update={"items": ("BDC-01",)})
    keep_theme(theme)
    assert codes("二手房交易登记一件事") == ["BDC-01"]
    assert Mark.objects.filter(facet=Facet.EVENT, value="ZT-04").count() == 1
    publish_theme(theme.model_copy(update={"items": ("TZ-09",)}), by=None)
    assert list(Mark.objects.filter(facet=Facet.EVENT).values_list("entry__item__code", flat=True)) == ["TZ-09"]


def test_the_command_builds_the_same_index_anew(cast: Cast) -> None:
    before = sorted(Mark.objects.values_list("entry", "facet", "value"))
    Entry.objects.all().delete()
    text_index().clear()
    assert codes("施工许可") == []
    told = StringIO()
    call_command("index_items", stdout=told)
    assert "3个事项" in told.getvalue()
    assert sorted(Mark.objects.values_list("entry", "facet", "value")) == before
    assert codes("施工许可") == ["TZ-09"]


def test_catching_up_adds_what_is_missing_and_drops_what_should_not_be_there(cast: Cast) -> None:
    assert catch_up() == 0
    Entry.objects.filter(item=item()).delete()
    assert codes("施工许可") == []
    ServiceItem.objects.filter(code="BDC-01").update(current_edition=None)
    call_command("index_items", "--missing", stdout=StringIO())
    assert codes("施工许可") == ["TZ-09"]
    assert codes("BDC-01") == []
    assert catch_up() == 0


def test_an_item_carries_the_marks_of_its_definition(cast: Cast) -> None:
    marks = set(Mark.objects.filter(entry__item__code="SS-02").values_list("facet", "value"))
    assert {
        ("zone", "business"),
        ("dept", "sx-scjg"),
        ("subject", "person"),
        ("subject", "body"),
        ("topic", "设立变更"),
        ("speed", "instant"),
        ("online", "none"),
        ("letter", "Q"),
    } <= marks
