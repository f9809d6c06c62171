"""Tasks say for themselves where their case lies."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    rows, cases = apps.get_model("cases", "Task"), apps.get_model("cases", "Case")
    its = cases.objects.filter(pk=OuterRef("case"))
    place = {name: Subquery(its.values(name)) for name in ("center", "zone")}
    rows.objects.using(schema_editor.connection.alias).update(**place)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_newest_event"),
        ("organisations", "0003_document_sign"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
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
            model_name="task",
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
            model_name="task",
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
            model_name="task",
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
        migrations.RemoveIndex(model_name="task", name="task_work_list"),
        migrations.RemoveIndex(model_name="task", name="task_register"),
        migrations.AlterField(
            model_name="task",
            name="department",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="organisations.organisation",
                verbose_name="承办部门",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["department", "center", "status", "due", "id"], name="task_work_list"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["department", "center", "-id", "status"], name="task_register"),
        ),
    ]
