"""Results on the shelf say for themselves where their case lies."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    rows, cases = apps.get_model("pickup", "Delivery"), apps.get_model("cases", "Case")
    its = cases.objects.filter(pk=OuterRef("case"))
    place = {name: Subquery(its.values(name)) for name in ("center", "zone")}
    rows.objects.using(schema_editor.connection.alias).update(**place)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0019_place_of_a_task"),
        ("pickup", "0003_fees_and_gaps_at_hand_out"),
        ("organisations", "0003_document_sign"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
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
            model_name="delivery",
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
            model_name="delivery",
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
            model_name="delivery",
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
        migrations.RemoveIndex(model_name="delivery", name="delivery_waiting"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["center", "status", "due", "id", "zone"], name="delivery_waiting"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["center", "-id", "zone"], name="delivery_register"),
        ),
    ]
