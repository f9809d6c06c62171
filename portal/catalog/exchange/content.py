"""Reading `site/content/items.yaml`: Chinese labels become codes, and the flat steps become a route.

How a route is derived. The first step is the window's acceptance, the last one the counter's issue. Between them, of a
promised item, the last step makes the result after the decision and the step before it is the decision; everything
earlier is review, and steps with the same `parallel_group` share a stage. Cooperating departments that have no step of
their own give an opinion, in parallel to the lead's first review. An instant item has one stage with one decision.

Papers travel to the lead department only (`takes_paper`); cooperating departments work from the scans.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from portal.catalog.exchange.guides import add_guide, read_guides
from portal.catalog.schema import choices
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.theme import ThemeDefinition
from portal.lib.content import read_yaml

CASE_TYPES = {label: code for code, label in choices.CASE_TYPES.items()}
NECESSITY = {label: code for code, label in choices.NECESSITIES.items()}
UNITS = {label: code for code, label in choices.UNITS.items()}
COPIED = ("code", "name", "zone", "item_type", "level", "service_objects", "visits", "conditions", "delivery")
OPINION = "征求意见"


def load_items(content_dir: Path) -> list[ItemDefinition]:
    """Every item of items.yaml with what its guide tells; raises pydantic's ValidationError with the place of a
    mistake, and UnknownName for a guide that speaks of what its item does not have."""
    names = department_names(content_dir)
    return [guided_definition(row, names, content_dir) for row in read_yaml(content_dir / "items.yaml")["items"]]


def load_themes(content_dir: Path) -> list[ThemeDefinition]:
    """Every theme of items.yaml; leads are given as organisation codes."""
    names = department_names(content_dir)
    return [theme_definition(row, names) for row in read_yaml(content_dir / "items.yaml")["themes"]]


def department_names(content_dir: Path) -> dict[str, str]:
    """Printed name or alias → organisation code."""
    found = {}
    for row in _organisations(content_dir):
        for name in (row["short_name"], row["full_name"], *row["aliases"]):
            found[name] = row["id"]
    return found


@cache
def _organisations(content_dir: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_yaml(content_dir / "organisations.yaml")["organisations"]
    return rows


def item_definition(row: dict[str, Any], names: dict[str, str]) -> ItemDefinition:
    """One entry of items.yaml as a definition, without what its guide adds."""
    return ItemDefinition.model_validate(_item_data(row, names))


def guided_definition(row: dict[str, Any], names: dict[str, str], content_dir: Path) -> ItemDefinition:
    """The same with what the guide of this code adds; an item of which no guide speaks stays as it is."""
    bodies = {body["id"]: body for body in _organisations(content_dir)}
    return ItemDefinition.model_validate(add_guide(_item_data(row, names), read_guides(content_dir), bodies))


def _item_data(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        **{key: row[key] for key in COPIED},
        "stage": row.get("stage", ""),
        "topics_person": row.get("topics_person", ()),
        "topics_corp": row.get("topics_corp", ()),
        "case_type": CASE_TYPES[row["case_type"]],
        "lead_dept": row["responsible_dept_id"],
        "coop_depts": row["cooperating_dept_ids"],
        "statutory_limit": _limit(row["statutory_limit"]),
        "extension_note": row.get("extension", ""),
        "promised_limit": _limit(row["promised_limit"]),
        "legal_bases": row["legal_basis"],
        "materials": [_material(order, material) for order, material in enumerate(row["materials"], start=1)],
        "results": row["results"],
        "fee": row["fee"],
        "special_procedures": row["special_procedures"],
        "route": _route(row, names),
        "confidence": row["confidence"],
        "verify": row["verify"],
        "note": row.get("note", ""),
    }


def _limit(row: dict[str, Any]) -> dict[str, Any]:
    return {"value": row.get("value"), "unit": UNITS[row.get("unit", "工作日")], "note": row.get("note", "")}


def _material(order: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "key": f"m{order:02d}", "necessity": NECESSITY[row["necessity"]]}


def _route(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    first, *middle, last = row["steps"]
    lead = row["responsible_dept_id"]
    result = None
    if CASE_TYPES[row["case_type"]] == "promised" and len(middle) > 1:
        result = _desk_step(middle.pop())
    groups: list[list[dict[str, Any]]] = []
    previous = None
    for step in middle:
        group = step.get("parallel_group")
        if group is None or group != previous:
            groups.append([])
        previous = group
        decides = step is middle[-1]
        groups[-1].append(_department_step(step, lead, names, decides=decides))
    _add_opinions(groups, row)
    return {
        "acceptance": _desk_step(first),
        "stages": _numbered(groups),
        "result": result,
        "issue": _desk_step(last),
    }


def _desk_step(step: dict[str, Any]) -> dict[str, Any]:
    return {"name": step["name"], "performer": step["actor"], "limit_wd": step["wd"]}


def _department_step(step: dict[str, Any], lead: str, names: dict[str, str], *, decides: bool) -> dict[str, Any]:
    """A step of a department; bodies that are not organisations here (供水企业) act under the lead department."""
    actor = step["actor"]
    known = [name for name in names if actor.startswith(name)]
    department = lead if decides or not known else names[max(known, key=len)]
    return {
        "name": step["name"],
        "department": department,
        "performer": actor,
        "kind": "decision" if decides else "review",
        "is_lead": department == lead,
        "limit_wd": step["wd"],
        "takes_paper": department == lead,
    }


def _add_opinions(groups: list[list[dict[str, Any]]], row: dict[str, Any]) -> None:
    """Cooperating departments without a step of their own answer beside the lead's first review.

    Where the lead does not review before it decides, they answer beside the first stage there is, or, when the
    decision is the only stage, in its time: a decision waits for every opinion of its stage.
    """
    if CASE_TYPES[row["case_type"]] == "instant":
        return
    present = {step["department"] for group in groups for step in group}
    lead = row["responsible_dept_id"]
    home = next((g for g in groups if any(s["kind"] == "review" and s["department"] == lead for s in g)), groups[0])
    longest = max(step["limit_wd"] for step in home)
    limit = min(row.get("parallel", {}).get("co_limit_wd", longest), longest)
    for department in row["cooperating_dept_ids"]:
        if department not in present:
            home.append(
                {
                    "name": OPINION,
                    "department": department,
                    "performer": "",
                    "kind": "opinion",
                    "is_lead": False,
                    "limit_wd": limit,
                    "takes_paper": False,
                }
            )


def _numbered(groups: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    stages, serial = [], 0
    for number, group in enumerate(groups, start=1):
        steps = []
        for step in group:
            serial += 1
            steps.append({**step, "key": f"s{serial}"})
        stages.append({"key": f"g{number}", "steps": steps})
    return stages


def theme_definition(row: dict[str, Any], names: dict[str, str]) -> ThemeDefinition:
    """One theme of items.yaml as a definition."""
    data = {
        "code": row["code"],
        "name": row["name"],
        "zone": row["zone"],
        "lead": names[row["lead"]],
        "items": row["items"],
        "stages": [_theme_stage(stage) for stage in row.get("stages", [])],
        "requires": [{"item": item, "after": after} for item, after in row.get("requires", {}).items()],
        "dependencies": row.get("dependencies", []),
        "joint_actions": row.get("joint_actions", []),
        "note": row.get("note", ""),
    }
    return ThemeDefinition.model_validate(data)


def _theme_stage(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["stage"],
        "items": row["items"],
        "leads": row.get("lead_ids", []),
        "alternatives": row.get("alternative_items", []),
        "note": row.get("note", ""),
    }
