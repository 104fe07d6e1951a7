#!/usr/bin/env bash
# Runs once, when the data directory is empty: one database and one role for each service that owns data. No service
# can connect to another's.
set -euo pipefail

for name in workspace realm sweep webhook; do
  # psql quotes the password; a shell would show it in the process list, and break on a quote in it.
  psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres \
    --set name="$name" --set role="lethe_$name" --file - <<SQL
\\set password \`cat /run/secrets/${name}_database_password\`
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"role";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done

psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
SQL
