"""Many rows into the database at once, and what it has to know afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def highest(model: Any) -> int:
    from django.db.models import Max

    return model._base_manager.aggregate(highest=Max("pk"))["highest"] or 0


def count_cases() -> int:
    from portal.cases.models import Case

    return Case.objects.count()


def counters_now() -> dict[str, int]:
    from portal.documents.models import Counter

    return defaultdict(int, Counter.objects.values_list("series", "last"))


def keep_counters(counters: dict[str, int]) -> None:
    """Write them; what others took meanwhile (an item that was published) is not taken back."""
    from portal.documents.models import Counter

    stand = counters_now()
    rows = [Counter(series=series, last=max(last, stand[series])) for series, last in counters.items()]
    Counter.objects.bulk_create(rows, update_conflicts=True, unique_fields=["series"], update_fields=["last"])


def set_sequences(models: list[Any]) -> None:
    from django.core.management.color import no_style
    from django.db import connection

    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(line)


@contextmanager
def fast_writing() -> Iterator[None]:
    """One transaction without checks of foreign keys, which hold because the moulds do; within another nothing more."""
    from django.db import connection, transaction

    if connection.in_atomic_block:
        yield
        return
    before, after = {
        "sqlite": (
            "PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF",
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
        ),
        "postgresql": ("SET session_replication_role = replica; SET synchronous_commit = off", "RESET ALL"),
    }[connection.vendor]
    _run(before)
    try:
        with transaction.atomic():
            yield
    finally:
        _run(after)


def _run(lines: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for line in lines.split("; "):
            cursor.execute(line)


def _into_sqlite(table: Any) -> None:
    from django.db import connection

    if not table.rows:
        return
    places = ", ".join("?" * len(table.columns))
    names = ", ".join(f'"{name}"' for name in table.columns)
    connection.ensure_connection()
    connection.connection.executemany(
        f'INSERT INTO "{table.model._meta.db_table}" ({names}) VALUES ({places})', table.rows
    )


def _into_postgresql(table: Any) -> None:
    from django.db import connection

    names = ", ".join(f'"{name}"' for name in table.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table.model._meta.db_table}" ({names}) FROM STDIN') as stream,
    ):
        for row in table.rows:
            stream.write_row(row)


INSERT: dict[str, Callable[[Any], None]] = {"sqlite": _into_sqlite, "postgresql": _into_postgresql}


def analyse() -> None:
    """What a database does by itself after a while: it counts its tables, and PostgreSQL marks what everybody sees."""
    from django.db import connection

    _run("VACUUM ANALYZE" if connection.vendor == "postgresql" and not connection.in_atomic_block else "ANALYZE")
