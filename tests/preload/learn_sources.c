// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Each source that S10 names makes a pid fresh: a subject reaps q, an unrelated process gets q, and
 * a signal to q is refused; then the source shows the subject q, and the same signal arrives. What
 * shows no living q leaves it refused.
 *
 *   test (pid 1)        starts both, asks them in turn
 *   subject              preloaded: reaps q, kill(q), looks at the source, kill(q)
 *   unrelated process   has q: does what the source will show (connects, sends, locks ...), and
 *                       counts its signals
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* shared by all three: memory behind a descriptor of this number, and descriptors that keep
 * their numbers */
#define SCENE_FD 99

static struct scene {
	pid_t hidden; /* q, but not as a pid: in shared memory a program could find it */
	pid_t subject;
	pid_t third; /* another process that the source is about */
	int pair[2]; /* subject's end, unrelated process's end */
	int listener;
	struct sockaddr_un address;
	socklen_t address_length;
	int master, slave;
	int file;
	int shm, msg, sem;
	int in, out; /* of an unrelated process that starts by exec */
} * scene;

static pid_t number_of_scene(void)
{
	return ~scene->hidden;
}

static int check(int n, const char *what)
{
	if (n >= 0)
		return n;
	dprintf(2, "%s: %m\n", what);
	_exit(1);
}
#define CHECK(call) check(call, #call)

/* --- preparations in the subject --- */

static volatile sig_atomic_t reported;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	reported = info->si_pid;
}

static void handle_signal(void)
{
	struct sigaction act = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	CHECK(sigaction(SIGUSR2, &act, NULL));
}

static void block_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL));
}

static void pass_credentials(void)
{
	const int on = 1;

	CHECK(setsockopt(scene->pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

/* A child that the subject traces from its first stop on. */
static void start_tracee(void (*run)(void), long options)
{
	pid_t pid = CHECK(fork());
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run();
	}
	scene->third = pid;
	CHECK(waitpid(pid, &status, WUNTRACED));
	CHECK((int)ptrace(PTRACE_SETOPTIONS, pid, NULL, options | PTRACE_O_EXITKILL));
	CHECK((int)ptrace(PTRACE_CONT, pid, NULL, NULL));
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void trace_idler(void)
{
	start_tracee(wait_for_ever, 0);
}

/* The tracee starts the unrelated process, as a vfork does: the tracer receives the child's end of
 * the call, and does not trace the child. */
static void make_unrelated(void)
{
	pid_t number = number_of_scene();
	struct clone_args how = {
		.flags = CLONE_VFORK,
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	long pid = syscall(SYS_clone3, &how, sizeof(how));

	if (pid == 0) {
		dup2(scene->in, 0);
		dup2(scene->out, 1);
		execl("/proc/self/exe", "stranger", "stranger", NULL);
		_exit(127);
	}
	CHECK((int)pid);
	wait_for_ever();
}

static void trace_vfork(void)
{
	int status;

	start_tracee(make_unrelated, PTRACE_O_TRACEVFORKDONE);
	CHECK(waitpid(scene->third, &status, 0));
	if (status >> 8 != (SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8))
		_exit(2);
}

/* --- the unrelated process's actions --- */

static long act_signal(void)
{
	return kill(scene->subject, SIGUSR2);
}

static long act_queue(void)
{
	return sigqueue(scene->subject, SIGUSR2, (union sigval){ 0 });
}

static long act_signal_third(void)
{
	return kill(scene->third, SIGUSR2);
}

static long act_listen(void)
{
	return listen(scene->listener, 1);
}

static long act_send(void)
{
	return send(scene->pair[1], "x", 1, 0) - 1;
}

static long act_own(void)
{
	return fcntl(scene->pair[0], F_SETOWN, getpid());
}

static long act_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(scene->file, F_SETLK, &lock);
}

static long act_lead_group(void)
{
	return setpgid(0, 0);
}

static long with_member(int n)
{
	pid_t pid = n < 0 ? -1 : fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_for_ever();
	}
	scene->third = pid;
	return pid < 0 ? -1 : 0;
}

static long act_lead_group_with_member(void)
{
	return with_member(setpgid(0, 0));
}

static long act_lead_session_with_member(void)
{
	return with_member(setsid());
}

static long act_take_terminal(void)
{
	return setsid() < 0 ? -1 : ioctl(scene->slave, TIOCSCTTY, 0);
}

static long act_attach(void)
{
	return shmat(scene->shm, NULL, SHM_RDONLY) == (void *)-1 ? -1 : 0;
}

static long act_send_message(void)
{
	const long type = 1;

	return msgsnd(scene->msg, &type, 0, 0);
}

static long act_change_semaphore(void)
{
	struct sembuf up = { .sem_op = 1 };

	return semop(scene->sem, &up, 1);
}

static long act_send_pidfd(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return fd < 0 ? -1 : sendmsg(scene->pair[1], &m, 0) - 1;
}

/* --- the subject's looks: the pid that was shown, or -1 --- */

static long look_handler(void)
{
	return reported;
}

static const sigset_t *one_signal(int sig)
{
	static sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return &set;
}

static long look_sigwaitinfo(void)
{
	siginfo_t info;

	return sigwaitinfo(one_signal(SIGUSR2), &info) == SIGUSR2 ? info.si_pid : -1;
}

static long look_sigtimedwait(void)
{
	const struct timespec none = { 0, 0 };
	siginfo_t info;

	return sigtimedwait(one_signal(SIGUSR2), &info, &none) == SIGUSR2 ? info.si_pid : -1;
}

static long look_signalfd_by(ssize_t (*how)(int, void *, size_t))
{
	struct signalfd_siginfo info;
	int fd = CHECK(signalfd(-1, one_signal(SIGUSR2), 0));

	return how(fd, &info, sizeof(info)) == sizeof(info) ? (long)info.ssi_pid : -1;
}

static long look_signalfd(void)
{
	return look_signalfd_by(read);
}

ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);

static ssize_t fortified_read(int fd, void *to, size_t bytes)
{
	return __read_chk(fd, to, bytes, bytes);
}

static long look_signalfd_fortified(void)
{
	return look_signalfd_by(fortified_read);
}

static long look_peercred(void)
{
	int fd = CHECK(socket(AF_UNIX, SOCK_STREAM, 0));
	struct ucred peer = { .pid = -1 };
	socklen_t length = sizeof(peer);

	CHECK(connect(fd, (const struct sockaddr *)&scene->address, scene->address_length));
	CHECK(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length));
	return peer.pid;
}

/* one message, and a control message of this type in it */
static struct cmsghdr *receive(int type, bool many)
{
	static _Alignas(struct cmsghdr) char control[256];
	static char byte;
	static struct iovec data = { &byte, 1 };
	static struct mmsghdr m;

	m.msg_hdr = (struct msghdr){
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	if (many)
		CHECK(recvmmsg(scene->pair[0], &m, 1, 0, NULL));
	else
		CHECK((int)recvmsg(scene->pair[0], &m.msg_hdr, 0));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m.msg_hdr); c; c = CMSG_NXTHDR(&m.msg_hdr, c))
		if (c->cmsg_type == type)
			return c;
	_exit(2);
}

static long look_credentials(void)
{
	return ((struct ucred *)CMSG_DATA(receive(SCM_CREDENTIALS, false)))->pid;
}

static long look_many_credentials(void)
{
	return ((struct ucred *)CMSG_DATA(receive(SCM_CREDENTIALS, true)))->pid;
}

static long look_getown(void)
{
	return fcntl(scene->pair[0], F_GETOWN);
}

static long look_getown_ex(void)
{
	struct f_owner_ex owner;

	return fcntl64(scene->pair[0], F_GETOWN_EX, &owner) == 0 ? owner.pid : -1;
}

static long look_lock_by(int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(scene->file, command, &lock) == 0 ? lock.l_pid : -1;
}

static long look_getlk(void)
{
	return look_lock_by(F_GETLK);
}

static long look_ofd_getlk(void)
{
	return look_lock_by(F_OFD_GETLK);
}

static long look_getpgrp(void)
{
	CHECK(syscall(SYS_setpgid, 0, number_of_scene())); /* setpgid() is judged itself */
	return getpgrp();
}

static long look_getpgid_self(void)
{
	CHECK(syscall(SYS_setpgid, 0, number_of_scene())); /* setpgid() is judged itself */
	return getpgid(0);
}

static long look_getpgid(void)
{
	return getpgid(scene->third);
}

static long look_getsid(void)
{
	return getsid(scene->third);
}

static long look_tcgetpgrp(void)
{
	return tcgetpgrp(scene->master);
}

static long look_tcgetsid(void)
{
	return tcgetsid(scene->master);
}

static long look_terminal_by(unsigned long request)
{
	pid_t number;

	return ioctl(scene->master, request, &number) == 0 ? number : -1;
}

static long look_tiocgpgrp(void)
{
	return look_terminal_by(TIOCGPGRP);
}

static long look_tiocgsid(void)
{
	return look_terminal_by(TIOCGSID);
}

static long look_shm(void)
{
	struct shmid_ds data;

	return shmctl(scene->shm, IPC_STAT, &data) == 0 ? data.shm_lpid : -1;
}

static long look_msg(void)
{
	struct msqid_ds data;

	return msgctl(scene->msg, IPC_STAT, &data) == 0 ? data.msg_lspid : -1;
}

static long look_sem(void)
{
	return semctl(scene->sem, 0, GETPID);
}

static long look_event(void)
{
	unsigned long message;

	return ptrace(PTRACE_GETEVENTMSG, scene->third, NULL, &message) == 0 ? (long)message : -1;
}

static long look_tracee_siginfo(void)
{
	siginfo_t info;
	int status;

	CHECK(waitpid(scene->third, &status, 0));
	return ptrace(PTRACE_GETSIGINFO, scene->third, NULL, &info) == 0 ? info.si_pid : -1;
}

/* a pidfd that was received over the socket, as a path */
static const char *received_fdinfo(void)
{
	static char path[64];
	int fd;

	memcpy(&fd, CMSG_DATA(receive(SCM_RIGHTS, false)), sizeof(fd));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return path;
}

static long number_in(FILE *f)
{
	char line[128];
	long number = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pid:\t%ld", &number) == 1)
			break;
	return number;
}

static long look_fdinfo_open(void)
{
	return number_in(fdopen(CHECK(open(received_fdinfo(), O_RDONLY)), "r"));
}

static long look_fdinfo_fopen(void)
{
	return number_in(fopen(received_fdinfo(), "r"));
}

/* --- looking at /proc --- */

static const char *proc(const char *rest)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d%s", number_of_scene(), rest);
	return path;
}

static long seen(long n)
{
	return n < 0 ? -1 : number_of_scene();
}

static long seen_at(const void *p)
{
	return p ? number_of_scene() : -1;
}

static struct stat st;
static char target[256];

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
int __xstat64(int version, const char *path, struct stat *st);
int __lxstat64(int version, const char *path, struct stat *st);
int __fxstatat64(int version, int dir, const char *path, struct stat *st, int flags);

#ifdef __x86_64__
#define STAT_VERSION 1
#else
#define STAT_VERSION 0
#endif

#define LOOKS(X)                                                                                   \
	X(open, seen(open(proc("/stat"), O_RDONLY)))                                               \
	X(open64, seen(open64(proc("/stat"), O_RDONLY)))                                           \
	X(openat, seen(openat(AT_FDCWD, proc("/stat"), O_RDONLY)))                                 \
	X(openat64, seen(openat64(AT_FDCWD, proc("/stat"), O_PATH)))                               \
	X(__open_2, seen(__open_2(proc("/stat"), O_RDONLY)))                                       \
	X(__open64_2, seen(__open64_2(proc("/stat"), O_RDONLY)))                                   \
	X(__openat_2, seen(__openat_2(AT_FDCWD, proc("/stat"), O_RDONLY)))                         \
	X(__openat64_2, seen(__openat64_2(AT_FDCWD, proc("/stat"), O_RDONLY)))                     \
	X(fopen, seen_at(fopen(proc("/stat"), "r")))                                               \
	X(fopen64, seen_at(fopen64(proc("/stat"), "r")))                                           \
	X(opendir, seen_at(opendir(proc("/task"))))                                                \
	X(readlink, seen(readlink(proc("/exe"), target, sizeof(target))))                          \
	X(readlinkat, seen(readlinkat(AT_FDCWD, proc("/exe"), target, sizeof(target))))

#define LOOK_FUNCTION(name, how)                                                                   \
	static long look_path_##name(void)                                                         \
	{                                                                                          \
		return how;                                                                        \
	}
LOOKS(LOOK_FUNCTION)

/* existence tests: they do not prove which process it is */
#define PROBES(X)                                                                                  \
	X(stat, seen(stat(proc(""), &st)))                                                         \
	X(stat64, seen(stat64(proc(""), (struct stat64 *)&st)))                                    \
	X(lstat, seen(lstat(proc("/"), &st)))                                                      \
	X(lstat64, seen(lstat64(proc(""), (struct stat64 *)&st)))                                  \
	X(fstatat, seen(fstatat(AT_FDCWD, proc(""), &st, 0)))                                      \
	X(fstatat64, seen(fstatat64(AT_FDCWD, proc(""), (struct stat64 *)&st, 0)))                 \
	X(statx, seen(statx(AT_FDCWD, proc(""), 0, STATX_TYPE, (struct statx *)target)))           \
	X(access, seen(access(proc(""), F_OK)))                                                    \
	X(faccessat, seen(faccessat(AT_FDCWD, proc(""), F_OK, 0)))                                 \
	X(eaccess, seen(eaccess(proc(""), F_OK)))                                                  \
	X(euidaccess, seen(euidaccess(proc(""), F_OK)))                                            \
	X(__xstat, seen(__xstat(STAT_VERSION, proc(""), &st)))                                     \
	X(__xstat64, seen(__xstat64(STAT_VERSION, proc(""), &st)))                                 \
	X(__lxstat, seen(__lxstat(STAT_VERSION, proc(""), &st)))                                   \
	X(__lxstat64, seen(__lxstat64(STAT_VERSION, proc(""), &st)))                               \
	X(__fxstatat, seen(__fxstatat(STAT_VERSION, AT_FDCWD, proc(""), &st, 0)))                  \
	X(__fxstatat64, seen(__fxstatat64(STAT_VERSION, AT_FDCWD, proc(""), &st, 0)))
PROBES(LOOK_FUNCTION)

static long listed_in(DIR *dir)
{
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (atoi(e->d_name) == number_of_scene())
			return number_of_scene();
	return -1;
}

static long look_listing(void)
{
	return listed_in(opendir("/proc"));
}

static long look_listing_by_descriptor(void)
{
	return listed_in(fdopendir(CHECK(open("/proc/", O_RDONLY | O_DIRECTORY))));
}

/* --- sources that show no living q --- */

/* SIGCHLD has been blocked since before q was born (main): it is about the end of the subject's
 * own child. */
static long look_late_sigchld(void)
{
	const struct timespec none = { 0, 0 };
	siginfo_t info;

	return sigtimedwait(one_signal(SIGCHLD), &info, &none) == SIGCHLD ? info.si_pid : -1;
}

static long look_missing(void)
{
	return open(proc("/no such file"), O_RDONLY) < 0 ? number_of_scene() : -1;
}

static long look_elsewhere(void)
{
	return stat("/proc/1", &st) == 0 && stat("/proc/self/stat", &st) == 0 && stat("/", &st) == 0
		       ? number_of_scene()
		       : -1;
}

static long look_longer_number(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d0", number_of_scene());
	return access(path, F_OK) < 0 ? number_of_scene() : -1;
}

/* --- the table --- */

static const struct source {
	const char *name;
	long (*look)(void);
	long (*act)(void);
	void (*prepare)(void);
	enum { FRESH, STALE } then;
	bool born_by_subject;
} sources[] = {
	{ "a handler, kill", look_handler, act_signal, handle_signal, FRESH, false },
	{ "a handler, sigqueue", look_handler, act_queue, handle_signal, FRESH, false },
	{ "sigwaitinfo", look_sigwaitinfo, act_signal, block_signal, FRESH, false },
	{ "sigtimedwait", look_sigtimedwait, act_queue, block_signal, FRESH, false },
	{ "signalfd", look_signalfd, act_signal, block_signal, FRESH, false },
	{ "signalfd, fortified", look_signalfd_fortified, act_queue, block_signal, FRESH, false },
	{ "SO_PEERCRED", look_peercred, act_listen, NULL, FRESH, false },
	{ "SCM_CREDENTIALS, recvmsg", look_credentials, act_send, pass_credentials, FRESH, false },
	{ "SCM_CREDENTIALS, recvmmsg", look_many_credentials, act_send, pass_credentials, FRESH,
	  false },
	{ "F_GETOWN", look_getown, act_own, NULL, FRESH, false },
	{ "F_GETOWN_EX", look_getown_ex, act_own, NULL, FRESH, false },
	{ "F_GETLK", look_getlk, act_lock, NULL, FRESH, false },
	{ "F_OFD_GETLK", look_ofd_getlk, act_lock, NULL, FRESH, false },
	{ "getpgrp", look_getpgrp, act_lead_group, NULL, FRESH, false },
	{ "getpgid, one's own", look_getpgid_self, act_lead_group, NULL, FRESH, false },
	{ "getpgid", look_getpgid, act_lead_group_with_member, NULL, FRESH, false },
	{ "getsid", look_getsid, act_lead_session_with_member, NULL, FRESH, false },
	{ "tcgetpgrp", look_tcgetpgrp, act_take_terminal, NULL, FRESH, false },
	{ "tcgetsid", look_tcgetsid, act_take_terminal, NULL, FRESH, false },
	{ "TIOCGPGRP", look_tiocgpgrp, act_take_terminal, NULL, FRESH, false },
	{ "TIOCGSID", look_tiocgsid, act_take_terminal, NULL, FRESH, false },
	{ "shmctl", look_shm, act_attach, NULL, FRESH, false },
	{ "msgctl", look_msg, act_send_message, NULL, FRESH, false },
	{ "semctl", look_sem, act_change_semaphore, NULL, FRESH, false },
	{ "PTRACE_GETEVENTMSG", look_event, NULL, trace_vfork, FRESH, true },
	{ "PTRACE_GETSIGINFO", look_tracee_siginfo, act_signal_third, trace_idler, FRESH, false },
	{ "pidfd fdinfo, open", look_fdinfo_open, act_send_pidfd, NULL, FRESH, false },
	{ "pidfd fdinfo, fopen", look_fdinfo_fopen, act_send_pidfd, NULL, FRESH, false },
#define LOOK_ROW(name, how) { "/proc/N, " #name, look_path_##name, NULL, NULL, FRESH, false },
	LOOKS(LOOK_ROW)
#define PROBE_ROW(name, how) { "/proc/N, " #name, look_path_##name, NULL, NULL, STALE, false },
		PROBES(PROBE_ROW)
	/* what a shell expands */
	{ "/proc, opendir", look_listing, NULL, NULL, FRESH, false },
	{ "/proc, open", look_listing_by_descriptor, NULL, NULL, FRESH, false },

	{ "a late SIGCHLD", look_late_sigchld, NULL, NULL, STALE, false },
	{ "/proc/N/..., missing", look_missing, NULL, NULL, STALE, false },
	{ "/proc/1 and self", look_elsewhere, NULL, NULL, STALE, false },
	{ "/proc/N0", look_longer_number, NULL, NULL, STALE, false },
};

static const struct source *current;

/* --- the subject --- */

static pid_t reap_one(void)
{
	pid_t pid = CHECK(fork());

	if (pid == 0)
		_exit(0);
	CHECK(waitpid(pid, NULL, 0));
	return pid;
}

static long answer(char what)
{
	switch (what) {
	case 'r':
		scene->subject = getpid();
		scene->hidden = ~reap_one();
		if (current->prepare)
			current->prepare();
		return number_of_scene();
	case 'l':
		return current->look();
	default:
		return kill(number_of_scene(), SIGUSR1) == 0 ? 0 : errno;
	}
}

static void hold_back_sigchld(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL));
}

/* --- the scene --- */

static void open_terminal(void)
{
	scene->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (scene->master < 0 || unlockpt(scene->master) < 0)
		actor_fail("no terminal: %m");
	scene->slave = ioctl(scene->master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (scene->slave < 0)
		actor_fail("no terminal: %m");
}

static void set_scene(struct actor *unrelated_by_exec)
{
	int to[2], from[2];

	memset(scene, 0, sizeof(*scene));
	scene->address_length = sizeof(scene->address);
	open_terminal();
	scene->file = memfd_create("file", 0);
	scene->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	scene->address.sun_family = AF_UNIX; /* bound without a name, it gets one from the kernel */
	scene->shm = shmget(IPC_PRIVATE, 4096, 0600);
	scene->msg = msgget(IPC_PRIVATE, 0600);
	scene->sem = semget(IPC_PRIVATE, 1, 0600);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, scene->pair) < 0 || scene->file < 0 ||
	    bind(scene->listener, (struct sockaddr *)&scene->address, sizeof(sa_family_t)) < 0 ||
	    getsockname(scene->listener, (struct sockaddr *)&scene->address,
			&scene->address_length) < 0 ||
	    scene->shm < 0 || scene->msg < 0 || scene->sem < 0 || pipe(to) < 0 || pipe(from) < 0)
		actor_fail("the scene: %m");
	scene->in = to[0];
	scene->out = from[1];
	*unrelated_by_exec = (struct actor){ .to = to[1], .from = from[0] };
}

static void clear_scene(void)
{
	shmctl(scene->shm, IPC_RMID, NULL);
	msgctl(scene->msg, IPC_RMID, NULL);
	semctl(scene->sem, 0, IPC_RMID);
	for (int fd = 3; fd < SCENE_FD; fd++)
		close(fd);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* members of groups, which end with their leader */
}

static struct scene *open_scene(void)
{
	void *at =
		mmap(NULL, sizeof(struct scene), PROT_READ | PROT_WRITE, MAP_SHARED, SCENE_FD, 0);

	return at == MAP_FAILED ? NULL : at;
}

static bool make_scene(void)
{
	int fd = memfd_create("scene", 0);

	if (fd < 0 || ftruncate(fd, sizeof(struct scene)) < 0 || dup2(fd, SCENE_FD) < 0)
		return false;
	close(fd);
	scene = open_scene();
	return scene != NULL;
}

/* --- the scenario --- */

static const char *run_scenario(const struct source *s, struct actor *subject,
				struct actor *unrelated)
{
	long number = actor_ask(subject, 'r');

	if (!s->born_by_subject)
		actor_start_unrelated(unrelated, (pid_t)number, s->act);
	/* its own descendant passes before (ancestry.1) */
	if (!s->born_by_subject &&
	    (actor_ask(subject, 'k') != ESRCH || actor_ask(unrelated, ACTOR_SIGNALS) != 0))
		return "a signal to the pid was not refused before it was learned";
	if (actor_ask(unrelated, ACTOR_ACT) != 0)
		return "the unrelated process could not do its part";
	if (actor_ask(subject, 'l') != number)
		return "the source did not show the pid";
	if (s->then == STALE)
		return actor_ask(subject, 'k') == ESRCH && actor_ask(unrelated, ACTOR_SIGNALS) == 0
			       ? NULL
			       : "a signal to the pid was no longer refused";
	return actor_ask(subject, 'k') == 0 && actor_ask(unrelated, ACTOR_SIGNALS) == 1
		       ? NULL
		       : "a signal to the pid was still refused";
}

static bool passes(const struct source *s)
{
	struct actor subject, unrelated;
	const char *wrong;

	set_scene(&unrelated);
	actor_start_self(&subject, "subject", s->name, false);
	wrong = run_scenario(s, &subject, &unrelated);
	printf("%s %s%s%s\n", wrong ? "FAIL" : "ok  ", s->name, wrong ? ": " : "",
	       wrong ? wrong : "");
	if (!s->born_by_subject)
		actor_end(&unrelated);
	actor_end(&subject);
	clear_scene();
	return !wrong;
}

static const struct source *source_of(const char *name)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i].name, name) == 0)
			return &sources[i];
	return NULL;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc > 1) {
		scene = open_scene();
		current = argc > 2 ? source_of(argv[2]) : NULL;
		hold_back_sigchld();
		if (current)
			actor_serve(answer);
		else
			actor_serve_as_unrelated(NULL);
		return 0;
	}
	namespace_enter();
	if (!make_scene())
		actor_fail("the scene: %m");
	setenv("PIDEPOCH_LOG", "/dev/null",
	       1); /* another test checks the notices of the refusals */
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		failed += !passes(&sources[i]);
	return failed ? 1 : 0;
}
