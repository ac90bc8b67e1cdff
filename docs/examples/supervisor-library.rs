// SPDX-License-Identifier: LGPL-2.1-or-later

//! supervisor-library - keep workers alive, by the library.
//!
//!     rustc supervisor-library.rs -l pidepoch
//!     ./supervisor-library WORKERS REPLACEMENTS
//!
//! A line on standard input, or its end, stops all of them. One call waits for any number of
//! workers; none has a descriptor. The workers are std::process's: the call looks at them (WNOWAIT),
//! and std::process reaps those that have ended.

use std::os::raw::{c_int, c_void};
use std::process::{Child, Command};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex};
use std::{env, io, process, thread};

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Ref {
    pid: i32,
    epoch: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Pidv {
    pid: i32,
    epoch: u32,
    flags: u16,
    state: u16,
    status: i32,
}

const TAGGED: u16 = 1; // PIDV_TAGGED
const EXITED: u16 = 4; // PIDV_EXITED; greater states are final as well
const WNOWAIT: c_int = 0x01000000;
const SIGTERM: c_int = 15;

#[link(name = "pidepoch")]
extern "C" {
    fn pidepoch_ref(pid: i32, r: *mut Ref) -> c_int;
    fn pidepoch_kill(pid: i32, epoch: u32, signal: c_int) -> c_int;
    fn waitpidv(
        vec: *mut Pidv,
        count: usize,
        snapshot: *mut u64,
        flags: c_int,
        more: *const c_void,
    ) -> c_int;
}

#[derive(Default)]
struct Workers {
    vec: Vec<Pidv>,
    children: Vec<Child>,
    stopping: bool,
}

impl Workers {
    /// Nothing reaps the child before it is in the vector, so the pid is its own.
    fn start(&mut self) -> io::Result<()> {
        if self.stopping {
            return Ok(());
        }
        let child = Command::new("sleep").arg("600").spawn()?;
        let mut r = Ref::default();
        if unsafe { pidepoch_ref(child.id() as i32, &mut r) } < 0 {
            return Err(io::Error::last_os_error());
        }
        self.vec.push(Pidv { pid: r.pid, epoch: r.epoch, flags: TAGGED, state: 0, status: 0 });
        self.children.push(child);
        Ok(())
    }

    /// The references of those that have ended are refused.
    fn stop(&mut self) {
        self.stopping = true;
        for w in &self.vec {
            unsafe { pidepoch_kill(w.pid, w.epoch, SIGTERM) };
        }
    }

    /// Take over the states of @seen. Returns the indexes of those that have ended since, reaped.
    fn ended(&mut self, seen: &[Pidv]) -> io::Result<Vec<usize>> {
        let mut ended = Vec::new();
        for (i, w) in seen.iter().enumerate() {
            if self.vec[i].state < EXITED && w.state >= EXITED {
                self.vec[i] = *w;
                self.children[i].wait()?;
                ended.push(i);
            }
        }
        Ok(ended)
    }
}

/// Block until there is news; false: no worker is left.
fn wait(vec: &mut [Pidv]) -> io::Result<bool> {
    loop {
        let n = unsafe { waitpidv(vec.as_mut_ptr(), vec.len(), null_mut(), WNOWAIT, null()) };
        let error = io::Error::last_os_error();
        match (n >= 0, error.raw_os_error()) {
            (true, _) => return Ok(true),
            (_, Some(10)) => return Ok(false), // ECHILD
            (_, Some(4)) => continue,          // EINTR
            _ => return Err(error),
        }
    }
}

fn supervise(count: usize, mut replacements: usize) -> io::Result<()> {
    let workers = Arc::new(Mutex::new(Workers::default()));
    for _ in 0..count {
        workers.lock().unwrap().start()?;
    }
    println!("{} started", count);
    let stopped = Arc::clone(&workers);
    thread::spawn(move || {
        let _ = io::stdin().read_line(&mut String::new());
        stopped.lock().unwrap().stop();
    });
    loop {
        let mut seen = workers.lock().unwrap().vec.clone();
        if !wait(&mut seen)? {
            break;
        }
        let mut all = workers.lock().unwrap();
        for i in all.ended(&seen)? {
            if replacements > 0 {
                replacements -= 1;
                all.start()?;
            }
            println!("{} ended", all.vec[i].pid);
        }
    }
    println!("all {} ended", workers.lock().unwrap().vec.len());
    Ok(())
}

fn main() {
    let number = |n| env::args().nth(n).and_then(|text| text.parse::<usize>().ok());
    match (number(1), number(2)) {
        (Some(count), Some(more)) if count > 0 => {
            if let Err(error) = supervise(count, more) {
                eprintln!("supervisor-library: {}", error);
                process::exit(1);
            }
        }
        _ => {
            eprintln!("usage: supervisor-library WORKERS REPLACEMENTS");
            process::exit(2);
        }
    }
}
