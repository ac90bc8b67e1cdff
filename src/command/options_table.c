// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command/options.h"

/* Lines are broken where they are printed. */
#define HELP                                                                                       \
	{                                                                                          \
		PE_OPTION_HELP, "help", 'h', NULL, "display this help and exit"                    \
	}
#define COLOUR                                                                                     \
	{                                                                                          \
		PE_OPTION_COLOUR, "color", 0, "auto|always|never",                                 \
			"colours in the output: on a terminal (the default; not with NO_COLOR in " \
			"the environment), always, never"                                          \
	}
#define SEE_MANUAL " See pidepoch(1)."

static const struct pe_options_option main_options[] = {
	HELP,
	{ PE_OPTION_VERSION, "version", 'V', NULL, "display the version and exit" },
	{ 0 },
};

static const struct pe_options_option run_options[] = {
	{ PE_OPTION_ON_STALE, "on-stale", 0, "off|warn-once|warn|report|refuse|abort",
	  "what to do about a stale pid: nothing; let the call through and log a notice, once or "
	  "each time (report is warn); make it fail and log (this is the default); log and abort" },
	{ PE_OPTION_EVIDENCE, "evidence", 0, "off|tell|act|all",
	  "what to do about a pid whose process is younger than the file, look, argument or message "
	  "that it was learned from: nothing; log a notice; refuse acts, such as signals, and log "
	  "probes (this is the default); refuse probes, such as signal 0, as well" },
	{ PE_OPTION_WAITS, "waits", 0, "kernel|share",
	  "what a wait for a child by its pid gets after a wait for any child has taken the status: "
	  "ECHILD, as from the kernel (this is the default); the status, once" },
	{ PE_OPTION_ERRNO, "errno", 0, "ESRCH|EEPOCH",
	  "the error of a refused call (default ESRCH)" },
	{ PE_OPTION_LOG, "log", 0, "FILE",
	  "append notices to FILE instead of standard error; the word journal or syslog sends them "
	  "there" },
	{ PE_OPTION_EVENTS, "events", 0, "FILE", "append events to FILE, for 'pidepoch report'" },
	{ PE_OPTION_STACKS, "stacks", 0, "on|off",
	  "record stacks in events (default: on with --on-stale=warn)" },
	{ PE_OPTION_ERROR_EXITCODE, "error-exitcode", 0, "N",
	  "exit with status N, 1 to 255, if there were events of severity warning or worse; COMMAND "
	  "then runs as a child" },
	{ PE_OPTION_SUMMARY, "summary", 0, NULL,
	  "say at the end what was reported, refused and not written; COMMAND then runs as a child" },
	{ PE_OPTION_INIT, "init", 0, NULL,
	  "be the first process of a container: reap orphans and forward signals; COMMAND then runs "
	  "as a child" },
	{ PE_OPTION_TRUST, "trust", 0, "PATTERN",
	  "do not check programs whose name matches the shell pattern; may be given more than "
	  "once" },
	{ PE_OPTION_SUPERVISOR, "supervisor", 0, "auto|on|off",
	  "watch calls that bypass the library (static programs, Go, raw system calls) by seccomp: "
	  "with CAP_SYS_ADMIN (this is the default); also without it, though setuid programs then "
	  "run without their privileges; never" },
	{ PE_OPTION_VRANGE, "vrange", 0, NULL,
	  "preload libvrange as well: volatile ranges (see vrange(7)) by system call number, and "
	  "/dev/ashmem" },
	{ PE_OPTION_VRANGE_COMPAT, "vrange-compat", 0, "v9|v13",
	  "--vrange, and the number of that version of the kernel patches" },
	HELP,
	{ 0 },
};

static const struct pe_options_option report_options[] = {
	{ PE_OPTION_FORMAT, "format", 0, "text|json|sarif|html",
	  "output for people (the default), programs, code hosts, or browsers" },
	{ PE_OPTION_DEBUG_DIR, "debug-dir", 0, "DIR",
	  "search DIR for separate debug files, as well as /usr/lib/debug" },
	{ PE_OPTION_SUPPRESSIONS, "suppressions", 0, "FILE",
	  "omit the findings that match a line KIND:PATTERN of FILE; may be given more than once" },
	{ PE_OPTION_GEN_SUPPRESSIONS, "gen-suppressions", 0, NULL,
	  "print such a line for each finding, instead of the findings" },
	{ PE_OPTION_AT_LEAST, "at-least", 0, "note|warning|error|critical",
	  "omit events of lower severity" },
	{ PE_OPTION_ERROR_EXITCODE, "error-exitcode", 0, "N",
	  "exit with status N, 1 to 255, if there are findings" },
	COLOUR,
	HELP,
	{ 0 },
};

static const struct pe_options_option fuzz_options[] = {
	{ PE_OPTION_POLICY, "policy", 0,
	  "immediate|lottery|window|own|again|restart|inherited|sigchld-ignored|signals-blocked|"
	  "child-before-exec|stdin-closed|turns",
	  "what is done to COMMAND. An unrelated process gets each released pid at once; by lot an "
	  "unrelated one, COMMAND's own next child, or none yet; an unrelated one, with pauses "
	  "around each reap and before each use; COMMAND's own next child, with the same pauses. "
	  "again: COMMAND is started again after its end, in a new pid namespace on the same files, "
	  "and pids of before are in use; restart: the same, and it is killed before. inherited: "
	  "each run starts it with another of what a parent may hand on (the four that follow). "
	  "turns: each run another of immediate, own, window, again, again and lottery (the default)" },
	{ PE_OPTION_CANARY, "canary", 0, "kill,priority,trace,probe",
	  "which act on an unrelated process is a find: a signal, a change of its priority, "
	  "affinity or limits, tracing it (these are the default); a query whether it exists, or what it is" },
	{ PE_OPTION_COMPARE, "compare", 0, "status,stdout,files",
	  "what is compared with runs without reuse: the exit status (always), standard output, the "
	  "files below the current directory (or in the directory of --files)" },
	{ PE_OPTION_FILES, "files", 0, "DIR",
	  "each run changes a copy of DIR, and so begins with the files that are in it now" },
	{ PE_OPTION_SUPERVISOR, "supervisor", 0, "auto|on|off",
	  "see the calls of static programs, Go and raw system calls as well: if COMMAND is such a "
	  "program or executes one in the control run (the default), always, never" },
	{ PE_OPTION_SEED, "seed", 0, "N", "seed of all draws (default: from the clock)" },
	{ PE_OPTION_RUNS, "runs", 0, "N",
	  "number of runs (default 20, with --replay 1); the first find ends them" },
	{ PE_OPTION_BUDGET, "budget", 0, "TIME",
	  "time for all runs, as 60s, 10m or 1h; without --runs, as many runs as there is time "
	  "for" },
	{ PE_OPTION_TIMEOUT, "timeout", 0, "SECONDS",
	  "time for one run (default 60); what was found until then counts" },
	{ PE_OPTION_SUPPRESSIONS, "suppressions", 0, "FILE",
	  "lost statuses that are not a find, in the format of 'pidepoch report'" },
	{ PE_OPTION_SAVE, "save", 0, "FILE",
	  "write the replay file of a find there (default pidepoch-fuzz.replay)" },
	{ PE_OPTION_REPLAY, "replay", 0, "FILE", "repeat the run that FILE describes" },
	{ PE_OPTION_CORPUS, "corpus", 0, "DIR",
	  "keep the replay files of finds in DIR, and try those of COMMAND in it first" },
	{ PE_OPTION_JSON, "json", 0, "FILE", "write the result to FILE, for programs" },
	{ PE_OPTION_SARIF, "sarif", 0, "FILE", "write the findings to FILE, for code hosts" },
	{ PE_OPTION_JUNIT, "junit", 0, "FILE", "write the runs to FILE, as JUnit XML" },
	HELP,
	{ 0 },
};

static const struct pe_options_option top_options[] = {
	{ PE_OPTION_ONCE, "once", 0, NULL,
	  "print the list once (also where standard output is no terminal)" },
	{ PE_OPTION_JSON, "json", 0, NULL, "--once, as output for programs" },
	{ PE_OPTION_DELAY, "delay", 'd', "SECONDS", "time between two looks (default 1)" },
	HELP,
	{ 0 },
};

static const struct pe_options_option watch_options[] = {
	{ PE_OPTION_KIND, "kind", 0,
	  "stale|latent|probe|stolen-wait|double-reap|own-thread|init|ignored",
	  "show events of this kind only; may be given more than once" },
	{ PE_OPTION_EVENTS, "events", 0, "FILE",
	  "follow the event file FILE, and do not look at processes" },
	{ PE_OPTION_JSON, "json", 0, NULL, "a line of JSON for each event, for programs" },
	{ PE_OPTION_DELAY, "delay", 'd', "SECONDS", "time between two looks (default 0.5)" },
	COLOUR,
	HELP,
	{ 0 },
};

static const struct pe_options_option doctor_options[] = {
	{ PE_OPTION_JSON, "json", 0, NULL, "output for programs" },
	COLOUR,
	HELP,
	{ 0 },
};

static const struct pe_options_option help_alone[] = {
	HELP,
	{ 0 },
};

const struct pe_options_command pe_options_main = {
	.name = "",
	.usage = "COMMAND [OPTION]...",
	.operand = "TOPIC",
	.about = "Protect unrelated processes from a program's stale pids.",
	.options = main_options,
	.end = "'pidepoch help COMMAND' shows the options of a command." SEE_MANUAL,
};

const struct pe_options_command pe_options_commands[] = {
	{ .name = "run",
	  .summary = "run a command, protected from its own stale pids",
	  .usage = "[OPTION]... [--] COMMAND [ARGUMENT]...",
	  .operand = "COMMAND",
	  .about = "Run COMMAND so that a stale pid in it does not hit an unrelated process.",
	  .options = run_options,
	  .end = "Exit status: COMMAND's own; 2 usage error, 125 pidepoch itself failed, 126 COMMAND "
		 "cannot be executed, 127 COMMAND not found." SEE_MANUAL },
	{ .name = "report",
	  .summary = "show what run --events=FILE has written",
	  .usage = "[OPTION]... [FILE]...",
	  .operand = "FILE",
	  .about =
		  "Show the events that 'pidepoch run --events=FILE' has written. With no FILE, or "
		  "when FILE is -, read standard input.",
	  .options = report_options,
	  .end = "Exit status: 0, or N; 1 a file could not be read, 2 usage error." SEE_MANUAL },
	{ .name = "demo",
	  .summary = "show four unmodified programs, natively and under pidepoch",
	  .usage = "",
	  .about =
		  "Run four unmodified programs that signal a stale pid: natively, under 'pidepoch "
		  "run', and under 'pidepoch run --on-stale=report', in a private namespace where "
		  "pids are used again quickly. Each time an unrelated process gets the pid, and "
		  "reports the signals that it received.",
	  .options = help_alone,
	  .end = "Exit status: 0 all as claimed; 1 something was not; 2 usage error; 125 not "
		 "possible here." },
	{ .name = "fuzz",
	  .summary = "reuse a command's pids at once, and report what it hits",
	  .usage = "[OPTION]... [--] COMMAND [ARGUMENT]...\n--replay=FILE",
	  .operand = "COMMAND",
	  .about =
		  "Run COMMAND repeatedly in a pid namespace, where each pid that it releases is "
		  "given to an unrelated process. Report what COMMAND then does to such processes, "
		  "whether it ends differently than without reuse, and which statuses of its "
		  "children it loses.",
	  .options = fuzz_options,
	  .end = "Exit status: 0 nothing found, 1 found, 2 usage error, 3 nothing found, and COMMAND "
		 "released no pid, 125 pidepoch itself failed, 126 COMMAND cannot be executed, 127 "
		 "COMMAND not found." SEE_MANUAL },
	{ .name = "status",
	  .summary = "show what the library keeps for a running program",
	  .usage = "PID",
	  .operand = "PID",
	  .about = "Show what the library keeps for a program that runs under pidepoch, and the "
		   "volatile memory of a program that uses libvrange.",
	  .options = help_alone,
	  .end = "Exit status: 0 success, 1 nothing to show, 2 usage error." SEE_MANUAL },
	{ .name = "top",
	  .summary = "show the programs that run under pidepoch, and their stale uses, live",
	  .usage = "[OPTION]... [PID]...",
	  .operand = "PID",
	  .about = "Show the programs that run under pidepoch, as far as you may see them: the "
		   "children that each has, and has reaped, its epoch and how far its references "
		   "lag, and its stale uses as they happen. With PIDs, only these processes and "
		   "those below them. Key h shows the keys.",
	  .options = top_options,
	  .end = "Exit status: 0 success, 1 nothing to show, 2 usage error." SEE_MANUAL },
	{ .name = "watch",
	  .summary = "print the stale uses of running programs as they happen",
	  .usage = "[OPTION]... [PID]...\n[OPTION]... --events=FILE",
	  .operand = "PID",
	  .about =
		  "Print a line for each stale use and other misuse of a pid, while it happens, in "
		  "the programs that run under pidepoch, as far as you may see them. With PIDs, "
		  "only in these processes and those below them, until they have ended. Every event "
		  "is shown of runs with --events; of others, the last stale uses before each look.",
	  .options = watch_options,
	  .end = "Exit status: 0 the processes PID have ended, 1 nothing to show, 2 usage "
		 "error." SEE_MANUAL },
	{ .name = "doctor",
	  .summary = "show what this machine supports, and what is guaranteed here",
	  .usage = "[OPTION]...",
	  .about =
		  "Try what this kernel and this container allow, and show what is guaranteed here: "
		  "exact, a call with a stale pid never reaches an unrelated process; detected, it "
		  "is reported, and may reach an unrelated process; best effort, it may reach an "
		  "unrelated process without being noticed; none, it is not checked.",
	  .options = doctor_options,
	  .end = "Exit status: 0 all guarantees hold that can hold anywhere; 1 some do not; 2 usage "
		 "error." },
	{ .name = "completion",
	  .summary = "print the completions for a shell",
	  .usage = "bash|zsh|fish",
	  .operand = "SHELL",
	  .about =
		  "Print a script that completes the words of pidepoch's command line in the shell.",
	  .options = help_alone,
	  .end = "Exit status: 0 success, 2 usage error." },
	{ .name = "help",
	  .summary = "show the options of a command",
	  .usage = "[COMMAND]",
	  .operand = "TOPIC",
	  .about = "Show the help of COMMAND, or the list of commands.",
	  .options = help_alone,
	  .end = "Exit status: 0 success, 2 usage error." },
	{ .name = "version",
	  .summary = "show the version",
	  .usage = "",
	  .about = "Show the version of pidepoch.",
	  .options = help_alone,
	  .end = "Exit status: 0 success, 2 usage error." },
	{ .name = NULL },
};
