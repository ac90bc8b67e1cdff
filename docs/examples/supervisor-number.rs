// SPDX-License-Identifier: LGPL-2.1-or-later

//! supervisor-number - keep workers alive, by system call numbers: no library.
//!
//!     rustc -C target-feature=+crt-static supervisor-number.rs
//!     pidepoch run --supervisor=on -- ./supervisor-number WORKERS REPLACEMENTS
//!
//! A line on standard input, or its end, stops all of them. A worker is 16 bytes in a vector, and
//! one descriptor watches up to 1,024 of them. The numbers and the structure are those of
//! <pidepoch.h>. The workers are std::process's, which reaps those that have ended.

use std::os::raw::{c_int, c_long, c_short};
use std::process::{Child, Command};
use std::{env, io, process};

extern "C" {
    fn syscall(nr: c_long, ...) -> c_long;
    fn poll(fds: *mut Poll, n: u64, timeout: c_int) -> c_int;
    fn close(fd: c_int) -> c_int;
}

const NR_WAITPIDV: c_long = 20190512;
const NR_REF: c_long = 20190512 + 3;
const NR_KILL: c_long = 20190512 + 4;
const NR_WAITFD: c_long = 20190512 + 8;
const SIGTERM: c_long = 15;
const MOST: usize = 1024;

const TAGGED: u16 = 1; // PIDV_TAGGED
const EXITED: u16 = 4; // PIDV_EXITED; greater states are final as well

#[repr(C)]
#[derive(Clone, Copy)]
struct Pidv {
    pid: i32,
    epoch: u32,
    flags: u16,
    state: u16,
    status: i32,
}

#[repr(C)]
struct Poll {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

fn checked(result: c_long) -> io::Result<c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

#[derive(Default)]
struct Workers {
    vec: Vec<Pidv>,
    children: Vec<Child>,
}

impl Workers {
    /// Nothing reaps the child before it is in the vector, so the pid is its own.
    fn start(&mut self) -> io::Result<()> {
        let child = Command::new("sleep").arg("600").spawn()?;
        let pid = child.id() as i32;
        let epoch = checked(unsafe { syscall(NR_REF, pid as c_long) })? as u32;
        self.vec.push(Pidv { pid, epoch, flags: TAGGED, state: 0, status: 0 });
        self.children.push(child);
        Ok(())
    }

    /// The references of those that have ended are refused.
    fn stop(&self) {
        for w in &self.vec {
            unsafe { syscall(NR_KILL, w.pid as c_long, w.epoch as c_long, SIGTERM) };
        }
    }

    fn call(&mut self, nr: c_long) -> io::Result<c_long> {
        let size = std::mem::size_of::<Pidv>() as c_long;
        let (vec, count) = (self.vec.as_mut_ptr(), self.vec.len() as c_long);
        checked(unsafe { syscall(nr, vec, count, 0 as c_long, 0 as c_long, size) })
    }

    fn left(&self) -> usize {
        self.vec.iter().filter(|w| w.state < EXITED).count()
    }

    /// The indexes of the workers that have ended since, reaped. @stop: there is input.
    fn wait(&mut self, stop: &mut bool) -> io::Result<Vec<usize>> {
        let fd = self.call(NR_WAITFD)? as c_int;
        let input = if *stop { -1 } else { 0 };
        let mut fds = [fd, input].map(|fd| Poll { fd, events: 1, revents: 0 });
        unsafe {
            poll(fds.as_mut_ptr(), 2, -1);
            close(fd);
        }
        *stop = fds[1].revents != 0;
        let before = self.vec.clone();
        self.call(NR_WAITPIDV)?;
        let ended = |i: &usize| before[*i].state < EXITED && self.vec[*i].state >= EXITED;
        let ended: Vec<usize> = (0..before.len()).filter(ended).collect();
        for i in &ended {
            self.children[*i].wait()?;
        }
        Ok(ended)
    }
}

fn supervise(count: usize, mut replacements: usize) -> io::Result<()> {
    let mut workers = Workers::default();
    let (mut stop, mut stopping) = (false, false);
    for _ in 0..count {
        workers.start()?;
    }
    println!("{} started", count);
    while workers.left() > 0 {
        for i in workers.wait(&mut stop)? {
            if replacements > 0 && !stop && !stopping {
                replacements -= 1;
                workers.start()?;
            }
            println!("{} ended", workers.vec[i].pid);
        }
        if stop && !stopping {
            stopping = true;
            workers.stop();
        }
        stop = stopping;
    }
    println!("all {} ended", workers.vec.len());
    Ok(())
}

fn main() {
    let number = |n| env::args().nth(n).and_then(|text| text.parse::<usize>().ok());
    match (number(1), number(2)) {
        (Some(count), Some(more)) if (1..=MOST).contains(&(count + more)) => {
            if let Err(error) = supervise(count, more) {
                eprintln!("supervisor-number: {} (pidepoch run --supervisor=on)", error);
                process::exit(1);
            }
        }
        _ => {
            eprintln!("usage: supervisor-number WORKERS REPLACEMENTS (at most 1024)");
            process::exit(2);
        }
    }
}
