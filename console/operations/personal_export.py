"""What is kept of one person, in one zip file for them: JSON, documents as PDF, evidence and clips."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import msgspec

from console.back_office.evidence_files import EvidenceFileError, EvidenceFiles
from console.back_office.ledger import Ledger
from console.back_office.payment_rows import moved
from console.back_office.privacy import PersonalData, PrivacyError
from console.back_office.retention import CLIPS
from console.language import tr
from console.printing.document import PrintableReceipt
from console.printing.from_ledger import printable, printable_correction
from console.printing.stationery import Stationery


class Exported(msgspec.Struct, frozen=True):
    """What the file holds."""

    file: str
    documents: tuple[str, ...]
    evidence: int
    clips: int
    missing: tuple[str, ...]
    """Evidence of which only name and hash are known."""


def export_person(
    ledger: Ledger,
    found: PersonalData,
    to: Path,
    *,
    state: Path | None,
    stationery: Stationery,
    time_zone: str,
) -> Exported:
    """Write the file, whole or not at all; one that is there is not overwritten.

    Raises :class:`PrivacyError` where it cannot be written, ``UnprintableError`` naming a document.
    """
    if to.exists():
        raise PrivacyError(f"{to} is there already: name another file, or move it away")
    making = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            documents = _documents(ledger, found, stationery, time_zone)
            making.touch(mode=0o600, exist_ok=False)
            with ZipFile(making, "w", ZIP_DEFLATED) as archive:
                _write_texts(archive, found, documents, stationery)
                evidence, missing = _write_evidence(archive, found, EvidenceFiles.of(ledger))
                if state is not None:
                    for clip in found.clips:
                        archive.write(state / CLIPS / clip, f"clips/{clip}", ZIP_STORED)
            making.replace(to)
        finally:
            making.unlink(missing_ok=True)
    except OSError as error:
        raise PrivacyError(
            f"{to} was not written ({error.strerror or error}): check that its folder can be written and the "
            "disk is not full; nothing was left there"
        ) from error
    return Exported(str(to), tuple(documents), evidence, len(found.clips), missing)


def _write_texts(
    archive: ZipFile,
    found: PersonalData,
    documents: Mapping[str, PrintableReceipt],
    stationery: Stationery,
) -> None:
    from console.printing.pdf import pdf

    archive.writestr("README.txt", _explained(found))
    data = json.dumps(msgspec.to_builtins(found), indent=2, ensure_ascii=False)
    archive.writestr("data.json", data + "\n")
    for label, document in documents.items():
        archive.writestr(f"documents/{label}.pdf", pdf(document, stationery))


def _write_evidence(
    archive: ZipFile, found: PersonalData, files: EvidenceFiles
) -> tuple[int, tuple[str, ...]]:
    """How many pieces were written, and which could not be, and why."""
    written, missing = 0, []
    for piece in [piece for dispute in found.disputes for piece in dispute.evidence]:
        try:
            content = files.read(piece.sha256)
        except EvidenceFileError as error:
            missing.append(f"{piece.name}: {error}")
            continue
        archive.writestr(f"evidence/{piece.sha256[:8]}-{_file_name(piece.name)}", content)
        written += 1
    if missing:
        archive.writestr("evidence/missing.txt", "\n".join(missing) + "\n")
    return written, tuple(missing)


def _documents(
    ledger: Ledger, found: PersonalData, stationery: Stationery, time_zone: str
) -> dict[str, PrintableReceipt]:
    receipt = found.receipt
    if receipt is None:
        return {}
    shop, prefix = stationery.shop, stationery.qr_prefix
    paid = moved(ledger, receipt.number, receipt.label)
    made = {receipt.label: printable(receipt, shop, time_zone, moved=paid, qr_prefix=prefix)}
    for row in found.corrections:
        paid = moved(ledger, receipt.number, row.label)
        made[row.label] = printable_correction(row, receipt, shop, time_zone, moved=paid, qr_prefix=prefix)
    return made


def _explained(found: PersonalData) -> str:
    lines = [
        tr("What is kept about {label}", label=found.label),
        "",
        tr("data.json: everything as it is stored; times are seconds since 1970, UTC."),
        tr("documents: the receipt and what corrected it."),
        tr("evidence: what was attached to disputes. clips: pictures of the shelves, heads made unreadable."),
        tr("The store knows no names and no faces: whoever has the receipt is taken for its owner."),
    ]
    return "\n".join(lines) + "\n"


def _file_name(name: str) -> str:
    """A name without anything that leads out of the folder."""
    return re.sub(r"[^\w. -]", "_", name).strip(". ") or "file"
