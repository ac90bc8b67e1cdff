#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What doctor says of the kernel's mechanisms is what happens when this program uses them itself.

notify, killable and sync need a filter and a listener: tests/supervisor and tests/containers
compare those with doctor.
"""

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import socket
import struct
import subprocess
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
AT_EMPTY_PATH, FD_PIDFS_ROOT, MADV_WIPEONFORK = 0x1000, -10002, 18
PIDFD_GET_INFO, PIDFD_INFO_PID = 0xC040FF0B, 1
IO_URING_SETUP, CAP_SYS_ADMIN, CONNECTOR, CN_IDX_PROC = 425, 21, 11, 1


class Child:
    """A process that waits to be killed, and its pidfd."""

    def __enter__(self):
        self.process = subprocess.Popen(['sleep', '600'])
        self.fd = os.pidfd_open(self.process.pid)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.fd)


def pidfd():
    """A wait by pidfd."""
    with Child() as child:
        child.process.kill()
        return os.waitid(os.P_PIDFD, child.fd, os.WEXITED | os.WNOWAIT).si_pid == child.process.pid


def inode():
    """Two processes, two inodes."""
    with Child() as one, Child() as other:
        return os.fstat(one.fd).st_ino != os.fstat(other.fd).st_ino


def info():
    """A pidfd tells its pid."""
    with Child() as child:
        told = bytearray(struct.pack('Q56x', PIDFD_INFO_PID))
        fcntl.ioctl(child.fd, PIDFD_GET_INFO, told)
        return struct.unpack_from('I', told, 16)[0] == child.process.pid


def reopened(root):
    """The pidfd of a process by its file handle; ROOT(child) is the descriptor to look from."""
    with Child() as child:
        handle = ctypes.create_string_buffer(struct.pack('Ii', 128, 0), 8 + 128)
        mount = ctypes.c_int()
        if libc.name_to_handle_at(child.fd, b'', handle, ctypes.byref(mount), AT_EMPTY_PATH):
            return False
        fd = libc.open_by_handle_at(root(child), handle, os.O_CLOEXEC)
        if fd < 0:
            return False
        same = os.fstat(fd).st_ino == os.fstat(child.fd).st_ino
        os.close(fd)
        return same


def handle():
    return reopened(lambda child: child.fd)


def pidfs():
    return reopened(lambda child: FD_PIDFS_ROOT)


def wipe():
    """Memory that a forked child finds empty."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(MADV_WIPEONFORK)
    memory[0] = 1
    child = os.fork()
    if not child:
        os._exit(memory[0])
    return os.waitpid(child, 0)[1] == 0


def rseq():
    """libc has registered an area."""
    return ctypes.c_uint.in_dll(libc, '__rseq_size').value > 0


def admin():
    with open('/proc/self/status', encoding='ascii') as status:
        granted = next(line for line in status if line.startswith('CapEff:')).split()[1]
    return bool(int(granted, 16) >> CAP_SYS_ADMIN & 1)


def children():
    path = f'/proc/self/task/{threading.get_native_id()}/children'
    with Child() as child, open(path, encoding='ascii') as file:
        return str(child.process.pid) in file.read().split()


def births():
    """The fork of a child of this process is reported. None: not seen among too many others."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, CONNECTOR) as news:
        news.bind((0, CN_IDX_PROC))
        news.settimeout(20)
        news.send(struct.pack('IHHII' 'IIIIHH' 'I', 40, 3, 0, 0, 0,
                              CN_IDX_PROC, 1, 0, 0, 4, 0, 1))
        with Child() as child:
            for _ in range(100000):
                try:
                    message = news.recv(4096).ljust(80, b'\0')
                except OSError as error:
                    if error.errno == errno.ENOBUFS:
                        return None
                    raise
                what, _cpu, _time, _parent, _group, born = struct.unpack_from('IIQIII', message, 36)
                if what == 1 and born == child.process.pid:
                    return True
    return False


def io_uring():
    fd = libc.syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
    if fd < 0:
        return False
    os.close(fd)
    return True


def status(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd='/',
                          check=False).returncode


def ordinary():
    """The words that make a command an ordinary user's. None: here root cannot become one."""
    if os.geteuid():
        return ()
    change = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
    return change if status(*change, 'true') == 0 else None


def userns():
    return status(*ordinary() or (), 'unshare', '--user', 'true') == 0


def pid_max():
    """A namespace's own. Root would write the machine's on a kernel that has no other."""
    user = ordinary()
    return None if user is None else status(
        *user, 'unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc',
        'sh', '-c', 'echo 400 >/proc/sys/kernel/pid_max') == 0


def happens(mechanism):
    try:
        return mechanism()
    except (OSError, ValueError):
        return False


def main():
    said = subprocess.run([os.environ['PIDEPOCH'], 'doctor', '--json'], stdout=subprocess.PIPE,
                          check=False).stdout
    works = {m['name']: m['works'] for m in json.loads(said)['mechanisms']}
    found = {f.__name__: happens(f) for f in (pidfd, inode, info, handle, pidfs, wipe, rseq, admin,
                                              children, births, io_uring, userns, pid_max)}
    print(platform.release(), platform.machine(), ' '.join(name for name in found if found[name]))
    wrong = [name for name in found if found[name] is not None and works[name] != found[name]]
    for name in wrong:
        print(f'FAIL: {name}: doctor says {works[name]}, and it is {found[name]}')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
