"""Build the search index anew from the editions in force."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.catalog.finding.indexing import catch_up, rebuild


class Command(BaseCommand):
    help = "Rebuild the search index of the items in force, for after a change of its rules; it keeps itself in step."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only what is missing or should not be there")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["missing"]:
            catch_up()
            return
        self.stdout.write(f"已建立{rebuild()}个事项的检索索引。")
