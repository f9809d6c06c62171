"""Slips say for themselves where their case lies."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    rows, cases = apps.get_model("handover", "Slip"), apps.get_model("cases", "Case")
    its = cases.objects.filter(pk=OuterRef("case"))
    place = {name: Subquery(its.values(name)) for name in ("center", "zone")}
    rows.objects.using(schema_editor.connection.alias).update(**place)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0019_place_of_a_task"),
        ("handover", "0005_unsigned_slips"),
        ("organisations", "0003_document_sign"),
    ]

    operations = [
        migrations.AddField(
            model_name="slip",
            name="center",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.servicecenter",
                verbose_name="中心",
            ),
        ),
        migrations.AddField(
            model_name="slip",
            name="zone",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.zone",
                verbose_name="受理区",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="slip",
            name="center",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.servicecenter",
                verbose_name="中心",
            ),
        ),
        migrations.AlterField(
            model_name="slip",
            name="zone",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.zone",
                verbose_name="受理区",
            ),
        ),
        migrations.RemoveIndex(model_name="slip", name="slip_by_status"),
        migrations.RemoveIndex(model_name="slip", name="slip_register"),
        migrations.AlterField(
            model_name="slip",
            name="department",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="slips",
                to="organisations.organisation",
                verbose_name="部门",
            ),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["center", "status", "-id", "direction", "zone", "department"], name="slip_by_status"),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["department", "center", "-id", "direction"], name="slip_register"),
        ),
        migrations.AddIndex(
            model_name="slip",
            index=models.Index(fields=["center", "-id", "zone", "direction"], name="slip_of_centre"),
        ),
    ]
