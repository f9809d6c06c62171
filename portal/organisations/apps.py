from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "portal.organisations"
    label = "organisations"
    verbose_name = "机构与岗位"

    def ready(self) -> None:
        from portal.organisations import checks, sign_in  # noqa: F401
