from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("organisations", "0003_document_sign"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.CheckConstraint(
                condition=models.Q(letter__in="BCDEFGHIJKLMNOPQRSTUVWXYZ"),
                name="zone_letter_stands_in_a_case_number",
                violation_error_message="编号字母须是大写字母B至Z；A用在申请编号里。",
            ),
        ),
    ]
