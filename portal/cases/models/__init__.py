"""Intake, materials, clock, tasks and decisions of a case; every verb stands on the model it changes."""

from portal.cases.models.application import Application
from portal.cases.models.case import Case
from portal.cases.models.event import Event
from portal.cases.models.material import CaseFile, CaseMaterial
from portal.cases.models.publicity import PublicityRule
from portal.cases.models.serving import Served
from portal.cases.models.task import Task

__all__ = ["Application", "Case", "CaseFile", "CaseMaterial", "Event", "PublicityRule", "Served", "Task"]
