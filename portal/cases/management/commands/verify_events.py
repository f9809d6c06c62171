"""Prove that no event was changed, removed or slipped in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.cases.models import Event
from portal.cases.reading.log import events_are_whole


class Command(BaseCommand):
    help = "Verify the chain of every case's events, its end and the guards of their table; an error when broken."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = list(events_are_whole())
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problem(s).")
        self.stdout.write(f"{Event.objects.count()} events, every chain is whole.")
