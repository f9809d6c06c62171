from django.apps import AppConfig

from portal.lib.discovery import modules_named


class DocumentsConfig(AppConfig):
    name = "portal.documents"
    label = "documents"
    verbose_name = "文书"

    def ready(self) -> None:
        """Find the kinds of paper: every app of the portal may keep its own in its `kinds` module."""
        from portal.lib import checks  # noqa: F401

        for _ in modules_named("kinds"):
            pass
