"""Everything a machine needs before the portal starts: tables, cache, starting content, static files; one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, create the cache table, load the starting content and collect static files (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_content", verbosity=options["verbosity"])
        call_command("index_items", missing=True)
        call_command("collectstatic", interactive=False, verbosity=0)
