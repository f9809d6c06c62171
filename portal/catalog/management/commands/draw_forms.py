"""Print the blank forms and samples of the starting content anew, after its fields or the papers have changed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.catalog.exchange.form_files import draw


class Command(BaseCommand):
    help = "Draw site/content/forms from the fields and examples in site/content/guides.yaml."

    def handle(self, *args: Any, **options: Any) -> None:
        written = draw(settings.CONTENT_DIR)
        self.stdout.write(f"{len(written)} files in site/content/forms")
