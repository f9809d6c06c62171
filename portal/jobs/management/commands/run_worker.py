"""The worker process: django-q2's cluster with our one schedule."""

from typing import Any

from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.jobs.queue import SILENCE, run_cluster


class Command(BaseCommand):
    help = "Do promised work until stopped (SIGTERM or Ctrl-C)."
    requires_system_checks: tuple[str, ...] = ()  # handle() runs them all, those of the database too

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--silence",
            type=float,
            default=SILENCE,
            help="Start the workers anew after this many seconds without a sign of life (default: %(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        errors = [
            check for check in run_checks(databases=["default"]) if check.is_serious() and not check.is_silenced()
        ]
        if errors:
            raise CommandError("\n".join(str(error) for error in errors))
        run_cluster(silence=options["silence"])
