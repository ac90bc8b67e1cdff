// SPDX-License-Identifier: LGPL-2.1-or-later

// reaper - the first process of a container, in Go, that does not lose the statuses of os/exec.
//
//	CGO_ENABLED=0 go build reaper.go
//	./reaper COMMANDS                                   before: "waitid: no child processes"
//	pidepoch run --waits=share -- ./reaper COMMANDS     after: none
//
// Such a process adopts orphans, so at each SIGCHLD it waits for any child. That wait takes the
// status of a command of os/exec as well, if it is faster than exec.Cmd's own. The source needs no
// change.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

func reap(signals <-chan os.Signal) {
	for range signals {
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 || err != nil {
				break
			}
		}
	}
}

// the exit status of a shell command; -1: not known
func ask(question int) int {
	err := exec.Command("/bin/sh", "-c", "exit "+strconv.Itoa(question)).Run()
	if err == nil {
		return 0
	}
	if end, ok := err.(*exec.ExitError); ok {
		return end.ExitCode()
	}
	return -1
}

func main() {
	commands, err := strconv.Atoi(os.Args[1])
	if err != nil {
		os.Exit(2)
	}
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGCHLD)
	go reap(signals)
	right := 0
	for i := 0; i < commands; i++ {
		if ask(i%100) == i%100 {
			right++
		}
	}
	fmt.Printf("%d of %d answers\n", right, commands)
}
