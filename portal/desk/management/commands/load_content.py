"""Load what a new portal starts with. Can run again: it adds what is missing and leaves people's edits alone."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.cases.models import PublicityRule
from portal.catalog.finding.models import load_synonyms
from portal.catalog.judging.lint.models import load_rulebook
from portal.desk.demo import load_demo_accounts
from portal.organisations import access
from portal.organisations.content import load_organisations
from portal.organisations.models import ServiceCenter


class Command(BaseCommand):
    help = "Load organisations, windows, working days, items and pages from site/content (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("单位、受理区、大厅和窗口", lambda: load_organisations(settings.CONTENT_DIR)),
            ("岗位对应的用户组", access.extend_groups),
            ("文本检查规则", lambda: load_rulebook(settings.CONTENT_DIR)),
            ("检索同义词", lambda: load_synonyms(settings.CONTENT_DIR)),
            ("办件公示规则", self._publicity),
            ("工作日历", lambda: call_command("seed_workdays", verbosity=0)),
            ("事项、指南和主题页面", lambda: call_command("load_pages", verbosity=options["verbosity"])),
        ]
        if settings.DEMO:
            steps.append(("演示账号", lambda: load_demo_accounts(settings.CONTENT_DIR)))
        for number, (name, step) in enumerate(steps, start=1):
            self.stdout.write(f"[{number}/{len(steps)}] {name} …", ending="")
            self.stdout.flush()
            step()
            self.stdout.write(" 完成")

    def _publicity(self) -> None:
        for center in ServiceCenter.objects.filter(windows__isnull=False).distinct():
            PublicityRule.keep_general(center)
