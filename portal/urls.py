"""The table of contents of every address the portal answers."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView, TemplateView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from portal.catalog.items.shown import CATALOGUE, SITEMAP
from portal.lib import display
from portal.lib.page_cache import kept

handler400 = "portal.desk.errors.bad_request"
handler500 = "portal.desk.errors.server_error"
handler403 = "portal.desk.errors.permission_denied"

# In production the web server in front serves public uploads; a demo has none.
demo_media = [re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})] if settings.DEMO else []

robots = TemplateView.as_view(
    template_name="robots.txt", content_type="text/plain; charset=utf-8", extra_context={"base_url": settings.BASE_URL}
)

# Wagtail's second sign-in, for readers of pages that are not public: staff sign in at one door only.
one_door = RedirectView.as_view(pattern_name="wagtailadmin_login", query_string=True)

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("display/", display.choose, name="display"),
    path("", include("portal.catalog.urls")),
    path("", include("portal.pickup.urls")),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", require_safe(kept(SITEMAP, CATALOGUE)(sitemap)), name="sitemap"),
    path("_util/login/", one_door),
    *demo_media,
    path("", include(wagtail_urls)),
]
