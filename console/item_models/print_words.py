"""What has become of a print job, in words, and what somebody may do about it."""

from __future__ import annotations

from console.language import tr
from console.operations.health import Tone
from console.printing.jobs import Job


def what_words(job: Job) -> str:
    """What is printed: a document, a copy of one, or a test."""
    if not job.document:
        return tr("A test receipt")
    if job.copy:
        name = job.what.removesuffix(f" copy {job.copy}")
        return tr("{what}, copy {number}", what=name, number=job.copy)
    return job.what


def job_words(job: Job) -> tuple[str, Tone]:
    """What became of it."""
    head = tr("{what} on {printer}:", what=what_words(job), printer=job.printer) + " "
    match job.state:
        case "printed" if job.confirmed:
            return head + tr("printed, the printer says so"), "good"
        case "printed":
            return head + tr("handed over; this printer cannot say that it printed"), "good"
        case "unknown":
            return head + tr("did it print? {reason}.", reason=job.reason), "wrong"
        case "queued" if job.reason:
            return head + tr("waits: {reason}. It is tried again by itself.", reason=job.reason), "waiting"
        case "queued":
            return head + tr("waits for its turn"), "waiting"
        case "printing":
            return head + tr("is being sent"), "waiting"
        case "failed":
            return head + tr("was not printed: {reason}.", reason=job.reason), "wrong"
        case _:
            return head + tr("given up"), "neutral"
