// SPDX-License-Identifier: LGPL-2.1-or-later

// stacked - a stale pid in Go.
package main

import (
	"os"
	"syscall"
)

//go:noinline
func obtain() int {
	p, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
	if err != nil {
		os.Exit(98)
	}
	return p.Pid
}

//go:noinline
func release(pid int) {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		os.Exit(98)
	}
}

//go:noinline
func misuse(pid int) error {
	return syscall.Kill(pid, syscall.SIGTERM)
}

//go:noinline
func use(pid int) {
	if misuse(pid) == nil {
		os.Exit(1)
	}
}

func main() {
	pid := obtain()
	release(pid)
	use(pid)
}
