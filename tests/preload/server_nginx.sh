#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A correct server is not reported. nginx's master starts workers anew at each reload and stops the
# old ones; `nginx -s` signals the pid that it reads from a file. While pids wrap every hundred
# processes, each request is answered, the program can be replaced (SIGUSR2), and nothing is logged,
# under warn and with events, too.
. "$(dirname "$0")/../support/cli.sh"
. "$(dirname "$0")/../support/server.sh"

nginx=/usr/sbin/nginx

# --- inside: not root, in a pid namespace with few pids

configure() # FOLDER
{
	cat >"$1/nginx.conf" <<-END
		worker_processes 2;
		pid $1/nginx.pid;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $1/body;
			proxy_temp_path $1/proxy;
			fastcgi_temp_path $1/fastcgi;
			uwsgi_temp_path $1/uwsgi;
			scgi_temp_path $1/scgi;
			server { listen unix:$1/socket; location / { return 200 "well"; } }
		}
	END
}

server() # ARGUMENT...
{
	"$nginx" -p "$folder/" -c "$folder/nginx.conf" -e "$folder/server" "$@"
}

start() # FOLDER OPTION...: under pidepoch with these options
{
	folder=$1
	shift
	"$PIDEPOCH" run --log="$folder/log" "$@" -- \
		"$nginx" -p "$folder/" -c "$folder/nginx.conf" -e "$folder/server" || fail "start"
}

request()
{
	answer=$(python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"GET / HTTP/1.0\r\n\r\n")
print(s.makefile().read().splitlines()[-1])' "$folder/socket") && test "$answer" = well ||
		fail "a request: $answer"
}

# each signal by a process of its own, watched like the server, that has the pid from the file
storm()
{
	for _ in 1 2 3 4 5 6 7 8; do
		"$PIDEPOCH" run --log="$folder/log" -- sh -c '
			for _ in 1 2 3 4 5; do
				/bin/true
				"$1" -p "$0/" -c "$0/nginx.conf" -e "$0/server" -s reload || exit
			done' "$folder" "$nginx" || fail "reload"
		request
	done
}

until_there() # TEST...: the server is at work, and gets there by itself
{
	until test "$@"; do /bin/sleep 0.05; done
}

replace()
{
	old=$(cat "$folder/nginx.pid")
	kill -USR2 "$old" || fail "SIGUSR2"
	until_there -s "$folder/nginx.pid.oldbin" -a -s "$folder/nginx.pid"
	kill -QUIT "$old" || fail "SIGQUIT"
	until_there ! -e "$folder/nginx.pid.oldbin"
	request
}

stop()
{
	server -s stop || fail "stop"
	until_there ! -e "$folder/nginx.pid"
}

if test "${1-}" = inside; then
	configure "$2"
	start "$2"
	storm
	replace
	stop
	start "$2" --on-stale=warn --events="$2/events"
	storm
	stop
	exit
fi

# --- outside

server_outside nginx "$nginx"
