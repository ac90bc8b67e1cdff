#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A correct server is not reported. PostgreSQL's backends signal each other's pids, which they read
# from shared memory, while connections come and go and pids wrap every hundred processes: all
# transactions succeed, and nothing is logged, under warn and with events, too.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/server.sh"

# --- inside: not root, in a pid namespace with few pids

make_database() # FOLDER BIN
{
	"$2/initdb" -D "$1/data" -A trust -U test --no-sync >"$1/initdb" 2>&1 || { cat "$1/initdb"; fail "initdb"; }
	cat >>"$1/data/postgresql.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$1'
		fsync = off
		autovacuum_naptime = 1
	END
}

start() # FOLDER BIN OPTION...: under pidepoch with these options
{
	folder=$1 bin=$2
	shift 2
	"$PIDEPOCH" run --log="$folder/log" "$@" -- \
		"$bin/pg_ctl" -D "$folder/data" -l "$folder/server" -w start >/dev/null || { cat "$folder/server"; fail "start"; }
}

# connections that come and go, and wait for each other's locks
churn() # FOLDER BIN
{
	"$2/pgbench" -h "$1" -U test -C -n -c 6 -t 40 postgres >"$1/bench" 2>&1 &&
		grep -q 'actually processed: 240/240' "$1/bench" || { cat "$1/bench"; fail "pgbench"; }
}

stop() # FOLDER BIN
{
	"$2/pg_ctl" -D "$1/data" -m immediate stop >/dev/null || fail "stop"
}

if test "${1-}" = inside; then
	shift
	make_database "$@"
	start "$@"
	"$bin/pgbench" -h "$folder" -U test -i -q postgres 2>"$folder/init" || { cat "$folder/init"; fail "pgbench -i"; }
	churn "$@"
	stop "$@"
	start "$@" --on-stale=warn --events="$1/events"
	churn "$@"
	stop "$@"
	exit
fi

# --- outside

for bin in /usr/lib/postgresql/*/bin; do :; done
server_outside PostgreSQL "$bin/pgbench" "$bin"
