from django.db import migrations

GUARD = """
CREATE TRIGGER programmes_policyversion_append_only BEFORE UPDATE OR DELETE ON programmes_policyversion
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER programmes_policyversion_no_truncate BEFORE TRUNCATE ON programmes_policyversion
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER programmes_policyversion_append_only ON programmes_policyversion;
DROP TRIGGER programmes_policyversion_no_truncate ON programmes_policyversion;
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
