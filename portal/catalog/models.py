"""Table of contents of the models; the portal finds them by this name, and no room of the catalogue imports it."""

from portal.catalog.care.feedback import GuideFeedback
from portal.catalog.care.health import HealthReport
from portal.catalog.finding.models import Entry, Facet, Mark, Synonym
from portal.catalog.handbook.models import Handbook, HandbookStatus
from portal.catalog.items.models import (
    Edition,
    IntakeChange,
    ItemStatus,
    ServiceItem,
    ServiceItemQuerySet,
    Theme,
    ThemeEdition,
    ThemeStatus,
)
from portal.catalog.judging.lint.models import LintRule, LintWord
from portal.catalog.judging.waivers import Waiver

__all__ = [
    "Edition",
    "Entry",
    "Facet",
    "GuideFeedback",
    "Handbook",
    "HandbookStatus",
    "HealthReport",
    "IntakeChange",
    "ItemStatus",
    "LintRule",
    "LintWord",
    "Mark",
    "ServiceItem",
    "ServiceItemQuerySet",
    "Synonym",
    "Theme",
    "ThemeEdition",
    "ThemeStatus",
    "Waiver",
]
