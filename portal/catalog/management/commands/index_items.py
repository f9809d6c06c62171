"""Build the search index anew from the editions in force."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.catalog.finding.indexing import rebuild


class Command(BaseCommand):
    help = "Rebuild the search index of the items in force (it keeps itself in step; this is for after an upgrade)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已建立{rebuild()}个事项的检索索引。")
