// SPDX-License-Identifier: LGPL-2.1-or-later

// supervisor-number - keep workers alive, by system call numbers: no cgo, no library.
//
//	go build supervisor-number.go
//	pidepoch run --supervisor=on -- ./supervisor-number WORKERS REPLACEMENTS
//
// SIGTERM stops all of them. A worker is 16 bytes in a slice, and one descriptor watches up to 1,024
// of them. The numbers and the structure are those of <pidepoch.h>.
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"unsafe"
)

const (
	nrWaitpidv = 20190512
	nrNow      = 20190512 + 5
	nrRef      = 20190512 + 3
	nrKill     = 20190512 + 4
	nrWaitfd   = 20190512 + 8

	tagged = 1 // PIDV_TAGGED
	exited = 4 // PIDV_EXITED; greater states are final as well
	most   = 1024
)

type pidv struct {
	pid    int32
	epoch  uint32
	flags  uint16
	state  uint16
	status int32
}

var (
	mutex    sync.Mutex // of what follows
	workers  []pidv
	stopping bool
)

// start appends one worker. Nothing reaps it before it is in the list, so the pid is its own.
func start() error {
	mutex.Lock()
	defer mutex.Unlock()
	if stopping {
		return nil
	}
	pid, err := syscall.ForkExec("/bin/sleep", []string{"sleep", "600"}, nil)
	if err != nil {
		return err
	}
	epoch, _, errno := syscall.RawSyscall(nrRef, uintptr(pid), 0, 0)
	if errno != 0 {
		return errno
	}
	workers = append(workers, pidv{pid: int32(pid), epoch: uint32(epoch), flags: tagged})
	return nil
}

// stop signals all workers. The references of those that have ended are refused.
func stop() {
	mutex.Lock()
	defer mutex.Unlock()
	stopping = true
	for _, w := range workers {
		syscall.RawSyscall(nrKill, uintptr(w.pid), uintptr(w.epoch), uintptr(syscall.SIGTERM))
	}
}

// list copies the workers that are left, since the slice may move while others append.
func left() (list []pidv) {
	mutex.Lock()
	defer mutex.Unlock()
	for _, w := range workers {
		if w.state < exited {
			list = append(list, w)
		}
	}
	return list
}

func call(nr uintptr, list []pidv) (int, error) {
	n, _, errno := syscall.Syscall6(nr, uintptr(unsafe.Pointer(&list[0])), uintptr(len(list)), 0, 0,
		unsafe.Sizeof(list[0]), 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// wait returns the pids of workers that have ended, and reaps them. Only this goroutine waits, so a
// pid is its worker's until then.
func wait(list []pidv) (ended []int32, err error) {
	for len(ended) == 0 {
		fd, err := call(nrWaitfd, list)
		if err != nil {
			return nil, err
		}
		poll := struct {
			fd              int32
			events, revents int16
		}{fd: int32(fd), events: 1}
		syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&poll)), 1, 0, 0, 0, 0)
		syscall.Close(fd)
		if _, err := call(nrWaitpidv, list); err != nil {
			return nil, err
		}
		for _, w := range list {
			if w.state == exited {
				syscall.Wait4(int(w.pid), nil, 0, nil)
				ended = append(ended, w.pid)
			}
		}
	}
	return ended, nil
}

func finish(pid int32) {
	mutex.Lock()
	defer mutex.Unlock()
	for i := range workers {
		if workers[i].pid == pid && workers[i].state < exited {
			workers[i].state = exited
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: supervisor-number WORKERS REPLACEMENTS")
	}
	count, _ := strconv.Atoi(os.Args[1])
	replacements, _ := strconv.Atoi(os.Args[2])
	if _, _, errno := syscall.RawSyscall(nrNow, 0, 0, 0); errno == syscall.ENOSYS || count < 1 || count > most {
		log.Fatal("1 to 1024 workers, under 'pidepoch run --supervisor=on'")
	}
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
	for list := left(); len(list) > 0; list = left() {
		ended, err := wait(list)
		if err != nil {
			log.Fatal(err)
		}
		for _, pid := range ended {
			finish(pid)
			if replacements > 0 {
				replacements--
				if err := start(); err != nil {
					log.Fatal(err)
				}
			}
			fmt.Println(pid, "ended")
		}
	}
	fmt.Println("all", len(workers), "ended")
}
