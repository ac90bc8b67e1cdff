// SPDX-License-Identifier: LGPL-2.1-or-later

// stacked - a stale pid in Rust.
use std::hint::black_box;
use std::process::{Child, Command};

extern "C" {
    fn kill(pid: i32, signal: i32) -> i32;
}

#[inline(never)]
fn release_here(child: &mut Child) {
    black_box(child.wait().unwrap());
}

#[inline(never)]
fn misuse_here(pid: u32) -> i32 {
    black_box(unsafe { kill(pid as i32, 15) })
}

#[inline(never)]
fn use_here(pid: u32) -> i32 {
    black_box(misuse_here(pid)) + 1
}

fn main() {
    let mut child = Command::new("/bin/true").spawn().unwrap();
    let pid = child.id();
    release_here(&mut child);
    use_here(pid);
}
