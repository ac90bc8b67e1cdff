// SPDX-License-Identifier: LGPL-2.1-or-later

// jobs - goroutines that start, signal and wait for programs, each of which must end as ordered;
// then a stale pid: it prints "reaped PID", waits for a line, and prints the result of the signal.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

func one() {
	c := exec.Command("/bin/sleep", "60")
	if err := c.Start(); err != nil {
		fmt.Println("start:", err)
		return
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		fmt.Println("signal:", err)
	}
	if err := c.Wait(); err == nil || err.Error() != "signal: terminated" {
		fmt.Println("wait:", err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != os.ErrProcessDone {
		fmt.Println("signal after wait:", err)
	}
	out, err := exec.Command("/bin/sh", "-c", "echo x; exit 3").Output()
	if string(out) != "x\n" || err == nil || err.Error() != "exit status 3" {
		fmt.Println("output:", string(out), err)
	}
}

func main() {
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 5; j++ {
				one()
			}
		}()
	}
	all.Wait()
	kept := exec.Command("/bin/true")
	kept.Run()
	fmt.Println("reaped", kept.Process.Pid)
	bufio.NewReader(os.Stdin).ReadString('\n')
	switch syscall.Kill(kept.Process.Pid, syscall.SIGTERM) {
	case nil:
		fmt.Println("ok")
	case syscall.ESRCH:
		fmt.Println("ESRCH")
	default:
		fmt.Println("EEPOCH")
	}
}
