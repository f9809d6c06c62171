"""The marks that a government site carries in its footer; empty ones are not shown.

Source: 政府网站发展指引 (国办发〔2017〕47号).
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from pages.addresses import CheckedLinks

SITE_CODE = RegexValidator(r"^[a-z0-9]{10}$", "网站标识码是10位数字或者小写字母。")


@register_setting(icon="site", order=10)
class SiteMarks(CheckedLinks, BaseSiteSetting):
    """Who runs the site and under which registrations. Links lead out of the site and open where people click."""

    host = models.CharField("主办单位", max_length=80, blank=True)
    operator = models.CharField("承办单位", max_length=80, blank=True)
    site_code = models.CharField(
        "网站标识码",
        max_length=10,
        blank=True,
        validators=[SITE_CODE],
        help_text="全国政府网站信息报送系统分配的10位编码。",
    )
    icp = models.CharField("ICP备案号", max_length=60, blank=True)
    icp_url = models.URLField("ICP备案查询网址", blank=True)
    police = models.CharField("公安备案号", max_length=60, blank=True)
    police_url = models.URLField("公安备案查询网址", blank=True)
    accessibility_url = models.URLField("无障碍说明网址", blank=True)
    errors_url = models.URLField("政府网站找错网址", blank=True, help_text="“政府网站找错”平台上本网站的网址。")

    panels = [
        MultiFieldPanel([FieldPanel("host"), FieldPanel("operator"), FieldPanel("site_code")], "单位和标识"),
        MultiFieldPanel([FieldPanel(name) for name in ("icp", "icp_url", "police", "police_url")], "备案"),
        MultiFieldPanel([FieldPanel("accessibility_url"), FieldPanel("errors_url")], "无障碍和找错"),
    ]

    class Meta:
        verbose_name = "页脚标识"
