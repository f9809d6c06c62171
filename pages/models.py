"""Table of contents of the page types and their kin; Django finds them by this name, and no module here imports it."""

from pages.catalogue_page import CataloguePage
from pages.guide_page import GuidePage
from pages.halls import HallIndexPage, HallPage
from pages.home_page import FeaturedGuide, HomePage
from pages.news import NewsIndexPage, NewsPage
from pages.plain_page import PlainPage
from pages.promotions import SearchPromotion
from pages.review import ReviewTask
from pages.site_marks import SiteMarks
from pages.standards import HealthStandards
from pages.themes import ThemePage

__all__ = [
    "CataloguePage",
    "FeaturedGuide",
    "GuidePage",
    "HallIndexPage",
    "HallPage",
    "HealthStandards",
    "HomePage",
    "NewsIndexPage",
    "NewsPage",
    "PlainPage",
    "ReviewTask",
    "SearchPromotion",
    "SiteMarks",
    "ThemePage",
]
