// SPDX-License-Identifier: LGPL-2.1-or-later

// kept - std::process, which must work as without pidepoch; then a stale pid: it prints "reaped
// PID", waits for a line, and prints the result of the signal, sent by syscall(2).
use std::ffi::c_long;
use std::io::Error;
use std::process::Command;

extern "C" {
    fn syscall(nr: c_long, ...) -> c_long;
}

const SYS_KILL: c_long = if cfg!(target_arch = "x86_64") { 62 } else { 129 };
const SIGTERM: c_long = 15;

fn main() {
    for _ in 0..5 {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        let out = Command::new("sh").args(["-c", "echo x; exit 3"]).output().unwrap();
        assert_eq!((out.stdout.as_slice(), out.status.code()), (&b"x\n"[..], Some(3)));
    }
    let mut child = Command::new("true").spawn().unwrap();
    let number = child.id();
    child.wait().unwrap();
    println!("reaped {}", number);
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let r = unsafe { syscall(SYS_KILL, number as c_long, SIGTERM) };
    println!("{}", match (r, Error::last_os_error().raw_os_error()) {
        (0, _) => "ok",
        (_, Some(3)) => "ESRCH",
        _ => "EEPOCH",
    });
}
