#!/usr/bin/env bash
# Runs once, in an empty database volume: the database of the gateways, and its owner without a superuser's rights.
set -euo pipefail
password=$(cat /run/secrets/postgres_password)
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$password" --username=postgres --dbname=postgres <<'SQL'
create role fluence login password :'password';
create role fluence_runtime nologin;
grant fluence_runtime to fluence;
create database fluence owner fluence encoding 'UTF8' template template0;
SQL
