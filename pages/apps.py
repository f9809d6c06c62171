from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "网页"

    def ready(self) -> None:
        from pages.caching import connect

        connect()
