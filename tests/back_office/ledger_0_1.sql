BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'openaisle','m001_ledger','2026-11-26 14:44:44.763675+00:00');
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
INSERT INTO "document" VALUES('R',1,'receipt','v1','K1-204',1102.5,'EUR',298,2);
INSERT INTO "document" VALUES('R',2,'receipt','v4','K4-204',1105.5,'EUR',353,6);
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
INSERT INTO "document_line" VALUES('R',1,1,'cola','Cola',2,149,298);
INSERT INTO "document_line" VALUES('R',2,1,'gum','Gum 100%',3,99,297);
CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    cause    TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "entry" VALUES(1,'visit:v1','visit','{"kind":"visit","sha256":"bdda6ea3219280c16de12d104d800e3f876ff3fce63f89607c6000fa0453c8ee","visit":"v1"}','0000000000000000000000000000000000000000000000000000000000000000','0ea203235821b918b514184bae08cefdbe3c975ae2f6fd84ab2c3b31c0cdea8a');
INSERT INTO "entry" VALUES(2,'receipt:v1','receipt','{"document":{"code":"K1-204","currency":"EUR","issued_at":1102.5,"kind":"receipt","lines":[{"amount":298,"name":"Cola","quantity":2,"sku":"cola","tax_basis_points":1900,"unit_price":149}],"store":"s1","taxes":[{"basis_points":1900,"gross":298,"net":250,"tax":48}],"total":298,"visit":"v1"},"number":1,"series":"R"}','0ea203235821b918b514184bae08cefdbe3c975ae2f6fd84ab2c3b31c0cdea8a','e6d67b77b528997dc99d95fccac9518cf41d7e861ad086c1c656f7675cbca449');
INSERT INTO "entry" VALUES(3,'visit:v2','visit','{"kind":"visit","sha256":"28e2ee926131b6dca0fe9a6f0ac405ba0395203947238835514aba43c751f7ee","visit":"v2"}','e6d67b77b528997dc99d95fccac9518cf41d7e861ad086c1c656f7675cbca449','ab747ba207f359d8762f5a7abc20d6b1d5d67632e0b8569239bc05bae3ec3e5c');
INSERT INTO "entry" VALUES(4,'visit:v3','visit','{"kind":"visit","sha256":"3be8664702becb9a644fe8853a169c46d8ddc2637795c5abdb9ab4a2867d3da9","visit":"v3"}','ab747ba207f359d8762f5a7abc20d6b1d5d67632e0b8569239bc05bae3ec3e5c','c627504f9b3ff7a36220250a3cb74a1020c679e0b2061e4b6417e5330d508217');
INSERT INTO "entry" VALUES(5,'visit:v4','visit','{"kind":"visit","sha256":"1eaa4453707981c2dc216eabdafe3314cb323e3d824830d39d0e1a3bd1fb948e","visit":"v4"}','c627504f9b3ff7a36220250a3cb74a1020c679e0b2061e4b6417e5330d508217','d8db1053183719d720d870c9ee3353a8ff7804b4dae0bfde911daf06ffbe8eea');
INSERT INTO "entry" VALUES(6,'receipt:v4','receipt','{"document":{"code":"K4-204","currency":"EUR","issued_at":1105.5,"kind":"receipt","lines":[{"amount":297,"name":"Gum 100%","quantity":3,"sku":"gum","tax_basis_points":1900,"unit_price":99}],"store":"s1","taxes":[{"basis_points":1900,"gross":353,"net":297,"tax":56}],"total":353,"visit":"v4"},"number":2,"series":"R"}','d8db1053183719d720d870c9ee3353a8ff7804b4dae0bfde911daf06ffbe8eea','7370b53d5eed4d31c08403ede885930c45bca12d589b748c4fca63b7966520a0');
CREATE TABLE visit (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL,
    entered_at REAL NOT NULL,
    left_at    REAL,
    closed_at  REAL NOT NULL,
    decision   TEXT NOT NULL CHECK (decision IN ('issue', 'review', 'nothing', 'staff')),
    body       TEXT NOT NULL
) STRICT;
INSERT INTO "visit" VALUES('v1','K1-204',1001.0,1101.0,1102.5,'issue','{"closed_at":1102.5,"code":"K1-204","decision":"issue","entered_at":1001.0,"gate_in":"door","gate_out":"door","left_at":1101.0,"lines":[{"events":["cola@1"],"probability":0.98,"quantity":2,"sku":"cola"}],"notes":[],"people":1,"probability":0.97,"questions":[],"token":null,"track":1,"visit":"v1"}');
INSERT INTO "visit" VALUES('v2','K2-204',1002.0,1102.0,1103.5,'nothing','{"closed_at":1103.5,"code":"K2-204","decision":"nothing","entered_at":1002.0,"gate_in":"door","gate_out":"door","left_at":1102.0,"lines":[],"notes":[],"people":1,"probability":0.97,"questions":[],"token":null,"track":2,"visit":"v2"}');
INSERT INTO "visit" VALUES('v3','K3-204',1003.0,1103.0,1104.5,'review','{"closed_at":1104.5,"code":"K3-204","decision":"review","entered_at":1003.0,"gate_in":"door","gate_out":"door","left_at":1103.0,"lines":[{"events":["cola@3"],"probability":0.98,"quantity":2,"sku":"cola"}],"notes":[],"people":1,"probability":0.97,"questions":[],"token":null,"track":3,"visit":"v3"}');
INSERT INTO "visit" VALUES('v4','K4-204',1004.0,1104.0,1105.5,'issue','{"closed_at":1105.5,"code":"K4-204","decision":"issue","entered_at":1004.0,"gate_in":"door","gate_out":"door","left_at":1104.0,"lines":[{"events":["gum@4"],"probability":0.98,"quantity":3,"sku":"gum"}],"notes":[],"people":1,"probability":0.97,"questions":[],"token":null,"track":4,"visit":"v4"}');
CREATE TABLE visit_line (
    visit       TEXT NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
    line        INTEGER NOT NULL,
    sku         TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    probability REAL NOT NULL,
    PRIMARY KEY (visit, line)
) STRICT, WITHOUT ROWID;
INSERT INTO "visit_line" VALUES('v1',1,'cola',2,0.98);
INSERT INTO "visit_line" VALUES('v3',1,'cola',2,0.98);
INSERT INTO "visit_line" VALUES('v4',1,'gum',3,0.98);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX visit_closed ON visit (closed_at);
CREATE INDEX visit_code ON visit (code);
CREATE INDEX document_issued ON document (issued_at);
CREATE INDEX document_code ON document (code);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry is immutable: a correction is a new document'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is immutable: a correction is a new document'); END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'document is immutable: a correction is a new document'); END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'document is immutable: a correction is a new document'); END;
CREATE TRIGGER document_line_no_update BEFORE UPDATE ON document_line BEGIN SELECT RAISE(ABORT, 'document_line is immutable: a correction is a new document'); END;
CREATE TRIGGER document_line_no_delete BEFORE DELETE ON document_line BEGIN SELECT RAISE(ABORT, 'document_line is immutable: a correction is a new document'); END;
CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit BEGIN SELECT RAISE(ABORT, 'a closed visit is immutable'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entry',6);
COMMIT;