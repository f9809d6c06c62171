"""Table of contents of what pages add to the back office. Registration only."""

from django.templatetags.static import static
from django.urls import path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from pages import caching, exchange_views, guards, publication, views
from pages.promotions import SearchPromotionViewSet
from pages.publish_many import PublishMany

register_snippet(SearchPromotionViewSet)

hooks.register("register_log_actions", views.waivers_in_history)
hooks.register("before_copy_page", guards.refuse_copy)
hooks.register("register_bulk_action", PublishMany, order=1)  # after Wagtail's own, whose place it takes
hooks.register("construct_page_action_menu", guards.hide_publish)
hooks.register("before_serve_page", caching.say_what_it_shows)


@hooks.register("insert_editor_js")
def conditions_are_chosen():
    return format_html('<script src="{}" defer></script>', static("js/conditions.js"))


@hooks.register("register_admin_urls")
def guide_urls():
    return [
        path("guides/<int:pk>/report/", views.report, name="guide_report"),
        path("guides/<int:pk>/waivers/<slug:finding>/", views.waiver, name="guide_waiver"),
    ]


@hooks.register("register_admin_urls")
def exchange_urls():
    return [
        path("guides/exchange/", exchange_views.Exchange.as_view(), name="guide_exchange"),
        path("guides/exchange/check/", exchange_views.Check.as_view(), name="guide_exchange_check"),
        path("guides/exchange/items.<str:suffix>", exchange_views.Download.as_view(), name="guide_exchange_download"),
    ]


hooks.register("register_admin_menu_item", exchange_views.menu_item)
hooks.register("register_log_actions", publication.edition_in_history)
