from django.db import migrations

GUARD = """
CREATE TRIGGER gate_gatescan_append_only BEFORE UPDATE OR DELETE ON gate_gatescan
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER gate_gatescan_no_truncate BEFORE TRUNCATE ON gate_gatescan
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER gate_gatescan_append_only ON gate_gatescan;
DROP TRIGGER gate_gatescan_no_truncate ON gate_gatescan;
"""


class Migration(migrations.Migration):
    dependencies = [("gate", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
