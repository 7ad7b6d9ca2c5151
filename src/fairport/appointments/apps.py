from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "fairport.appointments"
    label = "appointments"

    def ready(self) -> None:
        from fairport.appointments import telling
        from fairport.appointments.pool import AppointmentPool
        from fairport.draws.pool import register_pool_provider
        from fairport.notifications.relevance import register_relevance_check

        register_pool_provider(AppointmentPool())
        for template in ("offer", "reminder_offer", "offer_moved", "offer_new_time"):
            register_relevance_check(template, telling.offer_still_open)
        for template in (
            "confirmation",
            "placed",
            "reminder_appointment",
            "appointment_moved",
            "appointment_new_time",
        ):
            register_relevance_check(template, telling.appointment_still_booked)
        register_relevance_check("renewal_reminder", telling.renewal_still_due)
