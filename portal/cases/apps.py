from django.apps import AppConfig


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
