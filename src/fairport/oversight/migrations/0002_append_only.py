from django.db import migrations

GUARD = """
CREATE TRIGGER oversight_signalreview_append_only BEFORE UPDATE OR DELETE ON oversight_signalreview
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER oversight_signalreview_no_truncate BEFORE TRUNCATE ON oversight_signalreview
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER oversight_signalreview_append_only ON oversight_signalreview;
DROP TRIGGER oversight_signalreview_no_truncate ON oversight_signalreview;
"""


class Migration(migrations.Migration):
    dependencies = [("oversight", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
