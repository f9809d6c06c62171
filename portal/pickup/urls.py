"""Table of contents of the public counters."""

from django.urls import path

from portal.pickup import views

urlpatterns = [
    path("cases/follow/", views.follow_case, name="follow_case"),
    path("verify/", views.verify_document, name="verify_document"),
    path("verify/<str:code>/", views.verify_document_code, name="verify_document_code"),
    path("results/", views.public_results, name="public_results"),
]
