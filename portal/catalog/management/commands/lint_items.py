"""Judge the texts of items: of a file, or of everything in force. Exit 1 when something may not be published."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from portal.catalog.editions.publishing import examine
from portal.catalog.exchange.content import department_names, guided_definition
from portal.catalog.items.models import Edition, ServiceItem
from portal.catalog.judging.findings import Finding, shape_findings
from portal.catalog.judging.lint.judge import judge, lint_definition
from portal.catalog.judging.lint.rulebook import ELEMENTS
from portal.catalog.schema.definition import ItemDefinition

MOST_BYTES = 20_000_000
Row = dict[str, Any]


class Command(BaseCommand):
    help = "Lint item texts: FILE (YAML items, or a list of clauses), or --all items in force. --json for machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--all", action="store_true", help="every item in force")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == options["all"]:
            raise CommandError("请给出一个文件，或者用 --all 检查全部在用事项。")
        rows = list(_in_force() if options["all"] else _of_file(options["file"]))
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self._print(rows)
        errors = sum(row["severity"] == "error" for row in rows)
        if errors:
            raise SystemExit(1)

    def _print(self, rows: list[Row]) -> None:
        for row in rows:
            mark = "须改正" if row["severity"] == "error" else "提示"
            clause = f"“{row['clause']}”" if row["clause"] else ""
            self.stdout.write(
                f"{row['item']} {row['place']}{clause} [{mark} {row['rule']}] {row['message']}{row['suggestion']}"
            )
        errors = sum(row["severity"] == "error" for row in rows)
        self.stdout.write(f"共{len(rows)}处，其中须改正{errors}处。" if rows else "没有发现问题。")


def _row(item: str, finding: Finding) -> Row:
    return {
        "item": item,
        "field": finding.field,
        "place": finding.place,
        "clause": finding.clause,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "suggestion": finding.suggestion,
    }


def _in_force() -> Iterator[Row]:
    """Texts and consistency of the editions in force, as publishing would judge them today."""
    editions = Edition.objects.filter(pk__in=ServiceItem.objects.open_for_intake().values("current_edition"))
    for edition in editions.select_related("item").order_by("item__code"):
        for finding in examine(edition.parsed):
            yield _row(edition.item.code, finding)


def _of_file(path: Path) -> Iterator[Row]:
    for number, entry in enumerate(_entries(path), start=1):
        if isinstance(entry, str):
            yield from _clause(f"第{number}条", "", entry)
        elif isinstance(entry, dict) and "text" in entry:
            field = str(entry.get("field", ""))
            if field and field not in ELEMENTS:
                raise CommandError(f"{path.name}第{number}项的要素“{field}”不存在，可用的有{'、'.join(ELEMENTS)}。")
            yield from _clause(f"第{number}条", field, str(entry["text"]))
        elif isinstance(entry, dict):
            yield from _item(number, entry)
        else:
            raise CommandError(f"{path.name}第{number}项既不是事项，也不是一句话。")


def _entries(path: Path) -> list[Any]:
    """The items or clauses of the file. Raises CommandError with a sentence for anything else."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CommandError(f"{path.name}太大，最多20 MB。")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CommandError(f"没有找到文件{path.name}。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path.name}读不出来，应当是UTF-8编码的文本。") from error
    if path.suffix.lower() == ".txt":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第{mark.line + 1}行" if mark else ""
        raise CommandError(f"{path.name}{place}不是有效的YAML，或者用了不允许的标签。") from error
    entries = data.get("items", data.get("clauses")) if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise CommandError(f"{path.name}里没有事项（items）或者句子的列表。")
    return entries


def _clause(item: str, field: str, text: str) -> Iterator[Row]:
    for verdict in judge(text, field or "condition"):
        finding = Finding(field, verdict.rule, verdict.message, verdict.suggestion, verdict.severity, text)
        yield {**_row(item, finding), "place": field}


def _item(number: int, entry: dict[str, Any]) -> Iterator[Row]:
    """One item, in the spelling of the starting content or of the schema itself."""
    code = str(entry.get("code", f"第{number}项"))
    try:
        if "steps" in entry or "legal_basis" in entry:
            definition = guided_definition(entry, department_names(settings.CONTENT_DIR), settings.CONTENT_DIR)
        else:
            definition = ItemDefinition.model_validate(entry)
    except ValidationError as error:
        yield from (_row(code, finding) for finding in shape_findings(error))
        return
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        missing = f"缺少“{error.args[0]}”" if isinstance(error, KeyError) else "结构不对"
        raise CommandError(f"{code}：{missing}。") from error
    yield from (_row(code, finding) for finding in lint_definition(definition))
