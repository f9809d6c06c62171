"""Say whether all data is as it must be; run after every fault test and every night."""

from contextlib import nullcontext
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from portal.lib.nightly import every_file
from portal.lib.strays import disagreements


class Command(BaseCommand):
    help = "Check what must be true of all data; every app states its own rules in `integrity.problems()`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--files",
            choices=("tonight", "all"),
            default="tonight",
            help="Read the files whose turn it is (each within thirty nights, all of a small house), or all of them.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with every_file() if options["files"] == "all" else nullcontext():
            self._check()

    def _check(self) -> None:
        found = 0
        for config in apps.get_app_configs():
            if not config.name.startswith("portal.") or not module_has_submodule(config.module, "integrity"):
                continue
            for problem in import_module(f"{config.name}.integrity").problems():
                self.stderr.write(f"{config.label}: {problem}")
                found += 1
        for problem in disagreements(timezone.now()):
            self.stderr.write(f"files: {problem}")
            found += 1
        if found:
            raise CommandError(f"{found} problem(s).")
        self.stdout.write("All invariants hold.")
