from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("ports", "0001_initial")]

    operations = [
        migrations.AddField("appointmentslot", "walk_ins_admitted", models.PositiveIntegerField(default=0)),
        migrations.AddField("appointmentslot", "added", models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            "appointmentslot",
            models.CheckConstraint(
                condition=Q(walk_ins_admitted__lte=F("walk_in_reserve")),
                name="ports_slot_walk_ins_within_reserve",
                violation_error_message="Walk-ins never get more places than were reserved for them.",
            ),
        ),
    ]
