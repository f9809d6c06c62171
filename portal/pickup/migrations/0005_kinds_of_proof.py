from django.db import migrations, models


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
    dependencies = [
        ("pickup", "0004_place_of_a_delivery"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="collector_kind",
            field=models.CharField(blank=True, choices=KINDS, max_length=3, verbose_name="证件类型"),
        ),
    ]
