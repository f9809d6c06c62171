from typing import Any

from django.db import migrations

import portal.lib.fields
from portal.lib.fields import folded_to

LONGEST, AT_ONCE = 300, 1_000


def fill(apps: Any, editor: Any) -> None:
    """The fold of every name there is, many rows at once."""
    Application = apps.get_model("cases", "Application")
    rows = []
    for row in Application.objects.only("applicant_name", "applicant_key").iterator(chunk_size=AT_ONCE):
        row.applicant_key = folded_to(LONGEST, row.applicant_name)
        rows.append(row)
        if len(rows) == AT_ONCE:
            Application.objects.bulk_update(rows, ["applicant_key"], batch_size=AT_ONCE)
            rows = []
    Application.objects.bulk_update(rows, ["applicant_key"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    """Names are found as they read, however their dots, spaces and widths were typed."""

    dependencies = [
        ("cases", "0019_place_of_a_task"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="applicant_key",
            field=portal.lib.fields.FoldedField(
                blank=True, default="", editable=False, max_length=LONGEST, of="applicant_name"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
