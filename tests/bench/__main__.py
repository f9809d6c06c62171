"""`make bench`: speed and memory, as ratios within one run, on a scratch SQLite file.

`python -m tests.bench chart search` runs the named parts only.
"""

from __future__ import annotations

import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from portal.cases.intake.outcomes import accept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import setup_databases, setup_test_environment

SLIPS = 200
ACCEPTANCES = 200
PARTS = (
    "chart",
    "exchange",
    "handbook",
    "lint",
    "search",
    "weight",
    "speed",
)
"""Modules of this package whose `report()` gives one line for each measurement."""


def resident_mib() -> float:
    """Resident memory of this process in MiB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def median_seconds(act: Callable[[], object], times: int) -> float:
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        measured.append(time.perf_counter() - began)
    return statistics.median(measured)


def report(name: str, value: str, goal: str, reached: bool) -> None:
    print(f"{'ok  ' if reached else 'MISS'}  {name:<58} {value:>16}   goal {goal}", flush=True)


def bench_slips() -> None:
    """One page of a slip through our door against WeasyPrint alone on the same HTML; then memory over many."""
    import weasyprint

    from portal.handover.models import Slip
    from portal.lib.pdf import render_pdf, static_file
    from tests.cast import accepted_case

    slip = Slip.objects.get(case=accepted_case("TZ-09"), department__code="sx-jsj")
    document = slip.document
    context = {**document.content, "copies": document.content["copies"][:1], "document": document}
    html = render_to_string(document.template, context)
    style = static_file("static:css/papers.css").read_text()
    bare_html = html.replace('<link rel="stylesheet" href="static:css/papers.css">', f"<style>{style}</style>")
    fonts = weasyprint.text.fonts.FontConfiguration()

    def ours() -> bytes:
        return render_pdf(document.template, context)

    def bare() -> bytes:
        return weasyprint.HTML(string=bare_html).write_pdf(font_config=fonts)

    ours(), bare()
    rounds = [(median_seconds(ours, 5), median_seconds(bare, 5)) for _ in range(4)]
    ratio = statistics.median(mine / theirs for mine, theirs in rounds)
    report("one-page slip / bare WeasyPrint", f"{ratio:.2f}x", "<= 1.2x", ratio <= 1.2)
    bench_memory(html)


def bench_memory(html: str) -> None:
    """Resident memory of a worker that prints slips and nothing else, in a process of its own."""
    child = subprocess.run([sys.executable, "-m", "tests.bench", "memory"], input=html, capture_output=True, text=True)
    first, peak, last = (float(number) for number in child.stdout.split())
    flat = peak <= 250 and last - first < 30
    report(f"resident memory over {SLIPS} slips", f"{first:.0f} -> {last:.0f} MiB", "flat, < 250 MiB", flat)


def print_memory() -> int:
    """The child of `bench_memory`: first, highest and last resident size while printing the HTML on standard input."""
    from portal.lib.pdf import html_to_pdf

    html = sys.stdin.read()
    html_to_pdf(html)
    sizes = [resident_mib()]
    for _ in range(SLIPS):
        html_to_pdf(html)
        sizes.append(resident_mib())
    print(sizes[0], max(sizes), sizes[-1])
    return 0


def bench_acceptances() -> None:
    """Acceptances a minute by one window, each with number, six tasks, six slips and notices, on SQLite."""
    from portal.cases import integrity
    from portal.organisations.models import User
    from tests.cast import received_case

    by = User.objects.get(username="receiver")
    cases = [received_case("TZ-09") for _ in range(ACCEPTANCES)]
    began = time.perf_counter()
    for case in cases:
        accept(case, by=by)
    rate = ACCEPTANCES / (time.perf_counter() - began) * 60
    gapless = not list(integrity.problems())
    name = f"acceptances a minute, gapless ({connection.vendor})"
    report(name, f"{rate:.0f}/min", ">= 400/min", rate >= 400 and gapless)


def bench_part(name: str) -> None:
    for line in importlib.import_module(f"tests.bench.{name}").report():
        print(line, flush=True)


def on_a_database_of_its_own(act: Callable[[], None]) -> None:
    """Run one part with the cast in place, and nothing that another part left."""
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        from tests.cast import build_cast

        build_cast()
        act()
    finally:
        for database, name, destroy in old:
            if destroy:
                database.creation.destroy_test_db(name, 0)


def bench_main_job() -> None:
    print(f"database {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[1]}, {os.cpu_count()} cores", flush=True)
    bench_slips()
    bench_acceptances()


def main(chosen: list[str]) -> int:
    """Without a name everything, each part in a process of its own; 0 when every process ended well."""
    if len(chosen) == 1:
        on_a_database_of_its_own(bench_main_job if chosen == ["main_job"] else lambda: bench_part(chosen[0]))
        return 0
    names = chosen or ["main_job", *PARTS]
    return max(subprocess.run([sys.executable, "-m", "tests.bench", name]).returncode for name in names)


if __name__ == "__main__":
    sys.exit(print_memory() if "memory" in sys.argv else main(sys.argv[1:]))
