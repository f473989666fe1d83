"""The figures of trials as one structure for programs and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from inference.trials.costs import STAGES
from inference.trials.ideas import IDEAS
from inference.trials.many import Asked, Result
from inference.trials.payments import Payment
from inference.trials.scoring import Bin, Score, Setting, Tricky, by_trick, curve, reliability, score
from store_layout.model import Rules


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of day with one kind of scales."""

    asked: Asked
    sessions: int
    events: int
    ours: Score
    baseline: Score | None
    ceiling: Score | None
    curve: tuple[Setting, ...]
    reliability: tuple[Bin, ...]
    tricky: tuple[Tricky, ...]
    pipeline_ms_per_store_s: float
    """Processor time: all stages, cameras and scales of the simulated stores."""
    stage_ms_per_store_s: dict[str, float]
    """The same, by stage."""
    stage_ms_per_event: dict[str, float]
    invented_per_1000: float
    wrong: tuple[Payment, ...]
    """Those decided without a person that are not exactly right; their tokens begin with the session."""


def report(results: Sequence[tuple[Asked, Result]]) -> tuple[Told, ...]:
    """Score each."""
    rules = Rules()
    return tuple(
        Told(
            asked=asked,
            sessions=result.sessions,
            events=result.events,
            ours=score(result.ours),
            baseline=score(result.baseline) if result.baseline else None,
            ceiling=score(result.ceiling) if result.ceiling else None,
            curve=curve(result.ours, rules),
            reliability=reliability(result.ours),
            tricky=by_trick(result.ours),
            pipeline_ms_per_store_s=1000.0 * result.pipeline_s / max(result.store_s, 1e-9),
            stage_ms_per_store_s=_ms(result.stage_s, result.store_s),
            stage_ms_per_event=_ms(result.stage_s, result.events),
            invented_per_1000=1000.0 * result.invented / len(result.ours),
            wrong=tuple(p for p in result.ours if p.decision != "review" and not p.right),
        )
        for asked, result in results
    )


def _ms(spent: Mapping[str, float], by: float) -> dict[str, float]:
    return {name: 1000.0 * s / max(by, 1e-9) for name, s in spent.items()}


def tables(told: Sequence[Told]) -> str:
    """All of it in Markdown."""
    parts = [_main(told)]
    if any(t.baseline or t.ceiling for t in told):
        parts.append(_beside(told))
    plain = [t for t in told if not t.asked.off]
    parts += [_curves(plain), _reliability(plain)] if plain else []
    hard = [t for t in told if t.tricky]
    parts += [_tricks(hard)] if hard else []
    timed = [t for t in told if t.stage_ms_per_event]
    parts += [_costs(timed)] if timed else []
    return "\n\n".join(parts) + "\n"


def _name(asked: Asked) -> str:
    words = f"{asked.profile}, {asked.scales}"
    if asked.off:
        words += ", without: " + "; ".join(IDEAS[name].words for name in asked.off)
    return words


def _main(told: Sequence[Told]) -> str:
    head = (
        "| day, scales | payments | asked per 1,000 | right of those not asked | overcharged / undercharged "
        "per 1,000, not asked | units P / R / F1 | exit to receipt p50 / p95, s | calibration error |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    return head + "\n".join(_row(t) for t in told)


def _row(told: Told) -> str:
    ours = told.ours
    return (
        f"| {_name(told.asked)} | {ours.payments} | {ours.reviews_per_1000:.0f} "
        f"| {ours.decided_right}/{ours.decided} = {_share(ours.right_share)} "
        f"| {ours.over_per_1000:.1f} / {ours.under_per_1000:.1f} "
        f"| {_share(ours.precision)} / {_share(ours.recall)} / {_share(ours.f1)} "
        f"| {_seconds(ours.exit_to_receipt_p50_s)} / {_seconds(ours.exit_to_receipt_p95_s)} "
        f"| {ours.calibration_error:.3f} |"
    )


def _beside(told: Sequence[Told]) -> str:
    head = (
        "| day, scales | exactly right of all, as proposed | published rule | oracle of weight and hand "
        "| over- / undercharged per 1,000 by the rule | money over / under, minor units a payment: "
        "ours, not asked | the rule |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n"
    )
    rows = [
        f"| {_name(t.asked)} | {_share(t.ours.all_right_share)} "
        f"| {_share(t.baseline.all_right_share) if t.baseline else ''} "
        f"| {_share(t.ceiling.all_right_share) if t.ceiling else ''} "
        f"| {_visits(t.baseline)} | {_money(t.ours)} | {_money(t.baseline)} |"
        for t in told
    ]
    return head + "\n".join(rows)


def _visits(score: Score | None) -> str:
    return "" if score is None else f"{score.over_per_1000:.0f} / {score.under_per_1000:.0f}"


def _money(score: Score | None) -> str:
    return "" if score is None else f"{score.over_money:.2f} / {score.under_money:.2f}"


def _curves(told: Sequence[Told]) -> str:
    costs = [f"{point.review_cost:.0f}" for point in told[0].curve]
    head = (
        f"| asked / wrong per 1,000 when asking costs (minor units) | {' | '.join(costs)} |\n"
        f"|---|{'---:|' * len(costs)}\n"
    )
    rows = [
        f"| {_name(t.asked)} | "
        + " | ".join(f"{p.reviews_per_1000:.0f} / {p.wrong_per_1000:.0f}" for p in t.curve)
        + " |"
        for t in told
    ]
    return head + "\n".join(rows)


def _reliability(told: Sequence[Told]) -> str:
    head = "| stated / true, tenths of the payments from the least sure | |\n|---|---|\n"
    rows = [
        f"| {_name(t.asked)} | " + ", ".join(f"{b.stated:.3f} / {b.true:.3f}" for b in t.reliability) + " |"
        for t in told
    ]
    return head + "\n".join(rows)


def _tricks(told: Sequence[Told]) -> str:
    head = (
        "| day, scales | what made it hard | payments | right as proposed | asked | wrong, not asked |\n"
        "|---|---|---:|---:|---:|---:|\n"
    )
    rows = [
        f"| {_name(t.asked)} | {kind.name.replace('_', ' ')} | {kind.payments} | {kind.right} | {kind.asked} "
        f"| {kind.wrong} |"
        for t in told
        for kind in t.tricky
    ]
    return head + "\n".join(rows)


def _costs(told: Sequence[Told]) -> str:
    head = (
        f"| processor ms a second of store time / a shelf event | {' | '.join(STAGES)} |\n"
        f"|---|{'---:|' * len(STAGES)}\n"
    )
    rows = [
        f"| {_name(t.asked)} | "
        + " | ".join(f"{t.stage_ms_per_store_s[n]:.2f} / {t.stage_ms_per_event[n]:.1f}" for n in STAGES)
        + " |"
        for t in told
    ]
    return head + "\n".join(rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
