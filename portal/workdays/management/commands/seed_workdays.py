"""Enter the official calendar of the years that are known."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.workdays.seed import seed_workdays


class Command(BaseCommand):
    help = "Seed working days 2004-2026 (idempotent; edits by people stay)."

    def handle(self, *args: Any, **options: Any) -> None:
        added = seed_workdays()
        if options["verbosity"]:
            self.stdout.write(f"{added} days added.")
