#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples of docs/python.md are right."""

import doctest
import os
import subprocess
import sys
import unittest

import twice

PAGE = twice.SOURCE + "/docs/python.md"


class Manual(unittest.TestCase):
    def test_examples(self):
        with open(PAGE, encoding="utf-8") as page:
            text = page.read().replace("```", "")  # a fence would be output
        test = doctest.DocTestParser().get_doctest(text, {}, "python.md", PAGE, 0)
        result = doctest.DocTestRunner().run(test)
        self.assertEqual(result.failed, 0)
        self.assertGreater(result.attempted, 40)

    @unittest.skipUnless(twice.HOW == "preloaded", "the library does not see the program's forks")
    def test_obituary(self):
        with open(PAGE, encoding="utf-8") as page:
            script = page.read().split("```python\n")[1].split("```")[0]
        said = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        self.assertEqual(said.stdout, script.rsplit("# ", 1)[1])


if __name__ == "__main__":
    twice.main()
