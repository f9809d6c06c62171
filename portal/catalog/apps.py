from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "portal.catalog"
    label = "catalog"
    verbose_name = "事项"

    def ready(self) -> None:
        """The index of what can be found listens to renamed bodies and zones."""
        from portal.catalog.finding import indexing  # noqa: F401
