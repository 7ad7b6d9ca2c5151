from django.db import migrations

# Complaints are numbered in the order in which they came, without a row that all of them would wait for.
SEQUENCE = "CREATE SEQUENCE complaints_number"
GUARD = """
CREATE TRIGGER complaints_complaintwords_append_only BEFORE UPDATE OR DELETE ON complaints_complaintwords
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER complaints_complaintwords_no_truncate BEFORE TRUNCATE ON complaints_complaintwords
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER complaints_complaintwords_append_only ON complaints_complaintwords;
DROP TRIGGER complaints_complaintwords_no_truncate ON complaints_complaintwords;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE complaints_number"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
