"""Publishing a theme (一件事) and taking it down: numbered editions, one of them in force, as with items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from portal.catalog.finding.indexing import index_theme
from portal.catalog.items.models import ServiceItem, Theme, ThemeStatus
from portal.catalog.items.shown import theme_changed
from portal.catalog.judging.findings import Finding, PreflightFailed
from portal.catalog.judging.theme_findings import theme_findings
from portal.catalog.schema.theme import ThemeDefinition
from portal.organisations.models import Organisation, Zone

if TYPE_CHECKING:
    from portal.organisations.models import User


def examine_theme(definition: ThemeDefinition) -> list[Finding]:
    """Everything wrong with a theme in this centre."""
    return theme_findings(
        definition,
        items=dict(ServiceItem.objects.values_list("code", "name")),
        departments=set(Organisation.objects.standing().values_list("code", flat=True)),
        zones=set(Zone.objects.values_list("code", flat=True)),
    )


def publish_theme(definition: ThemeDefinition, *, by: User | None, note: str = "") -> Theme:
    """Publish a theme: findings, then the next edition, in force also after a withdrawal; unchanged content keeps the
    edition in force.

    Raises PreflightFailed with the findings that block.
    """
    errors = [finding for finding in examine_theme(definition) if finding.blocks]
    if errors:
        raise PreflightFailed(errors)
    with transaction.atomic():
        return _publish_theme(definition, by, note)


def _publish_theme(definition: ThemeDefinition, by: User | None, note: str) -> Theme:
    values = {
        "name": definition.name,
        "zone": Zone.objects.get(code=definition.zone),
        "lead": Organisation.objects.get(code=definition.lead),
        "definition": definition.model_dump(mode="json"),
        "status": ThemeStatus.IN_FORCE,
    }
    theme = Theme.held(definition.code, **values)
    before = theme.parsed.items
    theme.put_in_force(definition, values=values, published_by=by, note=note)
    published = Theme.objects.select_related("zone", "lead", "current_edition").get(pk=theme.pk)
    index_theme(published, before)
    theme_changed(theme.code)
    return published


@transaction.atomic
def withdraw_theme(theme: Theme) -> bool:
    """撤下: nobody is led to it any more, its items go on by themselves. Follows its page, whose history says who took
    it down; False when it is withdrawn already."""
    shown = Theme.objects.in_force().filter(pk=theme.pk)
    if not shown.update(status=ThemeStatus.WITHDRAWN):
        return False
    theme.refresh_from_db()
    index_theme(theme)
    theme_changed(theme.code)
    return True


def keep_theme(definition: ThemeDefinition) -> Theme:
    """Publish the theme unless it is there; people's changes stay. Raises PreflightFailed for a wrong one."""
    return Theme.objects.filter(code=definition.code).first() or publish_theme(definition, by=None)
