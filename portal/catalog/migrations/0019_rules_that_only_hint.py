"""A rule of the linter may be a mere hint in some sentences."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0018_days_of_items")]

    operations = [
        migrations.AddField(
            "lintrule",
            "hint_when",
            models.TextField(
                "只提示的情形",
                max_length=1500,
                blank=True,
                default="",
                help_text="原文符合这个表达式的，只提示，不阻止发布。",
            ),
            False,
        )
    ]
