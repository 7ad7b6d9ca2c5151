from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from fairport.accounts.access import public
from fairport.applicant import (
    views_draws,
    views_home,
    views_pass,
    views_record,
    views_register,
    views_report,
    views_status,
    views_submit,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_home.home, name="home"),
    path("help", views_home.help_page, name="help"),
    path("privacy", views_home.privacy, name="privacy"),
    path("accessibility", views_home.accessibility, name="accessibility"),
    path("register/", views_register.start, name="register"),
    path("register/language", public(views_register.LanguageStep.as_view()), name="register_language"),
    path("register/location", public(views_register.LocationStep.as_view()), name="register_location"),
    path("register/travelers", public(views_register.TravelersStep.as_view()), name="register_travelers"),
    path("register/travelers/<str:key>", public(views_register.TravelerStep.as_view()), name="register_traveler"),
    path(
        "register/travelers/<str:key>/remove",
        public(views_register.RemoveTravelerStep.as_view()),
        name="register_remove",
    ),
    path("register/reasons/<str:key>", public(views_register.ReasonsStep.as_view()), name="register_reasons"),
    path("register/ports", public(views_register.PortsStep.as_view()), name="register_ports"),
    path("register/contact", public(views_register.ContactStep.as_view()), name="register_contact"),
    path("register/review", public(views_submit.ReviewStep.as_view()), name="register_review"),
    path("register/done", views_submit.done, name="register_done"),
    path("register/finished", views_submit.finished, name="register_finished"),
    path("register/clear", views_submit.clear, name="register_clear"),
    path("register/child", views_submit.child, name="register_child"),
    path("register/child/done", views_submit.child_done, name="register_child_done"),
    path("register/large-group", views_submit.large_group, name="register_large_group"),
    path("report", views_report.report, name="report"),
    path("report/status", views_report.report_status, name="report_status"),
    path("report/words", views_report.report_words, name="report_words"),
    path("status", views_status.status, name="status"),
    path("status/confirm", views_status.confirm, name="status_confirm"),
    path("status/decline", views_status.decline, name="status_decline"),
    path("status/cancel", views_status.cancel, name="status_cancel"),
    path("status/withdraw", views_status.withdraw, name="status_withdraw"),
    path("status/undo", views_status.undo, name="status_undo"),
    path("status/renew", views_status.renew, name="status_renew"),
    path("status/close", views_status.close, name="status_close"),
    path("status/record", views_record.record, name="record"),
    path("status/record.json", views_record.record_file, name="record_file"),
    path("status/record.pdf", views_record.record_paper, name="record_paper"),
    path("status/log-receipt", views_draws.log_receipt, name="log_receipt"),
    path("status/draws/<str:address>", views_draws.own_draw_lines, name="own_draw_lines"),
    path("pass", views_pass.show_pass, name="pass"),
]
