/**
 * The schema of hub.db as a list of migrations. Never edit a released migration. Append a new one instead.
 */
import type { DatabaseSync } from 'node:sqlite';
import { UniCoreError } from '@unicore/protocol';

const MIGRATIONS = [
  `
  CREATE TABLE users (
    userId TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    createdAt INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE secrets (
    hash TEXT PRIMARY KEY,
    secretId TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    userId TEXT NOT NULL REFERENCES users,
    createdAt INTEGER NOT NULL,
    expiresAt INTEGER
  ) STRICT;

  CREATE TABLE providers (
    providerId TEXT PRIMARY KEY,
    ownerId TEXT NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    publicKey TEXT NOT NULL,
    runtime TEXT,
    isolation TEXT,
    version TEXT,
    cores INTEGER,
    memoryTotal REAL,
    seenAt INTEGER,
    createdAt INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE vms (
    vmId TEXT PRIMARY KEY,
    ownerId TEXT NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    image TEXT NOT NULL,
    size TEXT NOT NULL,
    region TEXT,
    opId TEXT,
    desired TEXT NOT NULL,
    phase TEXT NOT NULL,
    reason TEXT,
    providerId TEXT REFERENCES providers,
    isolation TEXT,
    gen INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    createdAt INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    UNIQUE (ownerId, opId)
  ) STRICT;
  CREATE INDEX vmsByProvider ON vms (providerId);

  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE audit (
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    userId TEXT,
    subject TEXT,
    detail TEXT
  ) STRICT;
  CREATE TRIGGER auditKeeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END;
  CREATE TRIGGER auditStays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END;
  `,
  `
  ALTER TABLE providers ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;
  `,
  `
  ALTER TABLE providers ADD COLUMN sessionId TEXT;
  ALTER TABLE providers ADD COLUMN attempt INTEGER;

  CREATE TABLE desktops (
    userId TEXT PRIMARY KEY,
    rev INTEGER NOT NULL,
    sessionId TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    opId TEXT,
    phase TEXT NOT NULL,
    phaseAt INTEGER NOT NULL,
    code TEXT,
    reason TEXT,
    launcher TEXT NOT NULL,
    place TEXT,
    providerId TEXT,
    jobName TEXT,
    image TEXT NOT NULL,
    scale INTEGER NOT NULL,
    isolation TEXT,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    endedAt INTEGER,
    lifeMs INTEGER NOT NULL,
    budget REAL,
    cpuSeconds REAL NOT NULL,
    memorySeconds REAL NOT NULL,
    sentBytes REAL NOT NULL,
    cost REAL NOT NULL,
    viewerToken TEXT,
    heardAt INTEGER
  ) STRICT;
  CREATE INDEX desktopsBySession ON desktops (sessionId);

  CREATE TABLE receipts (
    sessionId TEXT PRIMARY KEY,
    userId TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    launcher TEXT NOT NULL,
    place TEXT,
    jobName TEXT,
    createdAt INTEGER NOT NULL,
    startedAt INTEGER,
    endedAt INTEGER NOT NULL,
    code TEXT,
    reason TEXT,
    cpuSeconds REAL NOT NULL,
    memorySeconds REAL NOT NULL,
    sentBytes REAL NOT NULL,
    cost REAL NOT NULL,
    proof TEXT NOT NULL
  ) STRICT;
  CREATE INDEX receiptsByUser ON receipts (userId, endedAt);
  -- Without this trigger INSERT OR REPLACE could change a receipt, because it fires no trigger for DELETE.
  CREATE TRIGGER receiptsOnce BEFORE INSERT ON receipts
    WHEN EXISTS (SELECT 1 FROM receipts WHERE sessionId = NEW.sessionId)
    BEGIN SELECT RAISE(IGNORE); END;
  CREATE TRIGGER receiptsKeep BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append only'); END;
  CREATE TRIGGER receiptsStay BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append only'); END;
  `,
  `
  ALTER TABLE desktops ADD COLUMN pooledMs INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE desktops ADD COLUMN pooledBytes REAL NOT NULL DEFAULT 0;
  `,
];

/**
 * Migrates the database to the newest schema in one transaction, because another process may start a
 * migration at the same time.
 */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version > MIGRATIONS.length) {
      throw new UniCoreError(
        'INTERNAL',
        `hub.db is of version ${version}, written by a newer UniCore than this one (${MIGRATIONS.length}). Update UniCore, or use another --data folder.`,
      );
    }
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    // The schema version is written only if it has changed. Therefore a hub with an up-to-date schema can
    // start even if the disk is full.
    if (version < MIGRATIONS.length) db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
