from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_issuing_body"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="content_sha256",
            field=models.CharField(default="", max_length=64, verbose_name="内容校验值"),
            preserve_default=False,
        ),
    ]
