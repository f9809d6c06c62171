import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_centre_from_the_application"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="center",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.servicecenter",
                verbose_name="中心",
            ),
        ),
    ]
