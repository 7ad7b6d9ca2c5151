from django.db import migrations, models
from django.db.models import F


def recorded_when_they_arrived(apps, schema_editor):
    apps.get_model("checkin", "CheckIn").objects.update(recorded_at=F("arrived_at"))


class Migration(migrations.Migration):
    dependencies = [("checkin", "0005_added_travelers")]

    operations = [
        migrations.AddField("checkin", "recorded_at", models.DateTimeField(null=True)),
        migrations.RunPython(recorded_when_they_arrived, migrations.RunPython.noop),
        migrations.AlterField("checkin", "recorded_at", models.DateTimeField()),
        migrations.AddConstraint(
            "checkin",
            models.CheckConstraint(
                condition=models.Q(("recorded_at__gte", F("arrived_at"))), name="checkin_recorded_after_arrival"
            ),
        ),
    ]
