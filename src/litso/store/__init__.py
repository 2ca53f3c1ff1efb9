"""PostgreSQL, the system of record: embedded or by URL, migrations, one module an aggregate."""
