"""Editions are what they were, no item stands on the edition of another, and every handbook has its file."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from portal.catalog.handbook.models import UNDER_WAY, Handbook, HandbookStatus, series_of
from portal.catalog.handbook.press import work_folder
from portal.catalog.items.models import Edition, IntakeAct, IntakeChange, ItemStatus, ServiceItem, ThemeEdition
from portal.documents.models import Counter, Damaged
from portal.jobs.models import PromiseStatus
from portal.lib.digests import digest


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
    yield from _intake_problems()
    yield from _theme_problems()
    yield from _handbook_problems()


def _intake_problems() -> Iterator[str]:
    """The last line of an item's record says what its status says, and an item in force bears no withdrawal."""
    last = IntakeChange.objects.filter(item=OuterRef("pk")).order_by("-pk").values("act")[:1]
    items = ServiceItem.objects.annotate(last=Subquery(last))
    withdrawn = Q(status=ItemStatus.WITHDRAWN)
    told = Q(last=IntakeAct.WITHDRAWN)
    for code in items.filter((withdrawn & ~told) | (withdrawn & Q(last=None))).values_list("code", flat=True):
        yield f"item {code} is withdrawn, and its record does not say so"
    for code in items.filter(~withdrawn & told).values_list("code", flat=True):
        yield f"item {code} is not withdrawn, and its record says so"
    bearing = items.exclude(withdrawn).exclude(withdrawal_reason="", withdrawn_at=None)
    for code in bearing.values_list("code", flat=True):
        yield f"item {code} is not withdrawn and bears a withdrawal"


def paths() -> Iterator[str]:
    """Handbooks that are done, and the folders of those under way."""
    yield from Handbook.objects.exclude(path="").values_list("path", flat=True)
    for book in Handbook.objects.filter(status__in=UNDER_WAY).only("pk"):
        if work_folder(book).exists():
            yield f"{work_folder(book).relative_to(settings.PRIVATE_ROOT).as_posix()}/"


def _theme_problems() -> Iterator[str]:
    for edition in ThemeEdition.objects.select_related("theme").iterator(chunk_size=200):
        if digest(edition.definition) != edition.sha256:
            yield f"edition {edition} was changed"
    rows = ThemeEdition.objects.order_by().values("theme__code").annotate(count=Count("pk"), highest=Max("number"))
    for row in rows:
        if row["count"] != row["highest"]:
            yield f"theme {row['theme__code']}: {row['count']} editions, highest number {row['highest']}"


def _handbook_problems() -> Iterator[str]:
    """Gaps in a year's numbers, files that are missing or changed, and orders that nobody works on any more.

    The counter is read before the handbooks: one that is ordered meanwhile only makes the handbooks more.
    """
    taken = dict(Counter.objects.filter(series__startswith="handbook:").values_list("series", "last"))
    for row in Handbook.objects.order_by().values("year").annotate(count=Count("pk"), highest=Max("serial")):
        name = series_of(row["year"])
        if not row["count"] == row["highest"] >= taken.pop(name, 0):
            yield f"{name}: {row['count']} ordered, highest serial {row['highest']}, or numbers taken beyond it"
    for name in taken:
        yield f"{name}: numbers taken, nothing ordered"
    for book in Handbook.objects.filter(status=HandbookStatus.DONE).defer("contents").iterator(chunk_size=200):
        try:
            book.check_file()
        except Damaged as damage:
            yield str(damage)
    for book in Handbook.objects.filter(status__in=UNDER_WAY).defer("contents"):
        if not book.promises().exclude(status=PromiseStatus.DONE).exists():
            yield f"{book} is under way and nothing is promised for it"
