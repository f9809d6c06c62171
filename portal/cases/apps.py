from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "portal.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        from portal.cases.clocks import moving
        from portal.cases.reading.demand import cases_since
        from portal.catalog.finding.demand import register_source

        register_source(cases_since)
        moving.register_deadlines()
        post_migrate.connect(keep_names_indexed, sender=self)


def keep_names_indexed(using: str, **said: Any) -> None:
    """A migration may be one to a time when there were no applications."""
    from portal.lib.search import names

    if "cases_application" in connections[using].introspection.table_names():
        names.keep_index(connections[using], "cases_application", "applicant_key")
