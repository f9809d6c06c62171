from django.apps import AppConfig

from portal.lib.discovery import modules_named


class OrganisationsConfig(AppConfig):
    name = "portal.organisations"
    label = "organisations"
    verbose_name = "机构与岗位"

    def ready(self) -> None:
        """Find the acts: every app of the portal may keep its own in its `acts` module."""
        from portal.organisations import checks, sign_in  # noqa: F401

        for _ in modules_named("acts"):
            pass
