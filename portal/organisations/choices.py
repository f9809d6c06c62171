"""What bodies, centres and windows can be, and how the items of a window are written down."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models


class OrganisationKind(models.TextChoices):
    """What a body is in the reform: who decides, who coordinates, who watches."""

    DEPARTMENT = "department", "政府部门"
    COORDINATOR = "coordinator", "统筹协调单位"
    SUPERVISOR = "supervisor", "审批服务管理机构"
    SERVICE_CENTER = "service_center", "行政服务中心"
    PUBLIC_INSTITUTION = "public_institution", "事业单位"
    DISTRICT_GOVERNMENT = "district_government", "区县政府"
    ZONE_COMMITTEE = "zone_committee", "开发区管委会"
    PUBLISHER = "publisher", "发文单位"


class CenterKind(models.TextChoices):
    CITY = "city", "市行政服务中心"
    BRANCH = "branch", "分中心"
    INVESTMENT = "investment", "投资服务中心"
    CONVENIENCE = "convenience", "便民服务中心"


class WindowKind(models.TextChoices):
    COMPREHENSIVE = "comprehensive", "综合窗口"
    PROFESSIONAL = "professional", "专业窗口"
    ISSUE = "issue", "出件窗口"


SEPARATORS = re.compile(r"[\s、，,；;]+")


def codes_in(text: str) -> list[str]:
    """The codes of items in a list that somebody typed."""
    return [code.upper() for code in SEPARATORS.split(text) if code]


def codes_only(text: str) -> None:
    """Codes of items as they are printed: TZ-09."""
    for code in codes_in(text):
        if not re.fullmatch(r"[A-Z]{2,4}-[0-9]{2,4}", code):
            raise ValidationError(f"“{code}”不是事项编码，请写成“TZ-09”这样，几个编码之间用顿号分开。")
