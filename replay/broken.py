"""What is wrong with an input file."""

#: broken lines told one by one; of the rest only the numbers are told
SHOWN = 100


class BrokenError(Exception):
    """A file can not be used; ``problems`` are pairs of line number and text.

    The line number is 0 where a problem belongs to no line.
    """

    def __init__(self, path, problems):
        super().__init__(f"{path} is broken")
        self.path = path
        self.problems = sorted(problems)

    def lines(self):
        """The problems as text; no broken line stays unnamed.

        >>> BrokenError("log.csv", [(3, "bad date"), (0, "odd")]).lines()
        ['log.csv: odd', 'log.csv, line 3: bad date']
        """
        told = [f"{self._place(line)}: {text}" for line, text in self.problems[:SHOWN]]
        rest = ranges(line for line, _text in self.problems[SHOWN:])
        return told + ([f"{self.path}, also broken: lines {rest}"] if rest else [])

    def _place(self, line):
        return f"{self.path}, line {line}" if line else str(self.path)


def ranges(numbers):
    """Line numbers in a short form.

    >>> ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    runs = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in runs)
