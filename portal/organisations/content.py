"""Loading what a new portal starts with: bodies, zones, halls, windows. Can run again; edits by people stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from portal.lib.content import read_yaml
from portal.organisations.models import CenterKind, HallArea, Organisation, ServiceCenter, Window, Zone

BRANCH_KINDS = {"branch_center": CenterKind.BRANCH, "investment_or_convenience_center": CenterKind.INVESTMENT}


@transaction.atomic
def load_organisations(content_dir: Path) -> dict[str, int]:
    """Create what is missing from organisations.yaml and centre.yaml; returns how many of each there are now."""
    bodies, centre = read_yaml(content_dir / "organisations.yaml"), read_yaml(content_dir / "centre.yaml")
    for row in bodies["organisations"]:
        Organisation.objects.get_or_create(
            code=row["id"],
            defaults={
                "short_name": row["short_name"],
                "full_name": row["full_name"],
                "aliases": row["aliases"],
                "kind": row["kind"],
                "note": row["note"],
            },
        )
    organisations = {org.code: org for org in Organisation.objects.all()}
    _zones(bodies["acceptance_zones"], centre["zone_letters"], organisations)
    center = _centers(centre["center"], bodies["branch_centers"], organisations)
    for row in bodies["hall_areas"]:
        HallArea.objects.get_or_create(code=row["id"], defaults={"name": row["name"], "center": center})
    _windows(centre["windows"], center)
    models = (Organisation, Zone, ServiceCenter, HallArea, Window)
    return {str(model._meta.verbose_name): model.objects.count() for model in models}


def _zones(rows: list[dict[str, Any]], letters: dict[str, str], organisations: dict[str, Organisation]) -> None:
    for order, row in enumerate(rows):
        defaults = {
            "name": row["name"],
            "letter": letters[row["id"]],
            "lead": organisations[row["lead"]] if row["lead"] else None,
            "order": order,
        }
        Zone.objects.get_or_create(code=row["id"], defaults=defaults)


def _centers(
    city: dict[str, Any], branches: list[dict[str, Any]], organisations: dict[str, Organisation]
) -> ServiceCenter:
    details = {key: value for key, value in city.items() if key not in {"code", "owner"}}
    center, _ = ServiceCenter.objects.get_or_create(
        code=city["code"], defaults={**details, "owner": organisations[city["owner"]]}
    )
    for row in branches:
        ServiceCenter.objects.get_or_create(
            code=row["id"],
            defaults={
                "name": row["name"],
                "kind": BRANCH_KINDS[row["center_type"]],
                "owner": organisations[row["owner"]],
                "note": "名称为推断，待核",
            },
        )
    return center


def _windows(rows: list[dict[str, Any]], center: ServiceCenter) -> None:
    zones = {zone.code: zone for zone in Zone.objects.all()}
    for row in rows:
        window, created = Window.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "kind": row["kind"], "center": center}
        )
        if created:
            window.zones.set([zones[code] for code in row["zones"]])
