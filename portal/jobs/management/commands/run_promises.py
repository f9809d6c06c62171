"""Do due promises in the foreground; for maintenance windows and tests."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.jobs.models import Promise
from portal.jobs.outbox import run_due


class Command(BaseCommand):
    help = "Do what has been promised and is due, then stop."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        # What fails is put off, so every round leaves less that is due, even one in which nothing succeeds.
        while Promise.objects.due(timezone.now()).exists():
            total += run_due()
        self.stdout.write(f"{total} promise(s) kept.")
