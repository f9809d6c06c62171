"""The centre beside the zone: first without a value, for the cases that stand."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_same_file_once"),
        ("organisations", "0002_hall_plan_and_opening_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="center",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.servicecenter",
                verbose_name="中心",
            ),
        ),
    ]
