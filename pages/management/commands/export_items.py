"""`manage.py export_items PATH [--drafts]`: items and themes as a workbook or YAML, by the suffix of the path."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pages.exchange import export_definitions, export_names
from pages.exchange_themes import export_themes
from portal.catalog.exchange.files import replace_file, write_file
from portal.lib.refusal import Refused


class Command(BaseCommand):
    help = "把现行的事项和一件事导出为Excel工作簿（.xlsx）或者YAML文件（.yaml、.yml）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="文件")
        parser.add_argument("--drafts", action="store_true", help="导出最新的草稿，不是现行的版本")

    def handle(self, *args: Any, path: Path, drafts: bool, **options: Any) -> None:
        items, unfinished = export_definitions(drafts=drafts)
        themes, unfinished_themes = export_themes(drafts=drafts)
        try:
            data = write_file(items, path.suffix, export_names(), themes)
            replace_file(path, data)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"不能写入文件“{path}”，请检查路径和权限。") from error
        for code in (*unfinished, *unfinished_themes):
            self.stderr.write(f"草稿“{code}”还不完整，没有导出。")
        self.stdout.write(f"已导出{len(items)}个事项、{len(themes)}个一件事。")
