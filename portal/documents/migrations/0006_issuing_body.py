from django.db import migrations, models


class Migration(migrations.Migration):
    """A department may count its own papers; every paper so far bears the number of the centre."""

    dependencies = [
        ("documents", "0005_kinds_are_registered"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="body",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="发文机关代字"),
        ),
        migrations.RemoveConstraint(model_name="document", name="document_serial_once"),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("kind", "body", "year", "serial"), name="document_serial_once"
            ),
        ),
    ]
