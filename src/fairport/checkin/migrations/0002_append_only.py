from django.db import migrations

GUARD = """
CREATE TRIGGER checkin_determination_append_only BEFORE UPDATE OR DELETE ON checkin_determination
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER checkin_determination_no_truncate BEFORE TRUNCATE ON checkin_determination
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER checkin_determination_append_only ON checkin_determination;
DROP TRIGGER checkin_determination_no_truncate ON checkin_determination;
"""


class Migration(migrations.Migration):
    dependencies = [("checkin", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
