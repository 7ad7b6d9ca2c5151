from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0004_placed_without_offer")]

    operations = [
        migrations.AddField("appointment", "added", models.PositiveSmallIntegerField(default=0)),
    ]
