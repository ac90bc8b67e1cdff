// SPDX-License-Identifier: LGPL-2.1-or-later

// supervisor-library - keep workers alive, by the library through cgo.
//
//	go build supervisor-library.go
//	./supervisor-library WORKERS REPLACEMENTS
//
// SIGTERM stops all of them. One call waits for any number of workers; none has a descriptor. The
// workers are os/exec's: the call looks at them (WNOWAIT), and Wait reaps those that have ended.
package main

/*
#cgo pkg-config: pidepoch
#define _GNU_SOURCE
#include <errno.h>
#include <pidepoch.h>
#include <sys/wait.h>
*/
import "C"

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
)

var (
	mutex    sync.Mutex // of what follows
	workers  []C.struct_pidv
	commands []*exec.Cmd
	stopping bool
)

// start appends one worker. Nothing reaps it before it is in the list, so the pid is its own.
func start() error {
	mutex.Lock()
	defer mutex.Unlock()
	if stopping {
		return nil
	}
	command := exec.Command("/bin/sleep", "600")
	if err := command.Start(); err != nil {
		return err
	}
	var ref C.struct_pidepoch_ref
	if r, err := C.pidepoch_ref(C.pid_t(command.Process.Pid), &ref); r < 0 {
		return err
	}
	workers = append(workers, C.struct_pidv{pid: ref.pid, epoch: ref.epoch, flags: C.PIDV_TAGGED})
	commands = append(commands, command)
	return nil
}

// stop signals all workers. The references of those that have ended are refused.
func stop() {
	mutex.Lock()
	defer mutex.Unlock()
	stopping = true
	for _, w := range workers {
		C.pidepoch_kill(w.pid, w.epoch, C.SIGTERM)
	}
}

func list() []C.struct_pidv {
	mutex.Lock()
	defer mutex.Unlock()
	return append([]C.struct_pidv(nil), workers...)
}

// wait returns the indexes of workers that have ended since; none: all have.
func wait(vec []C.struct_pidv) (ended []int) {
	before := append([]C.struct_pidv(nil), vec...)
	for {
		n, err := C.waitpidv(&vec[0], C.size_t(len(vec)), nil, C.WNOWAIT, nil)
		if n > 0 {
			break
		}
		if err == syscall.ECHILD {
			return nil
		}
		if err != syscall.EINTR { // the runtime's own signals
			log.Fatal("waitpidv: ", err)
		}
	}
	for i := range vec {
		if before[i].state < C.PIDV_EXITED && vec[i].state >= C.PIDV_EXITED {
			ended = append(ended, i)
		}
	}
	return ended
}

func finish(i int) {
	commands[i].Wait()
	mutex.Lock()
	defer mutex.Unlock()
	workers[i].state = C.PIDV_EXITED
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: supervisor-library WORKERS REPLACEMENTS")
	}
	count, _ := strconv.Atoi(os.Args[1])
	replacements, _ := strconv.Atoi(os.Args[2])
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	for i := 0; i < count; i++ {
		if err := start(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(count, "started")
	go func() {
		<-asked
		stop()
	}()
	for ended := wait(list()); len(ended) > 0; ended = wait(list()) {
		for _, i := range ended {
			finish(i)
			if replacements > 0 {
				replacements--
				if err := start(); err != nil {
					log.Fatal(err)
				}
			}
			fmt.Println(workers[i].pid, "ended")
		}
	}
	fmt.Println("all", len(workers), "ended")
}
