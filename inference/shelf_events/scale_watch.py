"""One scale, reading by reading: when was it touched, and by how much did its level change for good.

Cost: a reading adds to a bin; about twenty times a second a bin is judged with sums that are kept up
incrementally. Nothing here looks at more than the window's two ends, and numpy is not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from inference.messages import Alarm, Doubt, Outage
from inference.messages.said import said
from inference.shelf_events import settings as s
from inference.shelf_events.state import ScaleState, Settled
from inference.shelf_events.traces import Trace, Units, course, parted, parted_between_hands, stirred, timed
from store_layout.model import Scale

UNSEEN_VAR = 1e12
"""Larger than any: nobody saw the peak, and the middle of the gap stays the best guess."""


class ScaleWatch:
    """Watches one scale. All memory is in ``state``, which may be exchanged at any time."""

    def __init__(
        self,
        scale: Scale,
        weights: tuple[float, ...],
        state: ScaleState | None = None,
        change_sd_g: float = s.DRIFT_G,
    ) -> None:
        """``weights``: unit weights, in grams, of the products that may lie on the scale.

        ``change_sd_g``: what a change of this scale is off by beside its noise.
        """
        self.scale = scale
        self._change_var = change_sd_g**2
        self.weights = tuple(w for w in weights if w > 0)
        rate = max(scale.rate_hz, 1.0)
        self._per_bin = max(1, round(rate * s.BIN_S))
        self._period = self._per_bin / rate
        self._window = max(4, round(s.WINDOW_S / self._period))
        self._half = self._window // 2
        self._noise_known = round(s.NOISE_KNOWN_S / self._period)
        self._longest_trace = round(s.TRACE_S / self._period)
        self._first_var = scale.noise_sd_g**2 / self._per_bin + scale.resolution_g**2 / 12
        self._least_var = scale.resolution_g**2 / 12 / self._per_bin + 0.01
        self._independent = max(1.0, self._window * self._period / max(s.CORRELATION_S, self._period))
        lightest = min(self.weights, default=math.inf)
        self.least_g = min(s.MIN_CHANGE_G, s.LIGHTEST_SHARE * lightest)
        self._units = Units(self.units, self._fitting, lightest)
        self._high = scale.capacity_g
        self._wild = s.WILD_FACTOR * scale.capacity_g
        self._may_be_stuck = scale.noise_sd_g >= s.STUCK_NOISE * scale.resolution_g
        self.state = state if state is not None else ScaleState(noise_var=self._first_var)

    # -- one reading ---------------------------------------------------------------------------------

    def observe(self, t: float, grams: float) -> tuple[Settled | Alarm | Outage, ...]:
        """Take one reading. Late, doubled and impossible ones are left out."""
        st = self.state
        if t <= st.last_t:
            return ()
        if not -self._wild < grams < self._wild:  # also true for NaN
            return self._impossible(t, grams)
        if st.wild:
            st.wild = 0
        if st.last_t >= 0.0 and t - st.last_t > s.GAP_S:
            self._after_gap(st.last_t, t, grams)
        st.last_t = t
        told: tuple[Alarm | Outage, ...] = ()
        if grams == st.last_g:
            st.same += 1
            if st.same >= s.FROZEN_READINGS and not st.stuck:
                told = self._maybe_stuck(t)
        else:
            if st.frozen:
                told = self._moves_again(t, grams)
            st.last_g, st.same, st.same_since, st.stuck = grams, 0, t, False
            st.noise_before = st.noise_var if st.noise_bins >= self._noise_known else 0.0
        if (grams >= self._high) is not st.saturated:
            told += self._saturation(t, grams >= self._high)
        st.bin_sum += grams
        st.bin_t += t
        st.bin_n += 1
        if st.bin_n < self._per_bin:
            return told
        found = self._bin(st.bin_t / st.bin_n, st.bin_sum / st.bin_n, t)
        st.bin_sum, st.bin_t, st.bin_n = 0.0, 0.0, 0
        return (*told, *found) if found else told

    def _bin(self, t_bin: float, grams: float, t: float) -> tuple[Settled | Alarm, ...]:
        st = self.state
        n = self._window
        filled = len(st.means)
        if filled < n:
            self._fill(t_bin, grams)
            return ()
        place = st.place
        oldest = st.means[place]
        new, old = grams - st.origin, oldest - st.origin
        st.means[place], st.times[place] = grams, t_bin
        st.place = place = place + 1 if place + 1 < n else 0
        if place == 0:
            self._sum_afresh()
        else:
            st.total += new - old
            st.squares += new * new - old * old
        mean = st.total / n
        var = max(0.0, st.squares / n - mean * mean)
        if st.active:
            if len(st.trace) < self._longest_trace:
                st.trace.append(grams)
                st.trace_t.append(t_bin)
            return self._while_active(t_bin, t, mean + st.origin, var)
        self._while_quiet(t_bin, oldest, var)
        return ()

    def _fill(self, t_bin: float, grams: float) -> None:
        st = self.state
        st.means.append(grams)
        st.times.append(t_bin)
        if len(st.means) == self._window:
            self._sum_afresh()
            if not st.based:
                st.base = sum(st.means) / len(st.means)
                st.based = True

    def _sum_afresh(self) -> None:
        """Sum from scratch, once per turn of the ring: rounding cannot pile up."""
        st = self.state
        st.origin = st.means[0]
        rest = [g - st.origin for g in st.means]
        st.total = sum(rest)
        st.squares = sum(g * g for g in rest)

    # -- quiet ---------------------------------------------------------------------------------------

    def _while_quiet(self, t_bin: float, oldest: float, var: float) -> None:
        st = self.state
        noise = math.sqrt(st.noise_var)
        step = self._recent_mean() - st.base
        step_bound = max(s.STEP_FLOOR_G, s.STEP_SDS * noise / math.sqrt(self._half / 2))
        if var > max(s.ACTIVE_FLOOR_G, s.ACTIVE_SDS * noise) ** 2 or abs(step) > step_bound:
            self._start(t_bin, var)
            return
        if st.frozen:
            return  # what is repeated says nothing of level and noise
        st.quiet_bins += 1
        st.noise_bins += 1
        share = max(self._period / s.BASE_S, 1.0 / (st.quiet_bins + self._window))
        st.base += share * (oldest - st.base)
        share = max(self._period / s.NOISE_S, 1.0 / (st.quiet_bins + 3 * self._window))
        st.noise_var = max(self._least_var, st.noise_var + share * (var - st.noise_var))

    def _recent_mean(self) -> float:
        """Mean of the newer half of the window."""
        st, n, half = self.state, self._window, self._half
        first = st.place - half
        means = st.means
        if first >= 0:
            return sum(means[first : st.place]) / half
        return (sum(means[first + n :]) + sum(means[: st.place])) / half

    def _start(self, t_bin: float, var: float) -> None:
        st = self.state
        st.active = True
        st.t_start = t_bin - self._half * self._period
        st.t_peak, st.peak_var = t_bin - self._half * self._period, var
        st.alarmed = False
        order = range(st.place, st.place + self._window)
        st.trace = [st.means[i % self._window] for i in order][-self._half :]
        st.trace_t = [st.times[i % self._window] for i in order][-self._half :]

    # -- active --------------------------------------------------------------------------------------

    def _while_active(self, t_bin: float, t: float, mean: float, var: float) -> tuple[Settled | Alarm, ...]:
        st = self.state
        if var > st.peak_var:
            st.peak_var = var
            st.t_peak = t_bin - self._half * self._period
        noise = math.sqrt(st.noise_var)
        if math.sqrt(var) <= max(s.QUIET_FLOOR_G, s.QUIET_SDS * noise):
            recent = self._recent_mean()
            # the older half, from the mean of all
            older = (mean * self._window - recent * self._half) / (self._window - self._half)
            if abs(recent - older) <= max(s.QUIET_FLOOR_G, s.HALVES_SDS * noise):
                return self._settle(t, mean, var)
        lasted = t_bin - st.t_start
        if lasted > s.RESTLESS_S:
            st.noise_var *= 1.0 + 2.0 * self._period / s.RESTLESS_GROWTH_S
        if lasted > s.UNSETTLED_ALARM_S and not st.alarmed:
            st.alarmed = True
            text = said(
                "Scale {id} has not come to rest for {lasted} s: something leans on it?",
                id=self.scale.id,
                lasted=f"{lasted:.0f}",
            )
            return (Alarm(t=t, kind="scale_unsettled", about=self.scale.id, text=text),)
        return ()

    def _settle(self, t: float, mean: float, var: float) -> tuple[Settled, ...]:
        st = self.state
        local = max(st.noise_var, var)
        delta = mean - st.base
        sd = math.sqrt(
            (st.noise_var + local) / self._independent
            + 2 * self.scale.resolution_g**2 / 12
            + self._change_var
            + (s.GAIN_ERROR * delta) ** 2
        )
        doubts: list[Doubt] = list(dict.fromkeys(st.doubts))
        if st.saturated:
            doubts.append("saturated")
        if st.alarmed:
            doubts.append("unsettled")
        if abs(mean) < s.ZERO_G and abs(delta) > self.least_g and not self.explains(delta, sd):
            doubts.append("re_zeroed")
        found = Settled(
            scale=self.scale.id,
            t_start=st.t_start,
            t_peak=min(max(st.t_peak, st.t_start), t),
            peak_sd_g=math.sqrt(st.peak_var),
            t_end=max(st.t_start, t - self._window * self._period),
            t_settled=t,
            delta_g=delta,
            sd_g=sd,
            minor=abs(delta) < max(self.least_g, s.MIN_CHANGE_SDS * sd),
            doubts=tuple(doubts),
        )
        base, trace = st.base, Trace(tuple(st.trace), tuple(st.trace_t), self._period, st.noise_var)
        known = self._known_var()
        st.active, st.doubts, st.peak_var, st.quiet_bins = False, [], -1.0, 0
        st.trace, st.trace_t = [], []
        st.base = mean
        if doubts:
            return () if found.minor and abs(delta) < 2 * sd else (found,)
        if found.minor:
            parts = parted_between_hands(trace, found, (base, mean), self._units)
            if parts:
                return parts
            if abs(delta) < self.least_g:
                self._keep_level(base, known, (trace.noise_var + local) / self._independent)
            found = msgspec.structs.replace(found, stir=stirred(trace, found, base))
            return () if found.stir is None and abs(delta) < 2 * sd else (found,)
        parts = parted(trace, found, (base, mean), self.least_g, self._units)
        if not parts:
            found = msgspec.structs.replace(found, course=course(trace, found, base))
        return parts or timed(trace, found, (base, mean))

    def _known_var(self) -> float:
        """How well the level before an event is known, g2: from as long as it follows, or was quiet."""
        st = self.state
        seconds = min(2.0 * s.BASE_S, (st.quiet_bins + self._window) * self._period)
        return st.noise_var / max(1.0, seconds / max(s.CORRELATION_S, self._period)) + self._change_var

    def _keep_level(self, base: float, known: float, seen: float) -> None:
        """Hands changed nothing: the level before counts as well as the moment after, each by its variance.

        That moment is short, and the next hand is often there before it is over.
        """
        st = self.state
        st.base = (st.base * known + base * seen) / (known + seen)
        st.quiet_bins = round(s.BASE_S / self._period)

    def explains(self, delta_g: float, sd_g: float) -> bool:
        """True: whole units of one product on this scale weigh this much."""
        return self.units(delta_g, sd_g) is not None

    def units(self, delta_g: float, sd_g: float) -> int | None:
        """Fewest whole units of one product on this scale that weigh this much; None: no product does."""
        return next((n for n, _ in self._weighing(delta_g, sd_g)), None)

    def _fitting(self, delta_g: float, sd_g: float) -> tuple[float, ...]:
        """What all products and counts weigh exactly that weigh about this much."""
        return tuple(n * w for n, w in self._weighing(delta_g, sd_g))

    def _weighing(self, delta_g: float, sd_g: float) -> Iterator[tuple[int, float]]:
        """Units, and what one of them weighs: fewest first."""
        for n in range(1, s.ALONE_UNITS + 1):
            for w in self.weights:
                if abs(abs(delta_g) - n * w) < s.ALONE_SDS * (sd_g + s.UNITS_ERROR * n * w):
                    yield n, w

    def flush(self, t: float) -> tuple[Settled, ...]:
        """No more readings will come: what is under way is judged by what was last seen."""
        st = self.state
        if not st.active or len(st.means) <= self._half:
            return ()
        st.doubts.append("unsettled")
        recent = [*st.means[st.place :], *st.means[: st.place]][-self._half :]
        mean = sum(recent) / len(recent)
        return self._settle(t, mean, sum((g - mean) ** 2 for g in recent) / len(recent))

    def doubt(self, why: Doubt) -> None:
        """Whatever is under way on this scale is less sure, for this reason."""
        if self.state.active:
            self.state.doubts.append(why)

    # -- faults --------------------------------------------------------------------------------------

    def _impossible(self, t: float, grams: float) -> tuple[Alarm, ...]:
        st = self.state
        st.wild += 1
        if st.active and "spike" not in st.doubts:
            st.doubts.append("spike")
        if st.wild != s.WILD_ALARM:
            return ()
        text = said(
            "Scale {id} sends impossible weights ({grams} g, capacity {high} g).",
            id=self.scale.id,
            grams=f"{grams:.0f}",
            high=f"{self._high:.0f}",
        )
        return (Alarm(t=t, kind="scale_fault", about=self.scale.id, text=text),)

    def _after_gap(self, since: float, t: float, grams: float) -> None:
        """Readings came back: the level before the gap is compared with the level from now on."""
        st = self.state
        if st.bin_n:
            st.bin_sum, st.bin_t, st.bin_n = 0.0, 0.0, 0
        st.means, st.times, st.place = [], [], 0
        st.trace, st.trace_t = [], []
        if not st.active:
            st.active, st.t_start, st.alarmed = True, since, False
            st.t_peak = (since + t) / 2
        st.peak_var = UNSEEN_VAR
        st.doubts.append("outage")
        if not st.based:
            st.base, st.based = grams, True

    def _maybe_stuck(self, t: float) -> tuple[Alarm | Outage, ...]:
        """One value again and again: soon nobody knows what lies on it, and later somebody should look."""
        st = self.state
        told: tuple[Alarm | Outage, ...] = ()
        if not self._may_be_stuck:
            return told
        if not st.frozen and t - st.same_since >= s.FROZEN_S and self._was_noisy():
            st.frozen = True
            why = said("it repeats one value")
            told = (Outage(self.scale.id, "scale", st.same_since, t, False, why),)
        if st.same >= s.STUCK_READINGS and t - st.same_since >= s.STUCK_S:
            st.stuck = True
            text = said(
                "Scale {id} has said exactly {last_g} g for {seconds} s: stuck?",
                id=self.scale.id,
                last_g=f"{st.last_g:.1f}",
                seconds=f"{t - st.same_since:.0f}",
            )
            told += (Alarm(t=t, kind="scale_stuck", about=self.scale.id, text=text),)
        return told

    def _was_noisy(self) -> bool:
        """Whether readings before this value were seen to vary: many scales hold a value at rest."""
        return math.sqrt(self.state.noise_before * self._per_bin) >= s.STUCK_NOISE * self.scale.resolution_g

    def _moves_again(self, t: float, grams: float) -> tuple[Outage, ...]:
        """It was frozen, and is not any more: as after silence, the levels before and after are compared."""
        st = self.state
        st.frozen = False
        self._after_gap(st.same_since, t, grams)
        return (Outage(self.scale.id, "scale", st.same_since, t, True, said("its values change again")),)

    def _saturation(self, t: float, now: bool) -> tuple[Alarm, ...]:
        st = self.state
        st.saturated = now
        if not now:
            self.doubt("saturated")
            return ()
        text = said(
            "Scale {id} is loaded beyond its capacity of {high} g.",
            id=self.scale.id,
            high=f"{self._high:.0f}",
        )
        return (Alarm(t=t, kind="scale_over_capacity", about=self.scale.id, text=text),)
