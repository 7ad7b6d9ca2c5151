from django.db import migrations

GUARD = """
CREATE TRIGGER draws_drawfile_append_only BEFORE UPDATE OR DELETE ON draws_drawfile
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER draws_drawfile_no_truncate BEFORE TRUNCATE ON draws_drawfile
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER draws_drawfile_append_only ON draws_drawfile;
DROP TRIGGER draws_drawfile_no_truncate ON draws_drawfile;
"""


class Migration(migrations.Migration):
    dependencies = [("draws", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
