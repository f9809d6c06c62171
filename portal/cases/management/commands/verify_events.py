"""Prove that no event was changed, removed or slipped in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.cases.models import Event
from portal.cases.models.event import broken_links


class Command(BaseCommand):
    help = "Verify the hash chain of every case's events; exits with an error when one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        events = Event.objects.order_by("case_id", "seq")
        problems = list(broken_links(events.iterator()))
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} broken link(s).")
        self.stdout.write(f"{events.count()} events, every chain is whole.")
