"""What is in demand, told to the catalogue: how many cases of each item were taken in. Numbers only, never a case."""

from __future__ import annotations

from datetime import date

from django.db.models import Count

from portal.cases.models import Case


def cases_since(day: date) -> dict[int, int]:
    """Id of the item → cases received since that day, whoever may see them: a count shows nothing of a case."""
    counted = Case.objects.filter(received_at__date__gte=day).values_list("item").annotate(Count("pk")).order_by()
    return dict(counted)
