"""`manage.py import_items PATH [--dry-run]`: items and themes from a workbook or YAML become drafts; all or none."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pages.exchange import ImportRefused, import_file, preview
from portal.catalog.exchange.limits import BY_COMMAND
from portal.lib.refusal import Refused
from portal.organisations.models import User


class Command(BaseCommand):
    help = "从Excel工作簿（.xlsx）或者YAML文件导入事项和一件事，成为各自页面的草稿；有一处错误就全部不导入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查并逐行报告，不写入")
        parser.add_argument("--by", default="", help="记为哪个账号所做")

    def handle(self, *args: Any, path: Path, dry_run: bool, by: str, **options: Any) -> None:
        data = _bytes(path)
        user = _user(by)
        try:
            report = preview(data, by=user) if dry_run else import_file(data, by=user)
        except ImportRefused as refusal:
            report = refusal.report
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for line in report.lines():
            self.stdout.write(line)
        if not report.is_clean:
            raise CommandError("文件里有错误，没有导入任何事项。")
        self.stdout.write("检查通过，没有写入任何内容。" if dry_run else "已经导入为草稿，发布前请逐个核对。")


def _bytes(path: Path) -> bytes:
    """At most one byte more than is taken, so that a huge file is refused and not loaded."""
    try:
        with path.open("rb") as file:
            return file.read(BY_COMMAND.bytes + 1)
    except OSError as error:
        raise CommandError(f"不能读取文件“{path}”，请检查路径和权限。") from error


def _user(name: str) -> User | None:
    if not name:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"没有账号“{name}”。")
    return found
