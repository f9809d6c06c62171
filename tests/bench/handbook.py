"""Handbooks of 29 and of 90 items: seconds a page, and how far the peak of memory grows with the number of chapters.

Each is printed by a process of its own, like the worker that would print it. `HANDBOOK_ITEMS=5,10` tries other numbers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

SIZES = (29, 90)
GOAL = 1.25
"""Peak memory of the largest against the smallest."""
QUEUE = float(settings.Q_CLUSTER["timeout"])
SECONDS = 3600
"""Longer than any of them takes."""


def sizes() -> list[int]:
    given = os.environ.get("HANDBOOK_ITEMS", "")
    return sorted(int(size) for size in given.split(",")) if given else list(SIZES)


def items_in_force(count: int) -> None:
    """Exactly so many items, the starting content again and again under codes of their own."""
    from portal.catalog.models import Edition, ServiceItem
    from portal.catalog.schema.definition import ItemDefinition
    from portal.organisations.models import Organisation, Zone
    from tests.cast import starting_items

    def keep(number: int, definition: ItemDefinition) -> None:
        item = ServiceItem.objects.create(
            code=definition.code,
            name=f"{definition.name}（{number}）",
            zone=Zone.objects.get(code=definition.zone),
            lead=Organisation.objects.get(code=definition.lead_dept),
        )
        edition = Edition.objects.create(
            item=item, number=1, definition=definition.model_dump(mode="json"), sha256=definition.digest()
        )
        ServiceItem.objects.filter(pk=item.pk).update(current_edition=edition)

    there = ServiceItem.objects.open_for_intake().count()
    for number in range(there, count):
        source = starting_items()[number % len(starting_items())]
        keep(number, source.model_copy(update={"code": f"ZZ-{number:04d}"}))


def database_url() -> str:
    """The database of this run, for a process of its own."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    person = f"{quote(place['USER'])}:{quote(place['PASSWORD'])}@" if place["USER"] else ""
    return f"postgres://{person}{place['HOST']}:{place['PORT'] or 5432}/{place['NAME']}"


def printed() -> tuple[int, int, float, float, float]:
    """Order a handbook of everything and have it printed: items, pages, seconds, the longest stretch, peak in MiB."""
    import uuid

    from portal.catalog.handbook.order import order_handbook

    handbook = order_handbook(None, None, uuid.uuid4())
    child = subprocess.run(
        [sys.executable, "-m", "tests.bench.handbook", str(handbook.pk)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if child.returncode:
        raise RuntimeError(child.stderr[-2000:])
    pages, seconds, longest, peak = child.stdout.split()
    return len(handbook.contents), int(pages), float(seconds), float(longest), float(peak)


def report() -> list[str]:
    """One line a handbook, and one for the growth of memory from the smallest to the largest."""
    lines, peaks = [], []
    for count in sizes():
        items_in_force(count)
        items, pages, seconds, longest, peak = printed()
        peaks.append(peak)
        lines.append(
            f"handbook of {items} items: {pages} pages in {seconds:.0f} s, {seconds / pages * 1000:.0f} ms a page, "
            f"longest stretch {longest:.0f} s (the queue ends one of {QUEUE:.0f} s), peak {peak:.0f} MiB"
        )
    ratio = peaks[-1] / peaks[0]
    verdict = "ok  " if ratio <= GOAL else "MISS"
    lines.append(f"{verdict}  peak memory of the largest handbook / the smallest: {ratio:.2f}x (goal <= {GOAL:.2f}x)")
    return lines


def print_one(handbook: int) -> None:
    """The child: print one handbook, a stretch at a time like the worker; its pages, seconds, longest stretch, peak."""
    import time

    import django

    django.setup()
    from portal.catalog.handbook.models import Handbook
    from portal.catalog.handbook.press import Press
    from portal.catalog.jobs import STRETCH

    stretches, more = [], True
    while more:
        began = time.perf_counter()
        more = not Press(Handbook.objects.for_list().get(pk=handbook)).run(seconds=STRETCH)
        stretches.append(time.perf_counter() - began)
    pages = Handbook.objects.values_list("pages", flat=True).get(pk=handbook)
    print(pages, f"{sum(stretches):.2f}", f"{max(stretches):.2f}", f"{peak_mib():.1f}")


def peak_mib() -> float:
    """The highest resident size of this process in MiB (Linux); `ru_maxrss` would count the parent's as well."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    print_one(int(sys.argv[1]))
