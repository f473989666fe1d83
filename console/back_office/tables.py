"""The tables as SQL, by the migration that makes them. What has landed is never edited."""

from __future__ import annotations

TABLES = """
CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    cause    TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE visit (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL,
    entered_at REAL NOT NULL,
    left_at    REAL,
    closed_at  REAL NOT NULL,
    decision   TEXT NOT NULL CHECK (decision IN ('issue', 'review', 'nothing', 'staff')),
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX visit_closed ON visit (closed_at);
CREATE INDEX visit_code ON visit (code);

CREATE TABLE visit_line (
    visit       TEXT NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
    line        INTEGER NOT NULL,
    sku         TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    probability REAL NOT NULL,
    PRIMARY KEY (visit, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    series    TEXT NOT NULL,
    number    INTEGER NOT NULL CHECK (number > 0),
    kind      TEXT NOT NULL,
    visit     TEXT NOT NULL UNIQUE,
    code      TEXT NOT NULL,
    issued_at REAL NOT NULL,
    currency  TEXT NOT NULL,
    total     INTEGER NOT NULL,
    entry     INTEGER NOT NULL UNIQUE REFERENCES entry (seq),
    PRIMARY KEY (series, number)
) STRICT;
CREATE INDEX document_issued ON document (issued_at);
CREATE INDEX document_code ON document (code);

CREATE TABLE document_line (
    series     TEXT NOT NULL,
    number     INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    sku        TEXT NOT NULL,
    name       TEXT NOT NULL,
    quantity   INTEGER NOT NULL,
    unit_price INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    PRIMARY KEY (series, number, line),
    FOREIGN KEY (series, number) REFERENCES document (series, number)
) STRICT, WITHOUT ROWID;
"""

DOCUMENTS = """
CREATE TABLE price_list (
    sha256 TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_price (
    visit      TEXT PRIMARY KEY REFERENCES visit (id) ON DELETE CASCADE,
    price_list TEXT NOT NULL REFERENCES price_list (sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_group (
    visit      TEXT PRIMARY KEY REFERENCES visit (id) ON DELETE CASCADE,
    token      TEXT NOT NULL,
    people     INTEGER NOT NULL,
    entered_at REAL NOT NULL,
    closed_at  REAL NOT NULL,
    settled    INTEGER NOT NULL CHECK (settled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_group_token ON visit_group (token, entered_at);
CREATE INDEX visit_group_waiting ON visit_group (token) WHERE settled = 0;

CREATE TABLE new_document (
    series    TEXT NOT NULL,
    number    INTEGER NOT NULL CHECK (number > 0),
    kind      TEXT NOT NULL,
    visit     TEXT NOT NULL,
    code      TEXT NOT NULL,
    issued_at REAL NOT NULL,
    currency  TEXT NOT NULL,
    total     INTEGER NOT NULL,
    entry     INTEGER NOT NULL UNIQUE REFERENCES entry (seq),
    of_number INTEGER CHECK ((of_number IS NULL) = (kind = 'receipt')),
    price_list TEXT REFERENCES price_list (sha256),
    PRIMARY KEY (series, number)
) STRICT;

CREATE TABLE new_document_line (
    series     TEXT NOT NULL,
    number     INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    sku        TEXT NOT NULL,
    name       TEXT NOT NULL,
    quantity   INTEGER NOT NULL,
    unit_price INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    PRIMARY KEY (series, number, line),
    FOREIGN KEY (series, number) REFERENCES new_document (series, number)
) STRICT, WITHOUT ROWID;

INSERT INTO new_document
    SELECT series, number, kind, visit, code, issued_at, currency, total, entry, NULL, NULL FROM document;
INSERT INTO new_document_line SELECT * FROM document_line;
DROP TABLE document_line;
DROP TABLE document;
ALTER TABLE new_document RENAME TO document;
ALTER TABLE new_document_line RENAME TO document_line;
CREATE INDEX document_issued ON document (issued_at);
CREATE INDEX document_code ON document (code);
CREATE INDEX document_of ON document (of_number);
CREATE INDEX document_total ON document (total, number);
CREATE INDEX document_line_sku ON document_line (sku, series, number);
CREATE INDEX entry_kind ON entry (kind);

CREATE TABLE receipt_visit (
    visit  TEXT PRIMARY KEY,
    code   TEXT NOT NULL,
    series TEXT NOT NULL,
    number INTEGER NOT NULL,
    FOREIGN KEY (series, number) REFERENCES document (series, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_visit_document ON receipt_visit (series, number);
CREATE INDEX receipt_visit_code ON receipt_visit (code COLLATE NOCASE);
INSERT INTO receipt_visit SELECT visit, code, series, number FROM document;

CREATE TABLE sold_product (
    sku  TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (sku, name)
) STRICT, WITHOUT ROWID;
INSERT INTO sold_product SELECT DISTINCT sku, name FROM document_line;
"""

OPERATORS = """
CREATE TABLE operator (
    name         TEXT PRIMARY KEY COLLATE NOCASE,
    role         TEXT NOT NULL CHECK (role IN ('staff', 'manager', 'kiosk')),
    pin_hash     TEXT NOT NULL,
    active       INTEGER NOT NULL CHECK (active IN (0, 1)),
    must_change  INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    failed       INTEGER NOT NULL,
    locked_until REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""

REVIEWS = """
CREATE TABLE review (
    visit         TEXT PRIMARY KEY REFERENCES visit (id) ON DELETE CASCADE,
    at_stake      INTEGER NOT NULL,
    probability   REAL NOT NULL,
    waiting_since REAL NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'second', 'manager', 'answered', 'issued')),
    before        TEXT,
    claimed_by    TEXT,
    claimed_at    REAL NOT NULL,
    claimed_until REAL NOT NULL,
    unsure_by     TEXT NOT NULL,
    answer        TEXT,
    answered_at   REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX review_state ON review (state, answered_at);

CREATE TABLE review_event (
    event TEXT NOT NULL,
    visit TEXT NOT NULL REFERENCES review (visit) ON DELETE CASCADE,
    PRIMARY KEY (event, visit)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_answer (
    event       TEXT PRIMARY KEY,
    visit       TEXT NOT NULL,
    operator    TEXT NOT NULL,
    at          REAL NOT NULL,
    explanation TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE review_skip (
    visit    TEXT NOT NULL REFERENCES review (visit) ON DELETE CASCADE,
    operator TEXT NOT NULL,
    at       REAL NOT NULL,
    PRIMARY KEY (visit, operator)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_work (
    id       INTEGER PRIMARY KEY,
    visit    TEXT NOT NULL REFERENCES review (visit) ON DELETE CASCADE,
    operator TEXT NOT NULL,
    at       REAL NOT NULL,
    seconds  REAL NOT NULL,
    outcome  TEXT NOT NULL CHECK (outcome IN ('answered', 'unsure', 'skipped'))
) STRICT;
CREATE INDEX review_work_visit ON review_work (visit);
CREATE INDEX review_work_operator ON review_work (operator);

CREATE TABLE review_known (
    operator TEXT NOT NULL,
    visit    TEXT NOT NULL REFERENCES review (visit) ON DELETE CASCADE,
    shown_at REAL NOT NULL,
    seconds  REAL NOT NULL,
    right    INTEGER CHECK (right IN (0, 1)),
    PRIMARY KEY (operator, visit)
) STRICT, WITHOUT ROWID;

INSERT INTO review
    SELECT v.id,
           coalesce((SELECT sum(json_extract(q.value, '$.at_stake'))
                     FROM json_each(v.body, '$.questions') q), 0),
           json_extract(v.body, '$.probability'), v.closed_at, 'open', NULL, NULL, 0, 0, '[]', NULL, 0
    FROM visit v WHERE v.decision = 'review';
INSERT OR IGNORE INTO review_event
    SELECT json_extract(q.value, '$.event'), v.id FROM visit v, json_each(v.body, '$.questions') q
    WHERE v.decision = 'review';
"""

DISPUTES = """
CREATE TABLE dispute (
    id         TEXT PRIMARY KEY,
    receipt    INTEGER NOT NULL,
    opened_at  REAL NOT NULL,
    opened_by  TEXT NOT NULL,
    source     TEXT NOT NULL CHECK (source IN ('staff', 'shopper', 'kiosk')),
    reason     TEXT NOT NULL,
    message    TEXT NOT NULL,
    changes    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined')),
    decided_at REAL NOT NULL,
    decided_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_receipt ON dispute (receipt);
CREATE INDEX dispute_state ON dispute (state, opened_at);

CREATE TABLE dispute_evidence (
    dispute  TEXT NOT NULL REFERENCES dispute (id),
    name     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    at       REAL NOT NULL,
    operator TEXT NOT NULL,
    PRIMARY KEY (dispute, name, sha256)
) STRICT, WITHOUT ROWID;
"""

PAYMENTS = """
CREATE TABLE payment_task (
    id        INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL CHECK (kind IN ('capture', 'refund')),
    receipt   INTEGER NOT NULL,
    document  TEXT NOT NULL,
    token     TEXT NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    currency  TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN
        ('due', 'done', 'declined', 'no_card', 'not_needed', 'superseded', 'settled')),
    attempts  INTEGER NOT NULL,
    next_at   REAL NOT NULL,
    capture   TEXT NOT NULL,
    ref       TEXT NOT NULL,
    last_four TEXT NOT NULL,
    said      TEXT NOT NULL
) STRICT;
CREATE INDEX payment_task_due ON payment_task (next_at) WHERE state = 'due';
CREATE INDEX payment_task_open ON payment_task (receipt) WHERE state IN ('declined', 'no_card');
CREATE INDEX payment_task_receipt ON payment_task (receipt);
CREATE INDEX payment_task_last_four ON payment_task (last_four);
"""

PURGING = """
CREATE INDEX review_event_visit ON review_event (visit);
CREATE INDEX review_known_visit ON review_known (visit);
CREATE INDEX dispute_decided_at ON dispute (decided_at) WHERE state <> 'open';
"""

SEARCHING = """
CREATE INDEX document_by_time ON document (series, issued_at, number);
CREATE INDEX document_by_total ON document (series, total, issued_at, number);
CREATE INDEX receipt_visit_code_number ON receipt_visit (code COLLATE NOCASE, number);
CREATE INDEX visit_decision ON visit (decision, closed_at);
CREATE INDEX entry_about ON entry (json_extract(body, '$.about'), seq)
    WHERE json_extract(body, '$.about') IS NOT NULL;
"""

HOLDS = """
CREATE TABLE payment_hold (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    token      TEXT NOT NULL,
    entered_at REAL NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount > 0),
    currency   TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN
        ('due', 'held', 'declined', 'captured', 'releasing', 'released', 'expired')),
    wanted     INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    capture    TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    next_at    REAL NOT NULL,
    expires_at REAL NOT NULL,
    ref        TEXT NOT NULL,
    said       TEXT NOT NULL
) STRICT;
CREATE INDEX payment_hold_open ON payment_hold (token, entered_at) WHERE state IN ('due', 'held');
CREATE INDEX payment_hold_to_send ON payment_hold (next_at) WHERE state IN ('due', 'releasing');
CREATE INDEX payment_hold_held ON payment_hold (expires_at) WHERE state = 'held';
CREATE UNIQUE INDEX payment_hold_capture ON payment_hold (capture) WHERE capture <> '';
"""

CUTTING = """
CREATE TABLE cut_entry (
    seq      INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,
    day      TEXT NOT NULL,
    series   TEXT NOT NULL,
    number   INTEGER NOT NULL,
    currency TEXT NOT NULL,
    total    INTEGER NOT NULL,
    hash     TEXT NOT NULL,
    link     TEXT NOT NULL
) STRICT;
CREATE INDEX cut_entry_document ON cut_entry (series, number) WHERE series <> '';
CREATE INDEX cut_entry_hash ON cut_entry (hash);

CREATE TABLE ledger_name (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL
) STRICT;

ALTER TABLE payment_hold ADD COLUMN last_four TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_hold ADD COLUMN visit TEXT NOT NULL DEFAULT '';
CREATE INDEX payment_hold_visit ON payment_hold (visit) WHERE visit <> '';
CREATE INDEX payment_hold_entered ON payment_hold (entered_at);
"""
