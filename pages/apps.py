from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "网页"

    def ready(self) -> None:
        """The checks of the health report register themselves."""
        from pages import health, links  # noqa: F401
