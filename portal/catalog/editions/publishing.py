"""Publishing: what preflight lets through becomes the next edition, at once in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from portal.catalog.editions.intake import IN_FORCE, record
from portal.catalog.finding.indexing import index_items
from portal.catalog.items.models import Edition, IntakeAct, ItemStatus, ServiceItem
from portal.catalog.items.shown import item_changed
from portal.catalog.judging.findings import Finding, PreflightFailed
from portal.catalog.judging.lint.judge import lint_definition, rulebook_in_force
from portal.catalog.judging.lint.rulebook import Rulebook
from portal.catalog.judging.preflight import preflight
from portal.catalog.judging.waivers import with_waivers
from portal.catalog.schema.definition import ItemDefinition
from portal.organisations.models import Organisation, Zone

if TYPE_CHECKING:
    from portal.organisations.models import User


def search_text(definition: ItemDefinition, lead: Organisation) -> str:
    """What a clerk may type: name, code, department, full pinyin, initials."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes tens of MiB, and only publishing needs it

    words = f"{definition.name}{definition.short_name}"
    full = "".join(lazy_pinyin(words))
    initials = "".join(lazy_pinyin(words, style=Style.FIRST_LETTER))
    compact = definition.code.replace("-", "")
    parts = (words, definition.code, compact, lead.short_name, lead.full_name, full, initials)
    return "\n".join(parts).lower()


@dataclass(frozen=True)
class Surroundings:
    """What definitions are examined against in this centre, read once for as many as there are.

    `kinds` gives, by item code, the kind of every form field that an edition of it carries: answers are kept under it.
    """

    departments: Set[str]
    zones: Set[str]
    kinds: Mapping[str, Mapping[str, str]]
    rulebook: Rulebook


def surroundings(codes: Iterable[str]) -> Surroundings:
    """What the items of these codes are examined against."""
    return Surroundings(
        departments=set(Organisation.objects.standing().values_list("code", flat=True)),
        zones=set(Zone.objects.values_list("code", flat=True)),
        kinds=kinds_in_use(codes),
        rulebook=rulebook_in_force(),
    )


def examine(definition: ItemDefinition, around: Surroundings | None = None, *, on: date | None = None) -> list[Finding]:
    """Everything preflight says of a definition in this centre: errors block publishing, the rest is advice.

    `on` is the day on which it would be published, today unless it is scheduled.
    """
    around = around or surroundings([definition.code])
    kinds = around.kinds.get(definition.code)
    found = preflight(definition, departments=around.departments, zones=around.zones, kinds_in_use=kinds)
    found += validity_findings(definition, on or timezone.localdate())
    return with_waivers(definition.code, found + lint_definition(definition, around.rulebook))


def validity_findings(definition: ItemDefinition, on: date) -> list[Finding]:
    """What its days do on the day of publishing: an item that is over takes nothing in, one that is taken in today is
    not shut until its next edition begins."""
    found = []
    if definition.closes_on is not None and definition.closes_on <= on:
        said = "计划取消日期已经到了，发布以后不能收件。"
        found.append(Finding("cancel_on", "validity.over", said, "改正计划取消日期；事项已经取消的，不要发布。"))
    waits = definition.opens_on is not None and definition.opens_on > on
    if waits and ServiceItem.objects.open_for_intake().filter(code=definition.code).exists():
        said = "本事项正在收件，现在发布，到计划生效日期以前都不能收件。"
        found.append(Finding("effective_from", "validity.gap", said, "请用定时发布，在计划生效日期发布新版。"))
    return found


def kinds_in_use(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The kind of every form field of the editions of these items, by item code and key; forms only are read."""
    found: dict[str, dict[str, str]] = {}
    editions = Edition.objects.filter(item__code__in=set(codes)).order_by("item", "number")
    for code, form in editions.values_list("item__code", "definition__form").iterator():
        found.setdefault(code, {}).update((field["key"], field["kind"]) for field in form or ())
    return found


def check(definition: ItemDefinition) -> list[Finding]:
    """Raise PreflightFailed with everything that blocks publishing; otherwise what was advised or waived."""
    findings = examine(definition)
    errors = [finding for finding in findings if finding.blocks]
    if errors:
        raise PreflightFailed(errors)
    return findings


def publish(definition: ItemDefinition, *, by: User | None, note: str = "", at: datetime | None = None) -> Edition:
    """Publish an item: preflight, then the next edition, at once in force for new cases, also after a withdrawal.

    Unchanged content returns the edition that is in force. Raises PreflightFailed with the findings that block.
    """
    report = [asdict(finding) for finding in check(definition)]
    with transaction.atomic():
        return _publish(definition, by, note, at or timezone.now(), report)


def _publish(
    definition: ItemDefinition, by: User | None, note: str, at: datetime, report: list[dict[str, str]]
) -> Edition:
    lead = Organisation.objects.get(code=definition.lead_dept)
    values = {
        "name": definition.name,
        "zone": Zone.objects.get(code=definition.zone),
        "lead": lead,
        "search_text": search_text(definition, lead),
        "opens_on": definition.opens_on,
        "closes_on": definition.closes_on,
        **IN_FORCE,
    }
    item = ServiceItem.held(definition.code, **values)
    said = {"published_by": by, "published_at": at, "note": note, "report": report}
    edition: Edition = item.put_in_force(definition, values=values, **said)
    if item.status == ItemStatus.WITHDRAWN:
        record(item, IntakeAct.REOPENED, by=by, reason=f"办事指南重新发布（第{edition.number}版）。", at=at)
    index_items([item])
    item_changed(item.code)
    return edition
