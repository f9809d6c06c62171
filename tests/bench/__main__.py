"""`make bench`: speed and memory, as ratios within one run. It fails when a line says MISS.

`make bench PARTS="lists receivers" SIZE=1000,100000` runs the named parts at a size of one's own; `PARTS=all` those
that take long as well. The parts that a database decides run on a scratch SQLite file and on PostgreSQL where one
answers (`TEST_DATABASE_URL` names one database for all).
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

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.template.loader import render_to_string
from django.test.utils import setup_databases, setup_test_environment

from tests.tables import copy_tables

SLIPS = 200
PARTS = ("main_job", "chart", "lint", "questions", "speed", "weight", "lists", "receivers", "minute")
"""Modules of this package whose `report()` gives one line for each measurement; `main_job` stands here."""
LONG = ("exchange", "handbook", "search", "beside")
"""Parts that take many minutes, only by name or with `PARTS=all`."""
BOTH = ("questions", "lists", "receivers", "minute", "beside")
"""What depends on the database runs on both."""
APART = ("beside",)
"""Parts that bring databases of their own."""
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"


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


def report(name: str, value: str, goal: str, reached: bool) -> bool:
    print(f"{'ok  ' if reached else 'MISS'}  {name:<58} {value:>24}   goal {goal}", flush=True)
    return reached


def bench_slips() -> bool:
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
    rounds = [(median_seconds(ours, 1), median_seconds(bare, 1)) for _ in range(20)]
    ratio = statistics.median(mine / theirs for mine, theirs in rounds)
    reached = report("one-page slip / bare WeasyPrint", f"{ratio:.2f}x", "<= 1.2x", ratio <= 1.2)
    return bench_memory(html) and reached


def bench_memory(html: str) -> bool:
    """Resident memory of a worker that prints slips and nothing else, in a process of its own."""
    child = subprocess.run([sys.executable, "-m", "tests.bench", "memory"], input=html, capture_output=True, text=True)
    first, peak, last = (float(number) for number in child.stdout.split())
    flat = peak <= 250 and last - first < 30
    return report(f"resident memory over {SLIPS} slips", f"{first:.0f} -> {last:.0f} MiB", "flat, < 250 MiB", flat)


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


def bench_part(name: str) -> bool:
    """Print the lines of a part; whether all goals were reached."""
    reached = True
    for line in importlib.import_module(f"tests.bench.{name}").report():
        print(line, flush=True)
        reached &= not line.startswith("MISS")
    return reached


def on_a_database_of_its_own(act: Callable[[], bool]) -> bool:
    """Run one part with the cast in place, and nothing that another part left."""
    setup_test_environment()
    copy_tables()
    old = setup_databases(verbosity=0, interactive=False, keepdb=True)
    try:
        from tests.cast import build_cast

        build_cast()
        return act()
    finally:
        for database, name, destroy in old:
            if destroy:
                database.creation.destroy_test_db(name, 0)


def databases(name: str) -> list[str | None]:
    """Where a part runs: None is the database of the settings, which is SQLite unless `TEST_DATABASE_URL` is set."""
    if name not in BOTH or os.environ.get("TEST_DATABASE_URL"):
        return [None]
    import psycopg

    try:
        psycopg.connect(POSTGRESQL.replace("postgres://", "postgresql://"), connect_timeout=3).close()
    except psycopg.Error:
        print(f"      no PostgreSQL answers: {name} runs on SQLite only", flush=True)
        return [None]
    return [None, POSTGRESQL]


def chosen_parts(named: list[str]) -> list[str]:
    named = named or os.environ.get("PARTS", "").split()
    return [*PARTS, *LONG] if named == ["all"] else named or list(PARTS)


def run_apart(name: str, database: str | None) -> int:
    """One part in a process of its own; 0 when it reached all its goals."""
    print(f"\n== {name}{' on PostgreSQL' if database else ''}", flush=True)
    environment = {**os.environ, **({"TEST_DATABASE_URL": database} if database else {})}
    return subprocess.run([sys.executable, "-m", "tests.bench", "only", name], env=environment).returncode


def main(named: list[str]) -> int:
    """1 when a part missed a goal or broke off, else 0."""
    if named[:1] == ["only"]:
        name = named[1]
        if name in APART:
            return 0 if bench_part(name) else 1
        return 0 if on_a_database_of_its_own(bench_slips if name == "main_job" else lambda: bench_part(name)) else 1
    print(f"{os.cpu_count()} cores", flush=True)
    failed = [name for name in chosen_parts(named) for database in databases(name) if run_apart(name, database)]
    print(f"\n{'MISSED: ' + ', '.join(failed) if failed else 'All goals were reached.'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(print_memory() if "memory" in sys.argv else main(sys.argv[1:]))
