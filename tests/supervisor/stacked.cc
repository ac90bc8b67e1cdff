// SPDX-License-Identifier: LGPL-2.1-or-later
// stacked - a stale pid in C++: methods and a template call each other.
#include <cstdlib>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shop
{
struct Clerk {
	int pid;
	volatile int after = 0;

	__attribute__((noinline)) void obtain()
	{
		pid = fork();
		if (pid == 0)
			_exit(0);
	}

	__attribute__((noinline)) void release()
	{
		waitpid(pid, nullptr, 0);
		after = after + 1;
	}

	__attribute__((noinline)) void misuse()
	{
		kill(pid, SIGTERM);
		after = after + 1;
	}

	template <class T> __attribute__((noinline)) void use(T n)
	{
		misuse();
		after = after + n;
	}
};
}

int main()
{
	shop::Clerk clerk;

	clerk.obtain();
	clerk.release();
	clerk.use(1);
}
