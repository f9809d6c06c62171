"""A year of a centre at any size: real cases, made by the verbs, copied many times over with numbers of their own.

What is open was made on one of the last days by the verbs themselves, so that its deadlines are what the calendar says;
what is finished is spread over the year. Numbers, papers, slips and hash chains of the copies are as the verbs would
make them, so `check_invariants` is content with up to two thousand. What is more is copied inside the database
(`tests/bench/multiply.py`), and has what lists and searches read.

    python -m tests.bench.bulk 1000 100000    grows the database of DATABASE_URL to these numbers of cases
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.bench.multiply import multiply
from tests.bench.recipes import Recipe, recipes
from tests.bench.writing import (
    INSERT,
    analyse,
    count_cases,
    counters_now,
    fast_writing,
    highest,
    keep_counters,
    set_sequences,
)

SEED = 20260302
BATCH = 2000
"""Cases whose rows are written at once."""
YEAR = 365
WITH_FILES = 2000
"""So many cases have papers on the disk; more would only fill it with the same file."""
PAPER = b"%PDF-1.7\n% one for all\n%%EOF\n"
NAMES = ("建设", "贸易", "餐饮", "科技", "置业", "物流", "纺织", "机械", "园林", "医药")
DAY = "%Y%m%d"


# -- copying ----------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """How the rows of one model are copied: which columns are keys, links, days, and what is its own."""

    model: Any
    columns: list[str]
    key: int
    links: list[tuple[int, Any]]
    moments: list[int]
    days: list[int]
    next: int
    rows: list[list[Any]] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place = {name: number for number, name in enumerate(self.columns)}


@dataclass(frozen=True)
class Mould:
    """The rows of one real case, by table, ready to be copied; events as objects, for their digest."""

    rows: list[tuple[Table, list[list[Any]]]]
    events: list[Any]
    finished: bool
    moved: dict[int, list[tuple[Table, list[list[Any]]]]] = field(default_factory=dict)

    def ago(self, days: int) -> list[tuple[Table, list[list[Any]]]]:
        """The rows as they would be so many days earlier, in the words of the database; worked out once a day."""
        if days not in self.moved:
            back = timedelta(days=days)
            self.moved[days] = [(table, [_moved(table, row, back) for row in rows]) for table, rows in self.rows]
        return self.moved[days]


class Year:
    """Writes copies of the moulds into the database at hand; the same seed makes the same year."""

    def __init__(self, kinds: tuple[Recipe, ...] | None = None) -> None:
        _everybody_at_their_post()
        self.chance = random.Random(SEED)
        self.tables = _tables()
        self.counters = counters_now()
        self.copies = count_cases()
        self.moulds: list[Mould] = []
        self.shares: list[float] = []
        for recipe in kinds or recipes():
            for days in recipe.days_ago:
                self.moulds.append(self._mould(recipe, days))
                self.shares.append(recipe.share / len(recipe.days_ago))
        _settle_papers()
        self.moulds = [self._read(mould) for mould in self.moulds]  # now that their papers have a file
        self._look_again()

    def _mould(self, recipe: Recipe, days: int) -> Any:
        import time_machine
        from django.utils import timezone

        from tests.cast import find_cast

        cast = find_cast()
        moment = timezone.localtime(timezone.now() - timedelta(days=days)).replace(hour=10, minute=0)
        with time_machine.travel(min(moment, timezone.localtime()), tick=True):
            return recipe.make(cast)

    def _read(self, case: Any) -> Mould:
        from portal.cases.models import Event
        from portal.cases.states import AFTER_DECISION, CaseStatus

        case.refresh_from_db()
        rows = [(table, [_prepared(table, row) for row in _rows_of(table.model, case)]) for table in self.tables]
        finished = case.status in AFTER_DECISION and case.status in (CaseStatus.DELIVERED, CaseStatus.DECIDED_REFUSED)
        return Mould(rows, list(Event.objects.filter(case=case).order_by("seq")), finished)

    def grow_to(self, cases: int) -> None:
        """More copies until there are so many cases: some thousand one by one, then all of them many times over."""
        self._copy_until(min(cases, WITH_FILES))
        if times := cases // count_cases() - 1:
            multiply(self.tables, times)
            self._look_again()
        self._copy_until(cases)

    def _look_again(self) -> None:
        """What somebody else has written since."""
        self.counters, self.copies = counters_now(), count_cases()
        for table in self.tables:
            table.next = highest(table.model) + 1

    def _copy_until(self, cases: int) -> None:
        missing = cases - count_cases()
        while missing > 0:
            part = min(BATCH, missing)
            for mould in self.chance.choices(self.moulds, self.shares, k=part):
                self._copy(mould)
            self._write()
            missing -= part
        keep_counters(self.counters)
        set_sequences([table.model for table in self.tables])

    def _copy(self, mould: Mould) -> None:
        self.copies += 1
        days = self.chance.randrange(YEAR) if mould.finished else 0
        ids: dict[tuple[Any, int], int] = {}
        for table, rows in mould.ago(days):
            own = OWN.get(table.model.__name__)
            key, model = table.key, table.model
            for row in rows:
                copy = row.copy()
                ids[model, row[key]] = copy[key] = table.next
                table.next += 1
                for place, target in table.links:
                    if copy[place] is not None:
                        copy[place] = ids[target, copy[place]]
                if own:
                    own(self, table, copy)
                table.rows.append(copy)
        self._chain(mould, timedelta(days=days))

    def _chain(self, mould: Mould, back: timedelta) -> None:
        """The hash chain of this copy: the events of the mould with its own case, times and previous hashes."""
        table = self.tables[-1]
        case, before, mine = (table.place[name] for name in ("case_id", "previous_hash", "hash"))
        previous = ""
        first = len(table.rows) - len(mould.events)
        for row, event in zip(table.rows[first:], mould.events, strict=True):
            case_id, at = event.case_id, event.at
            event.case_id, event.at, event.previous_hash = row[case], at - back, previous
            previous = event.digest()
            row[before], row[mine] = event.previous_hash, previous
            event.case_id, event.at = case_id, at
        cases = next(one for one in self.tables if one.model.__name__ == "Case")
        cases.rows[-1][cases.place["event_head"]] = previous

    def take(self, series: str) -> int:
        self.counters[series] += 1
        return self.counters[series]

    def _write(self) -> None:
        from django.db import connection

        with fast_writing():
            for table in self.tables:
                INSERT[connection.vendor](table)
                table.rows.clear()


def _moved(table: Table, row: list[Any], back: timedelta) -> list[Any]:
    """A row some days earlier. Where a number will stand there is what it is made of: a day, a letter, a year."""
    from django.db import connection
    from django.utils import timezone

    copy = row.copy()
    for place in (*table.moments, *table.days):
        if copy[place] is not None:
            copy[place] = copy[place] - back
    made_of = PARTS.get(table.model.__name__)
    if made_of:
        issued = copy[table.place["issued_at"]] if "issued_at" in table.place else None
        year = timezone.localdate(issued, timezone.get_default_timezone()).year if issued else 0
        copy[table.place[made_of[0]]] = made_of[1](row[table.place[made_of[0]]], back, year)
    if connection.vendor == "sqlite":
        for place in table.moments:
            copy[place] = copy[place] and str(copy[place].astimezone(UTC).replace(tzinfo=None))
        for place in table.days:
            copy[place] = copy[place] and copy[place].isoformat()
    return copy


def _shifted(day: str, back: timedelta) -> str:
    return (datetime.strptime(day, DAY) - back).strftime(DAY)


def _day_of_application(number: str, back: timedelta, year: int) -> str:
    from portal.cases.numbers import ApplicationNumber

    return _shifted(ApplicationNumber.parse(number).day, back)


def _letter_and_day(number: str | None, back: timedelta, year: int) -> tuple[str, str] | None:
    from portal.cases.numbers import CaseNumber

    known = CaseNumber.parse(number) if number else None
    return (known.letter, _shifted(known.day, back)) if known else None


def _year(was: Any, back: timedelta, year: int) -> int:
    return year


PARTS: dict[str, tuple[str, Callable[[Any, timedelta, int], Any]]] = {
    "Application": ("number", _day_of_application),
    "Case": ("number", _letter_and_day),
    "Document": ("year", _year),
    "Slip": ("code", _year),
}


def _own_application(year: Year, table: Table, row: list[Any]) -> None:
    from portal.cases.numbers import ApplicationNumber, counter_of_applications

    place, number = table.place, year.copies
    day = row[place["number"]]
    row[place["number"]] = str(ApplicationNumber(day, year.take(counter_of_applications(day))))
    row[place["idempotency_key"]] = _uuid(number)
    row[place["query_code"]] = _code(number)[:8]
    row[place["identity_index"]] = hashlib.sha256(f"somebody {number % 50_000}".encode()).hexdigest()
    row[place["applicant_name"]] = f"绍兴示例{NAMES[number % len(NAMES)]}{number % 50_000}号有限公司"
    row[place["applicant_key"]] = row[place["applicant_name"]]


def _own_case(year: Year, table: Table, row: list[Any]) -> None:
    from portal.cases.numbers import CaseNumber, counter_of_cases

    known = row[table.place["number"]]
    if known:
        row[table.place["number"]] = str(CaseNumber(*known, year.take(counter_of_cases(*known))))


def _own_document(year: Year, table: Table, row: list[Any]) -> None:
    from portal.documents.numbers import PaperNumber

    place = table.place
    kind, body, issued = row[place["kind"]], row[place["body"]], row[place["year"]]
    number = PaperNumber(kind, issued, year.take(PaperNumber(kind, issued, 0, body).series), body)
    row[place["serial"]], row[place["number"]] = number.serial, str(number)
    row[place["verification_code"]] = _code(row[table.key])
    row[place["path"]] = _file(row[table.key], write=year.copies <= WITH_FILES)


def _file(number: int, *, write: bool) -> str:
    """The path of a paper of its own; the file as well, unless there would be too many of them."""
    name = hashlib.sha256(f"bench {number}".encode()).hexdigest()[:32]
    path = f"{name[:2]}/{name}.pdf"
    if write:
        file = Path(settings.PRIVATE_ROOT) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PAPER)
    return path


def _own_slip(year: Year, table: Table, row: list[Any]) -> None:
    from portal.handover.numbers import SlipCode, counter_of_slips

    issued = row[table.place["code"]]
    row[table.place["code"]] = str(SlipCode(issued, year.take(counter_of_slips(issued))))


OWN: dict[str, Callable[[Year, Table, list[Any]], None]] = {
    "Application": _own_application,
    "Case": _own_case,
    "Document": _own_document,
    "Slip": _own_slip,
}


def _uuid(number: int) -> Any:
    import uuid

    from django.db import connection

    made = uuid.uuid5(uuid.NAMESPACE_OID, f"bench {number}")
    return made if connection.features.has_native_uuid_field else made.hex


def _code(number: int) -> str:
    """Sixteen signs of base32, each number its own."""
    return base64.b32encode(hashlib.sha256(f"bench {number}".encode()).digest()[:10]).decode()


# -- reading moulds ---------------------------------------------------------------------------------------------------


def _models() -> list[Any]:
    """Everything that hangs on a case, what is linked to before what links to it."""
    from portal.cases.models import Application, Case, CaseMaterial, Event, Task
    from portal.documents.models import Document
    from portal.handover.models import Custody, Slip, SlipLine
    from portal.pickup.models import Delivery, Result

    through = Case.documents.through
    return [Application, Case, CaseMaterial, Task, Document, through, Slip, SlipLine, Custody, Result, Delivery, Event]


def _tables() -> list[Table]:
    from django.db import models

    mine = _models()
    found = []
    for model in mine:
        fields = model._meta.concrete_fields
        found.append(
            Table(
                model,
                [one.column for one in fields],
                key=next(place for place, one in enumerate(fields) if one.primary_key),
                links=[(place, one.related_model) for place, one in enumerate(fields) if one.related_model in mine],
                moments=[place for place, one in enumerate(fields) if isinstance(one, models.DateTimeField)],
                days=[
                    place
                    for place, one in enumerate(fields)
                    if isinstance(one, models.DateField) and not isinstance(one, models.DateTimeField)
                ],
                next=highest(model) + 1,
            )
        )
    return found


def _rows_of(model: Any, case: Any) -> Any:
    """The rows of one model that hang on a case; LookupError for a kind of row that no copy would have."""
    paths = {
        "Application": {"cases": case},
        "Case": {"pk": case.pk},
        "Document": {"cases": case},
        "SlipLine": {"slip__case": case},
        "Custody": {"material__case": case},
    }
    if model.__name__ == "Case":
        for link in model._meta.related_objects:
            strange = link.related_model not in _models()
            if strange and link.related_model._base_manager.filter(**{link.field.name: case}).exists():
                raise LookupError(f"{link.related_model.__name__} hangs on a case, and is not copied")
    return model._base_manager.filter(**paths.get(model.__name__, {"case": case})).order_by("pk")


def _prepared(table: Table, thing: Any) -> list[Any]:
    """The values of a row as the database takes them; times stay times, to be shifted."""
    from django.db import connection, models

    def value(one: Any) -> Any:
        given = getattr(thing, one.attname)
        if isinstance(one, models.DateField) or given is None:
            return given
        if isinstance(one, models.JSONField):
            return json.dumps(given, cls=one.encoder, ensure_ascii=False)
        return one.get_db_prep_save(given, connection)

    return [value(one) for one in table.model._meta.concrete_fields]


def _everybody_at_their_post() -> None:
    """The people of all departments that the moulds go through, and everybody at their post for more than the year."""
    from django.utils import timezone

    from portal.catalog.models import ServiceItem
    from portal.organisations.models import Post
    from tests.cast import find_cast

    cast = find_cast()
    for item in ServiceItem.objects.select_related("current_edition"):
        for code in item.current_edition.parsed.departments:
            cast.officer(code), cast.decider(code)
    Post.objects.update(valid_from=timezone.localdate() - timedelta(days=YEAR + 30))


def _settle_papers() -> None:
    """Nothing waits to be printed: all papers look alike."""
    from django.utils import timezone

    from portal.documents.models import Document
    from portal.jobs.models import Promise, PromiseStatus
    from portal.lib.files import PDF, store_bytes

    for paper in Document.objects.filter(sha256=""):
        stored = store_bytes(PAPER, PDF)
        made = {"path": stored.path, "sha256": stored.sha256, "size": stored.size, "rendered_at": paper.issued_at}
        Document.objects.filter(pk=paper.pk).update(**made)
    waiting = Promise.objects.filter(kind="documents.render")
    waiting.update(status=PromiseStatus.DONE, done_at=timezone.now())


def main(sizes: list[int]) -> None:
    year = Year()
    for size in sorted(sizes):
        began = time.monotonic()
        year.grow_to(size)
        analyse()
        print(f"{size} cases after {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    main([int(size) for size in sys.argv[1:]])
