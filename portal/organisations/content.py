"""Loading what a new portal starts with: bodies, zones, halls, windows. Can run again; edits by people stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from portal.lib.content import read_yaml
from portal.organisations.models import (
    CenterKind,
    HallArea,
    HallFacility,
    OpeningHours,
    Organisation,
    ServiceCenter,
    Window,
    Zone,
)

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
                **{name: row.get(name, "") for name in ("document_sign", "reconsideration_body", "court")},
            },
        )
    organisations = {org.code: org for org in Organisation.objects.all()}
    _zones(bodies["acceptance_zones"], centre["zone_letters"], organisations)
    center = _centers(centre["center"], bodies["branch_centers"], organisations)
    _areas(bodies["hall_areas"], centre.get("hall_plan", {}), center)
    _windows(centre["windows"], center, organisations)
    _hours(centre.get("opening_hours", []), center)
    _facilities(centre.get("facilities", []), center)
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


def _areas(rows: list[dict[str, str]], plan: dict[str, dict[str, Any]], center: ServiceCenter) -> None:
    for row in rows:
        place = plan.get(row["id"], {})
        HallArea.objects.get_or_create(code=row["id"], defaults={"name": row["name"], "center": center, **place})


def _hours(rows: list[dict[str, Any]], center: ServiceCenter) -> None:
    """The week of a centre that has none yet; hours that people keep are a whole and get nothing added."""
    if center.opening_hours.exists():
        return
    OpeningHours.objects.bulk_create(
        OpeningHours(center=center, weekday=weekday, opens=row["opens"], closes=row["closes"])
        for row in rows
        for weekday in row["weekdays"]
    )


def _facilities(rows: list[dict[str, Any]], center: ServiceCenter) -> None:
    """Likewise: a facility that people took off the list does not come back."""
    if not center.facilities.exists():
        HallFacility.objects.bulk_create(HallFacility(center=center, **row) for row in rows)


def _windows(rows: list[dict[str, Any]], city: ServiceCenter, organisations: dict[str, Organisation]) -> None:
    """Those of the city's own centre, and of a branch where the row names it."""
    zones = {zone.code: zone for zone in Zone.objects.all()}
    centers = {center.code: center for center in ServiceCenter.objects.all()}
    areas = {area.code: area for area in HallArea.objects.filter(center=city)}
    for row in rows:
        window, created = Window.objects.get_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "kind": row["kind"],
                "center": centers[row["center"]] if "center" in row else city,
                "area": areas.get(row.get("area", "")),
                "organisation": organisations[row["organisation"]] if "organisation" in row else None,
                "only_items": row.get("only_items", ""),
            },
        )
        if created:
            window.zones.set([zones[code] for code in row["zones"]])
