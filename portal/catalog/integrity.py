"""Editions are what they were, and no item stands on the edition of another."""

from collections.abc import Iterator

from django.db.models import Count, F, Max

from portal.catalog.definition import digest
from portal.catalog.models import Edition, ServiceItem, ThemeEdition


def problems() -> Iterator[str]:
    """Changed editions, gaps in an item's numbering, items on an edition that is not theirs.

    The hash is taken of the row as stored: `edition.parsed` is kept per process and would hide a change.
    """
    for edition in Edition.objects.select_related("item").iterator(chunk_size=200):
        if digest(edition.definition) != edition.sha256:
            yield f"edition {edition} was changed"
    rows = Edition.objects.order_by().values("item__code").annotate(count=Count("pk"), highest=Max("number"))
    for row in rows:
        if row["count"] != row["highest"]:
            yield f"item {row['item__code']}: {row['count']} editions, highest number {row['highest']}"
    strangers = ServiceItem.objects.exclude(current_edition=None).exclude(current_edition__item=F("pk"))
    for code in strangers.values_list("code", flat=True):
        yield f"item {code} stands on the edition of another item"
    yield from _theme_problems()


def _theme_problems() -> Iterator[str]:
    for edition in ThemeEdition.objects.select_related("theme").iterator(chunk_size=200):
        if digest(edition.definition) != edition.sha256:
            yield f"edition {edition} was changed"
    rows = ThemeEdition.objects.order_by().values("theme__code").annotate(count=Count("pk"), highest=Max("number"))
    for row in rows:
        if row["count"] != row["highest"]:
            yield f"theme {row['theme__code']}: {row['count']} editions, highest number {row['highest']}"
