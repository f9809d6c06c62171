"""Pages of themes get their elements as fields: what the theme in force says, in the page and in its kept drafts."""

import json
import uuid

from django.db import migrations

LINES = ("code", "zone", "lead", "note")
STREAMS = {
    "items": "item",
    "stages": "stage",
    "requires": "requires",
    "dependencies": "line",
    "joint_actions": "line",
}


def _listed(values, place):
    rows = enumerate(values)
    return [{"type": "item", "value": value, "id": _id(f"{place}:{number}")} for number, value in rows]


def _id(place):
    """As `pages.elements` makes them, so that the next draft differs by what is changed alone."""
    return str(uuid.uuid5(uuid.UUID("6f0c2c53-5f0e-4f0e-9c6b-3d1f6d3b7a11"), place))


def _raw(value, place):
    """An entry of a list as a stream keeps it; a stage was once a pair of its name and its items."""
    if isinstance(value, list):
        value = {"name": value[0], "items": value[1]}
    if not isinstance(value, dict):
        return value
    return {
        name: _listed(one, f"{place}:{name}") if isinstance(one, list) else one
        for name, one in value.items()
    }


def _fields(theme):
    said = theme.definition
    found = {name: said.get(name, "") for name in LINES}
    for name, kind in STREAMS.items():
        rows = []
        for number, value in enumerate(said.get(name, [])):
            place = f"{theme.code}:{name}:{number}"
            rows.append({"type": kind, "value": _raw(value, place), "id": _id(place)})
        found[name] = json.dumps(rows, ensure_ascii=False)
    return found


def fill(apps, schema_editor):
    Revision = apps.get_model("wagtailcore", "Revision")
    revisions = Revision.objects.filter(content_type__app_label="pages", content_type__model="themepage")
    for page in apps.get_model("pages", "ThemePage").objects.select_related("theme").exclude(theme=None):
        fields = _fields(page.theme)
        for name, value in fields.items():
            setattr(page, name, value)
        page.edition_id = page.theme.current_edition_id
        page.save(update_fields=[*fields, "edition"])
        for revision in revisions.filter(object_id=str(page.pk)):
            revision.content = {**revision.content, **fields, "edition": page.edition_id, "edition_note": ""}
            revision.save(update_fields=["content"])
        if not page.live:
            apps.get_model("catalog", "Theme").objects.filter(pk=page.theme_id).update(status="withdrawn")


class Migration(migrations.Migration):
    dependencies = [("pages", "0006_themes_in_fields")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
