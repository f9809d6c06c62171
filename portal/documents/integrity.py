"""Every issued paper has its number and its file."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from django.db.models import Count, Max
from django.utils import timezone

from portal.documents.models import Counter, Damaged, Document, FileCopy, stored_bytes
from portal.documents.registry import KINDS
from portal.lib.nightly import of_tonight

UNRENDERED = timedelta(hours=1)


def problems() -> Iterator[str]:
    """Gaps in a yearly series, papers never made, and contents or files that are missing or changed."""
    yield from _gaps()
    for number in Document.objects.filter(sha256="", issued_at__lt=timezone.now() - UNRENDERED).values_list("number"):
        yield f"{number[0]} was issued more than an hour ago and has no file"
    for document in Document.objects.iterator(chunk_size=200):
        if not document.is_as_issued():
            yield f"{document.number}: the content or the number was changed after it was issued"
    yield from _damaged_files()


def paths() -> Iterator[str]:
    """The files of papers."""
    for rows in (Document.objects.exclude(sha256=""), FileCopy.objects.all()):
        yield from rows.values_list("path", flat=True).iterator(chunk_size=1000)


def _damaged_files() -> Iterator[str]:
    wholes = of_tonight(Document.objects.exclude(sha256="")).values_list("number", "path", "sha256")
    copies = of_tonight(FileCopy.objects.all()).values_list("document__number", "path", "sha256")
    for row in chain(wholes.iterator(chunk_size=200), copies.iterator(chunk_size=200)):
        try:
            stored_bytes(*row)
        except Damaged as damage:
            yield str(damage)


def _gaps() -> Iterator[str]:
    """Serials are unique by constraint, so as many rows as the highest serial means that none is missing.

    The counter is read before the papers: one that is issued meanwhile only makes the papers more.
    """
    taken = dict(Counter.objects.filter(series__startswith="document:").values_list("series", "last"))
    issued = (
        Document.objects.order_by().values("kind", "body", "year").annotate(count=Count("pk"), highest=Max("serial"))
    )
    for row in issued:
        if row["kind"] not in KINDS:
            yield f"{row['count']} papers of {row['year']} are of the kind {row['kind']}, which no app has registered"
            continue
        name = KINDS[row["kind"]].series(row["year"], row["body"])
        if row["count"] != row["highest"]:
            yield f"{name}: {row['count']} issued, highest serial {row['highest']}"
        if taken.pop(name, 0) > row["highest"]:
            yield f"{name}: numbers were taken beyond the highest serial {row['highest']}"
    for name, last in taken.items():
        if last:
            yield f"{name}: {last} taken, nothing issued"
