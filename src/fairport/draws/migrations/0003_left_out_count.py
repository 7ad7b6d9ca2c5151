from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0002_append_only")]

    operations = [
        migrations.AddField("draw", "left_out_count", models.PositiveIntegerField(default=0)),
    ]
