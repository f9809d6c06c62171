from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "网页"

    def ready(self) -> None:
        """The checks of the health report register themselves; the page cache listens to what changes."""
        from pages import health, links  # noqa: F401
        from pages.caching import connect

        connect()
