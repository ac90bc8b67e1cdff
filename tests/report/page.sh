#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The page of the report in a real browser: it draws, a click on a mark shows the stacks, a filter
# filters, hostile names stay text, 100,000 events are drawn in three seconds, and nothing is loaded
# from elsewhere. `make check-page` runs it; a picture is left in tests/report/page.png.
set -u
: "${PIDEPOCH:?}" "${PIDEPOCH_BUILDDIR:?}"
browser=$(command -v chromium || command -v chromium-headless-shell) || { echo "skip: chromium is not installed"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "FAIL: $*"
	exit 1
}

browse() # URL OPTION...
{
	url=$1
	shift
	HOME=$work timeout 120 "$browser" --headless --no-sandbox --disable-gpu --window-size=1400,900 \
		--virtual-time-budget=5000 "$@" "$url" 2>"$work/errors"
}

# the page as it is after its scripts, and after one of ours, without the data
dom() # SCRIPT FRAGMENT
{
	{ sed '/^<.body>/,$d' "$work/page.html"; printf '<script>%s;paint();</script></body></html>\n' "$1"; } >"$work/tried.html"
	browse "file://$work/tried.html$2" ${window:+--window-size=$window} --dump-dom | sed '/^{"kind"/d; /^\[[0-9]/d' >"$work/dom"
}

has() # TEXT
{
	grep -qF -e "$1" "$work/dom" || { grep -o '<body[^>]*>' "$work/dom"; sed -n '/id="detail"/,/<.section>/p' "$work/dom"; fail "the page must have: $1"; }
}

events()
{
	"$PIDEPOCH" run --on-stale=report --log=/dev/null --events="$work/events" -- \
		"$PIDEPOCH_BUILDDIR/tests/report/misuses" latent probe twice stolen stale || exit 99
	# shellcheck disable=SC2016
	printf '%s\n' '{"pidepoch":1,"type":"event","kind":"latent","severity":"note","time":1,"call":"</script><b id=hostile>","number":7,"program":"<i>"}' >>"$work/events"
}

page()
{
	"$PIDEPOCH" report --format=html "$work/events" >"$work/page.html" || fail "no page"
	! grep -qE '(src|href)="?[^#]|https?:' "$work/page.html" || fail "the page names something outside itself"
}

events
page
number=$(grep -c '"type":"event"' "$work/events")
dom '' ''
has "data-events=\"$number\""
has "in $number events; 0 suppressed"
has '<h2>' # the first finding is open
has 'Command line: <code>'
has "$PIDEPOCH_BUILDDIR/tests/report/misuses latent probe"
grep -q 'data-finding="0" aria-current="true"' "$work/dom" || fail 'the first finding is not marked'
! grep -q '<b id=\|<i>' "$work/dom" || fail "a name has become a part of the page"

# a click on the mark of event 0
dom 'paint();
const mark = all.findIndex(e => findings[e[FINDING]].kind === "latent" && findings[e[FINDING]].count === 1 && findings[e[FINDING]].program === "misuses");
const line = rows.findIndex(r => r.includes(mark)), box = canvas.getBoundingClientRect();
const at = { clientX: box.left + x(all[mark][TIME]), clientY: box.top + TOP + line * ROW + ROW / 2 };
canvas.dispatchEvent(new PointerEvent("pointerdown", at));
canvas.dispatchEvent(new PointerEvent("pointerup", at));' ''
has '<li>misuse_here <span>'
has '<h3>Released: waitpid'
has '<h3>Obtained: fork'

# a click on a finding, and the filter
dom 'element("list").querySelector("button").click();' ''
has 'data-events="1"'
dom 'element("filter").value = "release_any"; element("filter").dispatchEvent(new Event("input"));' ''
has 'data-events="1"'
dom '' '#event=1'
has '<h2>'

# the link to a finding leads to it, and to the same one in another report of the same stacks
id=$("$PIDEPOCH" report --format=json "$work/events" | sed -n 's/.*"kind":"stolen-wait".*"id":"\([0-9a-f]*\)".*/\1/p')
dom '' "#finding=$id"
has '<h2>stolen-wait'
has "href=\"#finding=$id\""

# keys and buttons: in and out again, to a side, all; the next finding
dom 'const was = [...range], size = () => Math.round((range[1] - range[0]) / (was[1] - was[0]) * 100);
const press = key => dispatchEvent(new KeyboardEvent("keydown", { key }));
let seen = [];
press("+"); seen.push(size()); press("-"); seen.push(size()); press("<"); seen.push(range[0] < was[0]);
element("zoom").querySelector("[data-zoom=\"0\"]").click(); seen.push(size());
press("j"); seen.push(opened); press("k"); seen.push(opened);
document.body.dataset.seen = seen;' ''
has 'data-seen="50,100,true,100,1,0"'

# a window of another size shows the same span
dom 'zoom("+"); const was = range.join(); dispatchEvent(new Event("resize")); document.body.dataset.kept = range.join() === was' ''
has 'data-kept="true"'

# dark, and narrow without anything beyond the window
window=420,900
dom 'document.body.dataset.narrow = document.documentElement.scrollWidth <= innerWidth' ''
has 'data-narrow="true"'
window=''

# the labels of the time have room, whatever the span: all of it (half a century, here), and less
# and less
for zoom in 1 1e-3 1e-6 1e-9 1e-10; do
	dom "range[0] = range[1] - (range[1] - range[0]) * $zoom" ''
	has 'data-overlaps="0"'
	! grep -q 'data-labels="0"' "$work/dom" || fail "no label at $zoom"
done

# many, as a program that runs for a quarter of an hour may leave them
/usr/bin/python3 - "$work/events" >"$work/many" <<'END' || exit 99
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
events = [line for line in lines if line["type"] == "event"]
for line in lines:
    if line["type"] == "module":
        print(json.dumps(line))
for i in range(100000):
    e = dict(events[i % len(events)], number=300 + i % 700, time=round(1700000000 + i / 11, 3))
    for name, ago in ("obtained", 20000 + i * 7919 % 50000), ("released", 2000 + i * 104729 % 15000):
        if name in e:
            e[name] = dict(e[name], ago_ms=ago)
    if "holder" in e:
        e["holder"] = dict(e["holder"], age_ms=1000 + i * 31 % 1000)
    print(json.dumps(e, separators=(",", ":")))
END
mv "$work/many" "$work/events"
page
dom 'document.body.dataset.loaded = performance.now() < 3000 ? "soon" : performance.now();
document.body.dataset.took = (() => { const from = performance.now(); paint(); return performance.now() - from; })() < 1000 ? "soon" : "long";' '#event=99999'
has 'data-events="100000"'
has 'data-took="soon"'
has 'data-loaded="soon"'
has 'data-overlaps="0"'
has '<h2>'
# the last row can be scrolled to
dom 'scroll.scrollTop = scroll.scrollHeight;
document.body.dataset.rows = rows.length > 600 && TOP + rows.length * ROW - scroll.scrollTop <= scroll.clientHeight' ''
has 'data-rows="true"'
browse "file://$work/page.html#event=4" --screenshot="$PIDEPOCH_BUILDDIR/tests/report/page.png"
test -s "$PIDEPOCH_BUILDDIR/tests/report/page.png" || fail "no picture"
