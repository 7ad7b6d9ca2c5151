import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_moved_places")]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="offer",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointment",
                to="appointments.offer",
            ),
        ),
    ]
