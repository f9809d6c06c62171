"""The ranked answer to a query, as citizens get it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.catalog.finding.asking import search, tier_of


class Command(BaseCommand):
    help = "Print which items in force a query finds, best first, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="+", help="words, part of a name, pinyin, initials, a code, a department")
        parser.add_argument("--json", action="store_true", help="as a JSON list")
        parser.add_argument("--limit", type=int, default=10)

    def handle(self, *args: Any, **options: Any) -> None:
        found = search(" ".join(options["query"]), limit=max(1, min(options["limit"], 200)))
        rows = [
            {
                "place": place,
                "code": entry.item.code,
                "name": entry.item.name,
                "department": entry.item.lead.short_name,
                "tier": tier_of(entry).name.lower(),
                "why": tier_of(entry).label,
            }
            for place, entry in enumerate(found, start=1)
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            self.stdout.write(
                f"{row['place']:>3}  {row['code']:<9} {row['name']}  （{row['department']}，{row['why']}）"
            )
        if not rows:
            self.stdout.write("没有找到相符的事项。")
