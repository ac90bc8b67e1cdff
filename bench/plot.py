# SPDX-License-Identifier: LGPL-2.1-or-later
"""plot - one group as an SVG: for each ratio its quartiles, its median and its bar, logarithmic."""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, LINE, TOP = 900, 400, 120, 26, 56
COLOURS = {'met': '#2a7f3f', 'NOT MET': '#b3261e', '': '#44546a', 'MISSING': '#b3261e'}


def axis(rows):
    """The least and the greatest that is drawn."""
    drawn = [v for r in rows for v in (r['low'], r['high'], r['bar'] or r['value'], 1.0) if v > 0]
    low, high = min(drawn, default=.5), max(drawn, default=2)
    return low / 1.2, high * 1.2


def place(value, low, high):
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(max(value, low) / low) / math.log(high / low)


def ticks(low, high):
    """1, 2 and 5 times powers of ten; all tenths where the axis is short."""
    if high / low < 4:
        return [n / 10 for n in range(int(low * 10) + 1, int(high * 10) + 1)]
    steps = [m * 10.0 ** e for e in range(-8, 9) for m in (1, 2, 5)]
    return [s for s in steps if low <= s <= high]


def stroke(x1, x2, y1, y2, colour, width):
    return ('<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s" stroke-width="%d"/>'
            % (x1, x2, y1, y2, colour, width))


def row_lines(row, y, low, high):
    colour = COLOURS[row['state']]
    yield '<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 12, y + 4,
                                                               escape(row['title']))
    if row['state'] == 'MISSING':
        yield '<text x="%d" y="%d" fill="%s">missing</text>' % (LEFT + 8, y + 4, colour)
        return
    left, middle, right = (place(row[k], low, high) for k in ('low', 'value', 'high'))
    yield stroke(left, max(right, left + 1), y, y, colour, 3)
    yield '<circle cx="%.1f" cy="%d" r="5" fill="%s"/>' % (middle, y, colour)
    if row['bar']:
        at = place(row['bar'], low, high)
        yield stroke(at, at, y - 9, y + 9, '#000', 2)
    yield '<text x="%d" y="%d" fill="%s">%.3g %s</text>' % (WIDTH - RIGHT + 14, y + 4, colour,
                                                            row['value'], row['state'])


def svg(group):
    rows = [r for r in group['rows'] if r['ratio']] or group['rows']
    low, high = axis([r for r in rows if r['state'] != 'MISSING'])
    height = TOP + LINE * len(rows) + 20
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="sans-serif" font-size="13">' % (WIDTH, height),
           '<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="12" y="20" font-size="15">%s: median, quartiles, and the bar (black)</text>'
           % escape(group['title'])]
    for tick in ticks(low, high):
        x = place(tick, low, high)
        out.append(stroke(x, x, TOP - 8, height - 14, '#999' if tick == 1 else '#ddd', 1))
        out.append('<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%g</text>'
                   % (x, TOP - 12, tick))
    for i, row in enumerate(rows):
        out += row_lines(row, TOP + LINE * i + 10, low, high)
    return '\n'.join(out + ['</svg>', ''])
