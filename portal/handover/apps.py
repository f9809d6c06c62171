from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "portal.handover"
    label = "handover"
    verbose_name = "交接"

    def ready(self) -> None:
        from portal.cases.signals import case_ended, materials_changed, tasks_overtaken, tasks_sent
        from portal.handover import home, limits, slips

        tasks_sent.connect(slips.make_slips, dispatch_uid="handover.make_slips")
        tasks_overtaken.connect(slips.void_slips, dispatch_uid="handover.void_slips")
        case_ended.connect(home.bring_home, dispatch_uid="handover.bring_home")
        materials_changed.connect(slips.keep_at_window, dispatch_uid="handover.keep_at_window")
        limits.register_deadlines()
