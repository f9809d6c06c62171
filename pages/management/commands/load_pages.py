"""Create the pages of site/content that are missing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pages.content import load_pages


class Command(BaseCommand):
    help = "Load home, catalogue, guides and themes from site/content (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(code: str) -> None:
            if options["verbosity"]:
                self.stdout.write(f" {code}", ending="")
                self.stdout.flush()

        load_pages(settings.CONTENT_DIR, progress)
