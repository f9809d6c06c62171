from django.db import migrations, models

import portal.lib.fields

KINDS = [
    ("111", "居民身份证"),
    ("002", "港澳台居民居住证"),
    ("516", "港澳居民来往内地通行证"),
    ("511", "台湾居民来往大陆通行证"),
    ("553", "外国人永久居留身份证"),
    ("414", "普通护照"),
    ("001", "统一社会信用代码"),
    ("004", "营业执照注册号（15位）"),
    ("005", "境外主体登记证明"),
    ("006", "村民小组等组织的证明"),
]


class Migration(migrations.Migration):
    """Bodies without a credit code, residents of Hong Kong, Macao and Taiwan, people without a mainland telephone."""

    dependencies = [
        ("cases", "0021_names_as_they_read_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="contact_other",
            field=portal.lib.fields.EncryptedTextField(blank=True, default="", verbose_name="其他联系方式"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="application",
            name="contact_phone",
            field=portal.lib.fields.EncryptedTextField(blank=True, verbose_name="联系电话"),
        ),
        migrations.AlterField(
            model_name="application",
            name="identity_kind",
            field=models.CharField(choices=KINDS, max_length=3, verbose_name="证件类型"),
        ),
    ]
