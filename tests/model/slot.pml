/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slot.pml - slot, hold and gate (src/core/memory/slot.h, hold.h, reap.c, guard.c, arch/gate.h)
 * against a kernel that hands a free pid to an unrelated process at once.
 *
 *   kernel    a number's holder: CHILD ─exit─> ZOMBIE ─reap─> FREE ─fork elsewhere─> UNRELATED
 *   threads   two, each of which kills and waits in any order; over each, at any instruction that is
 *             neither masked nor in the gate, one signal handler that does the same
 *
 * Claims:  an act reaches the process instance of the slot   (slot.1, slot.3, hold.3, gate.1)
 *          a thread that finds a closer or DEAD finds no living child                (slot.2)
 *          a reap takes the process instance of the slot, once; the slot is freed
 *          once                                                              (slot.4, slot.6)
 *          every thread ends: no drain waits for ever                        (hold.1, hold.2)
 *
 * A restartable sequence is modelled by its effect: no handler between test and call. (One that
 * comes there makes the thread test again, as if it had come before.) Sequential consistency is
 * assumed: what the C code asks for where the order matters. Births are not modelled.
 *
 * Mutants, each of which must be found (run-slot-model.sh):
 *   NO_DRAIN NO_DEAD_TEST NO_KILL_OWN NO_REAPING CLOSE_LATE CHECK_FIRST NO_TIMEOUT LOOK_FIRST
 */

#ifndef NUMBERS
#define NUMBERS 1
#endif
#define THREADS 2
#define LEVELS	2 /* 0 ordinary code, 1 the handler above it; one action each */

/* With two numbers, ordinary code kills and handlers reap. That is all it takes for two drains to
 * meet, and more would be too many states. */
#if NUMBERS == 2
#define MAY_KILL (level == 0)
#define MAY_WAIT (level == 1)
#else
#define MAY_KILL true
#define MAY_WAIT true
#endif

mtype = { CHILD, ZOMBIE, FREE, UNRELATED };

mtype holder[NUMBERS];

/* the slot's word, and the tree's entry */
byte closers[NUMBERS];
bool reaping[NUMBERS], buried[NUMBERS], freed[NUMBERS], expired[NUMBERS];

/* the threads' records */
#define NOTHING 255
#define CELL(thread, level) ((thread) * LEVELS + (level))
byte held[THREADS * LEVELS];
bool dead[THREADS * LEVELS];

bool handling[THREADS];	 /* the handler runs, ordinary code does not */
bool unbroken[THREADS];	 /* signals are masked, or the gate is between test and call */
bool asleep[THREADS];	 /* in a drain's futex: what the kernel shows of a thread that is in no guarded call */

inline see_exit(n)
{
	/* waitid(WNOWAIT): a zombie, and the tree does not say that it is released */
	zombie = (holder[n] == ZOMBIE && !expired[n])
}

inline close_slot(n)
{
	atomic {
		if
		:: buried[n] -> closed = false
		:: else -> closers[n]++; closed = true
		fi
	}
}

inline drain_cell(n, o, l)
{
	do
	:: held[CELL(o, l)] != n -> break
	:: else ->
		asleep[me] = true;
		if
		:: held[CELL(o, l)] != n -> skip
#ifndef NO_TIMEOUT
#ifdef LOOK_FIRST
		:: asleep[o] -> dead[CELL(o, l)] = true; asleep[me] = false; break
#else
		:: asleep[o] ->
			dead[CELL(o, l)] = true;
			if
			:: asleep[o] -> asleep[me] = false; break
			:: else -> skip
			fi
#endif
#endif
		fi;
		asleep[me] = false
	od
}

inline drain(n)
{
#ifndef NO_DRAIN
	drain_cell(n, 1 - me, 0);
	drain_cell(n, 1 - me, 1)
#else
	skip
#endif
}

inline begin_reap(n)
{
	atomic {
		if
#ifndef NO_REAPING
		:: reaping[n] -> mine = false
#endif
		:: buried[n] -> mine = false
		:: else -> reaping[n] = true; mine = true
		fi
	}
}

inline kernel_reap(n)
{
	atomic {
		if
		:: holder[n] == ZOMBIE -> holder[n] = FREE; mine = true
		:: else -> mine = false
		fi
	}
}

inline leave(n)
{
	atomic {
		closers[n]--;
		if
		:: closers[n] == 0 && buried[n] ->
			assert(!freed[n]);
			freed[n] = true
		:: else -> skip
		fi
	}
}

inline wait_for(n)
{
	see_exit(n);
	if
	:: zombie ->
#ifdef CLOSE_LATE
		drain(n);
		close_slot(n);
#else
		close_slot(n);
#endif
		if
		:: closed ->
#ifndef CLOSE_LATE
			drain(n);
#endif
			unbroken[me] = true;
			begin_reap(n);
			if
			:: mine ->
				kernel_reap(n);
				/* slot.4: the zombie keeps its number while REAPING is held */
				assert(mine);
				expired[n] = true;
#ifndef NO_KILL_OWN
				d_step {
					if
					:: held[CELL(me, 0)] == n -> dead[CELL(me, 0)] = true
					:: else -> skip
					fi;
					if
					:: held[CELL(me, 1)] == n -> dead[CELL(me, 1)] = true
					:: else -> skip
					fi
				}
#endif
				atomic { assert(!buried[n]); buried[n] = true; reaping[n] = false }
			:: else -> skip
			fi;
			unbroken[me] = false;
			leave(n)
		:: else -> skip
		fi
	:: else -> skip
	fi
}

inline look_at(n)
{
	atomic {
		if
		:: buried[n] -> open = false
		:: !buried[n] && (closers[n] > 0 || reaping[n]) ->
			assert(holder[n] != CHILD);
			open = false
		:: else -> open = true
		fi
	}
}

inline kill_it(n)
{
	do
	:: expired[n] -> break
	:: else ->
#ifdef CHECK_FIRST
		look_at(n);
#endif
		dead[CELL(me, level)] = false;
		held[CELL(me, level)] = n;
#ifndef CHECK_FIRST
		look_at(n);
#endif
		if
		:: open ->
			/* the gate */
			atomic { unbroken[me] = true; refused = false
#ifndef NO_DEAD_TEST
				; refused = dead[CELL(me, level)]
#endif
			}
			if
			:: !refused ->
				assert(holder[n] == CHILD || holder[n] == ZOMBIE)
			:: else -> skip
			fi;
			unbroken[me] = false
		:: else -> refused = false
		fi;
		held[CELL(me, level)] = NOTHING;
		/* refused: look it up again */
		if
		:: refused
		:: else -> break
		fi
	od
}

inline act()
{
	if
	:: n = 0
	:: n = NUMBERS - 1
	fi;
	if
	:: MAY_KILL -> kill_it(n)
	:: MAY_WAIT -> wait_for(n)
	fi;
	/* fewer states: what the action has left behind says nothing any more */
	atomic { n = 0; zombie = false; closed = false; mine = false; open = false; refused = false }
}

proctype ordinary(byte me) provided (!handling[me])
{
	byte n, level = 0;
	bool zombie, closed, mine, open, refused;

	act()
}

proctype handler(byte me)
{
	byte n, level = 1;
	bool zombie, closed, mine, open, refused, slept;

end:	atomic { !unbroken[me] -> handling[me] = true; slept = asleep[me]; asleep[me] = false }
	act();
	atomic { asleep[me] = slept; handling[me] = false }
}

proctype kernel(byte n)
{
	holder[n] = ZOMBIE;
end:	atomic { holder[n] == FREE -> holder[n] = UNRELATED }
}

init {
	byte i;

	atomic {
		for (i : 0 .. NUMBERS - 1) { holder[i] = CHILD; run kernel(i) }
		for (i : 0 .. THREADS * LEVELS - 1) { held[i] = NOTHING }
		for (i : 0 .. THREADS - 1) { run ordinary(i); run handler(i) }
	}
}
