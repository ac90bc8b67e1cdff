#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Volatile buffers of the Python module: filled at the first pin and after each loss, never taken
while a view exists; marks of memory and of files."""

import gc
import mmap
import os
import threading
import unittest

import twice

if twice.HOW:
    from pidepoch import vrange
    from pidepoch.vrange import Buffer

SIZE = 64 * 4096


class Buffers(unittest.TestCase):
    def setUp(self):
        self.fills = 0

    def fill(self, view):
        self.fills += 1
        view[:] = bytes([self.fills]) * len(view)

    def lose(self):
        gc.collect()
        vrange.trim(1 << 40)

    def test_filled_after_a_loss(self):
        buffer = Buffer(SIZE, self.fill)
        self.assertEqual(len(buffer), SIZE)
        self.assertIsNone(buffer.read(0, 1))
        for n in (1, 2, 3):
            with buffer.pin() as view:
                self.assertEqual((view.nbytes, view[0], view[-1]), (SIZE, n, n))
            with buffer.pin() as view:
                view[0] = 99
            self.assertEqual(buffer.read(0, 2), bytes([99, n]))
            self.lose()
            self.assertIsNone(buffer.read())
        self.assertEqual(self.fills, 3)

    def test_kept_while_there_is_a_view(self):
        buffer = Buffer(SIZE, self.fill)
        with buffer.pin() as view:
            part = view[4096:8192]
        self.lose()
        self.assertEqual(part[0], 1)
        other = buffer.pin()
        part.release()
        self.lose()
        self.assertEqual(bytes(other), b"\1" * SIZE)
        del buffer
        self.lose()
        self.assertEqual(other[-1], 1)
        del other, part, view
        self.lose()

    def test_fill_that_fails(self):
        def fail(view):
            view[0] = 1
            raise ZeroDivisionError

        buffer = Buffer(SIZE, fail)
        for _ in range(2):
            self.assertRaises(ZeroDivisionError, buffer.pin)
            self.assertIsNone(buffer.read(0, 1))
        buffer._fill = self.fill
        with buffer.pin() as view:
            self.assertEqual(view[0], 1)

    def test_wrong_arguments(self):
        self.assertRaises(OSError, Buffer, 0, self.fill)
        self.assertRaises(OverflowError, Buffer, -1, self.fill)
        buffer = Buffer(SIZE, self.fill)
        buffer.pin().release()
        for at, n in ((-1, 1), (0, -1), (SIZE, 1), (0, SIZE + 1)):
            self.assertRaises(ValueError, buffer.read, at, n)

    def test_threads_fill_once(self):
        buffer = Buffer(SIZE, self.fill)
        wrong = []

        def use():
            for _ in range(50):
                with buffer.pin() as view:
                    if view[0] != view[-1] or view[0] == 0:
                        wrong.append(bytes(view[:1]))
                vrange.trim(1)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_stat(self):
        before = vrange.stat()
        self.assertIn(before.level, (1, 2, 3, 4))
        buffer = Buffer(SIZE, self.fill)
        buffer.pin().release()
        self.lose()
        buffer.pin().release()
        self.assertGreater(vrange.stat().purged_bytes, before.purged_bytes)


class Marks(unittest.TestCase):
    def test_memory(self):
        memory = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory[:] = b"x" * SIZE
        self.assertFalse(vrange.mvrange(memory, vrange.VOLATILE))
        self.assertFalse(vrange.mvrange(memory, vrange.NONVOLATILE))
        self.assertEqual(memory[:], b"x" * SIZE)
        if vrange.stat().level <= 2:
            vrange.mvrange(memory, vrange.VOLATILE)
            vrange.trim(1 << 40)
            self.assertTrue(vrange.mvrange(memory, vrange.NONVOLATILE))
            self.assertEqual(memory[:], bytes(SIZE))
        self.assertRaises(OSError, vrange.mvrange, memory, 7)
        self.assertRaises(TypeError, vrange.mvrange, b"constant", vrange.VOLATILE)
        memory.close()

    def test_file(self):
        with os.fdopen(os.memfd_create("test"), "r+b", buffering=0) as file:
            file.write(b"x" * SIZE)
            self.assertFalse(vrange.fvrange(file, 0, SIZE, vrange.VOLATILE))
            vrange.trim(1 << 40)
            lost = vrange.fvrange(file.fileno(), 0, SIZE, vrange.NONVOLATILE)
            file.seek(0)
            self.assertEqual(file.read(), bytes(SIZE) if lost else b"x" * SIZE)
        self.assertRaises(OSError, vrange.fvrange, 0, 0, SIZE, vrange.VOLATILE)


if __name__ == "__main__":
    twice.main()
