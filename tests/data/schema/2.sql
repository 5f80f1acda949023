BEGIN TRANSACTION;
CREATE TABLE alerts (
    n INTEGER PRIMARY KEY, alert_id TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE entries (
    n INTEGER PRIMARY KEY,
    entry_id TEXT NOT NULL UNIQUE,
    feed TEXT NOT NULL,
    guid_key BLOB, link_key BLOB, title_key BLOB NOT NULL,
    url TEXT, title TEXT NOT NULL, summary TEXT NOT NULL, author TEXT NOT NULL,
    published_at TEXT NOT NULL, published_estimated INTEGER NOT NULL, published_raw TEXT,
    first_seen_at TEXT NOT NULL,
    baseline INTEGER NOT NULL,
    to_tag INTEGER DEFAULT 1,
    story TEXT
);
INSERT INTO "entries" VALUES(1,'db63157af2e8289689f5','Feed',X'17903AB7406A3700F14A0114',X'ECB2364F3D43E2B4A787009F',X'2E7C49EE094D8EF63E77EDB2','https://example.org/1','Miner cancels lease','Text of it.','','2026-11-22T12:00:00Z',0,NULL,'2026-11-22T12:00:00Z',0,1,NULL);
INSERT INTO "entries" VALUES(2,'d5dd6915172fd800809b','Feed',X'D1BCE0351F5376F241EB8BA2',X'0FD642CAD6168C65F78F2F31',X'CBF0A25B3B60161D7F97B69B','https://example.org/2','Hashprice falls','Text of it.','','2026-11-22T12:00:00Z',0,NULL,'2026-11-22T12:00:00Z',0,1,NULL);
CREATE TABLE entry_firms (
    firm TEXT NOT NULL, entry INTEGER NOT NULL REFERENCES entries (n) ON DELETE CASCADE, place INTEGER NOT NULL,
    PRIMARY KEY (firm, entry)
) WITHOUT ROWID;
CREATE TABLE expired (
    feed TEXT NOT NULL, guid_key BLOB, link_key BLOB, title_key BLOB NOT NULL
);
CREATE TABLE facts (
    entry INTEGER PRIMARY KEY REFERENCES entries (n) ON DELETE CASCADE
);
CREATE TABLE fetch_states (
    key TEXT PRIMARY KEY, address TEXT NOT NULL,
    etag TEXT, last_modified TEXT, wire_hash TEXT,
    failures INTEGER NOT NULL, next_try TEXT, wait TEXT, gone INTEGER NOT NULL,
    first_ok_at TEXT, last_attempt_at TEXT, last_ok_at TEXT, last_changed_at TEXT,
    last_error TEXT, moved_to TEXT, http_status INTEGER
);
CREATE TABLE figures (
    entry INTEGER NOT NULL REFERENCES entries (n) ON DELETE CASCADE, id TEXT NOT NULL, kind TEXT NOT NULL,
    value NOT NULL, unit TEXT NOT NULL, qualifier TEXT, sentence TEXT NOT NULL, arithmetic TEXT
);
CREATE TABLE fingerprints (
    entry INTEGER PRIMARY KEY REFERENCES entries (n) ON DELETE CASCADE, at INTEGER NOT NULL, norm REAL NOT NULL,
    terms BLOB NOT NULL
);
CREATE TABLE forecasts (
    site TEXT NOT NULL, tier TEXT NOT NULL, level REAL NOT NULL,
    day TEXT NOT NULL, made_of TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (site, tier, level)
);
CREATE TABLE history (
    entry INTEGER NOT NULL REFERENCES entries (n), title TEXT NOT NULL, summary TEXT NOT NULL, seen_at TEXT NOT NULL
);
INSERT INTO "history" VALUES(1,'Miner leases hall','Text of it.','2026-11-22T12:00:00Z');
CREATE TABLE labels (
    n INTEGER PRIMARY KEY, entry INTEGER NOT NULL REFERENCES entries (n),
    field TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE leases (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    pane INTEGER NOT NULL, renewed_at REAL NOT NULL
);
CREATE TABLE notes (
    n INTEGER PRIMARY KEY, story TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE outbox (
    n INTEGER PRIMARY KEY, alert_id TEXT NOT NULL REFERENCES alerts (alert_id), sink TEXT NOT NULL,
    tries INTEGER NOT NULL, next_try TEXT NOT NULL, delivered_at TEXT, given_up_at TEXT, last_error TEXT,
    UNIQUE (alert_id, sink)
);
CREATE TABLE readings (
    n INTEGER PRIMARY KEY,
    name TEXT NOT NULL, source TEXT NOT NULL,
    value REAL NOT NULL, unit TEXT NOT NULL,
    observed_at TEXT NOT NULL, fetched_at TEXT NOT NULL,
    kept INTEGER NOT NULL, reason TEXT,
    stored_at TEXT NOT NULL
);
CREATE TABLE rule_states (
    rule TEXT NOT NULL, key TEXT NOT NULL,
    condition TEXT NOT NULL,
    state TEXT NOT NULL, since TEXT NOT NULL, held TEXT, value REAL,
    judged INTEGER NOT NULL,
    memory TEXT NOT NULL,
    PRIMARY KEY (rule, key)
);
CREATE TABLE source_health (
    key TEXT PRIMARY KEY, failing INTEGER NOT NULL, said_at TEXT NOT NULL
);
CREATE TABLE spread_points (
    n INTEGER PRIMARY KEY,
    site TEXT NOT NULL, tier TEXT NOT NULL, at TEXT NOT NULL,
    gross REAL, operating REAL, after_capex REAL,
    formula TEXT NOT NULL, inputs TEXT NOT NULL
);
CREATE TABLE stories (
    story_id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    first_seen_at TEXT NOT NULL, last_seen_at TEXT NOT NULL,
    stance TEXT NOT NULL, sides TEXT NOT NULL, blind_spot TEXT,
    noise REAL NOT NULL, noise_parts TEXT NOT NULL,
    firms TEXT, score REAL,
    relevance INTEGER NOT NULL,
    rank REAL NOT NULL,
    formula TEXT NOT NULL
);
CREATE TABLE story_edits (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, story TEXT NOT NULL, other TEXT NOT NULL,
    entries TEXT NOT NULL, why TEXT NOT NULL
);
CREATE TABLE story_keys (
    key INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (key, entry)
) WITHOUT ROWID;
CREATE TABLE tags (
    entry INTEGER PRIMARY KEY REFERENCES entries (n),
    model TEXT NOT NULL,
    relevance INTEGER NOT NULL, relevance_p TEXT NOT NULL,
    stance TEXT NOT NULL, stance_p TEXT NOT NULL,
    unsure INTEGER NOT NULL, unsure_because TEXT,
    noise REAL NOT NULL, why TEXT NOT NULL
);
CREATE TABLE term_counts (
    key INTEGER PRIMARY KEY, entries INTEGER NOT NULL
);
CREATE TABLE touched (
    story TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE unread (
    entry INTEGER PRIMARY KEY REFERENCES entries (n) ON DELETE CASCADE
);
CREATE INDEX entries_to_tag ON entries (to_tag, n) WHERE to_tag IS NOT NULL;
CREATE INDEX entries_to_group ON entries (n) WHERE story IS NULL;
CREATE INDEX entries_by_guid ON entries (feed, guid_key);
CREATE INDEX entries_by_title ON entries (feed, title_key);
CREATE INDEX entries_by_story ON entries (story, n) WHERE story IS NOT NULL;
CREATE INDEX entries_by_time ON entries (first_seen_at, n);
CREATE INDEX history_by_entry ON history (entry);
CREATE INDEX labels_by_entry ON labels (entry, field, n);
CREATE INDEX expired_by_guid ON expired (feed, guid_key);
CREATE INDEX expired_by_title ON expired (feed, title_key);
CREATE INDEX stories_by_time ON stories (first_seen_at, story_id);
CREATE INDEX stories_by_rank ON stories (rank, story_id);
CREATE INDEX story_edits_by_story ON story_edits (story, n);
CREATE INDEX fingerprints_by_time ON fingerprints (at);
CREATE INDEX entry_firms_by_entry ON entry_firms (entry);
CREATE INDEX figures_by_entry ON figures (entry);
CREATE INDEX figures_by_id ON figures (id);
CREATE TRIGGER unread_by_tag AFTER INSERT ON tags BEGIN
    INSERT OR IGNORE INTO unread VALUES (new.entry); END;
CREATE TRIGGER facts_by_edit AFTER INSERT ON history BEGIN
    DELETE FROM facts WHERE entry = new.entry; DELETE FROM figures WHERE entry = new.entry
    ; DELETE FROM entry_firms WHERE entry = new.entry; END;
CREATE TRIGGER touched_by_tag AFTER INSERT ON tags BEGIN
    INSERT OR IGNORE INTO touched SELECT story FROM entries WHERE n = new.entry AND story IS NOT NULL; END;
CREATE TRIGGER touched_by_label AFTER INSERT ON labels BEGIN
    INSERT OR IGNORE INTO touched SELECT story FROM entries WHERE n = new.entry AND story IS NOT NULL; END;
CREATE TRIGGER touched_by_undo AFTER DELETE ON labels BEGIN
    INSERT OR IGNORE INTO touched SELECT story FROM entries WHERE n = old.entry AND story IS NOT NULL; END;
CREATE TRIGGER touched_by_move AFTER UPDATE OF story ON entries BEGIN
    INSERT OR IGNORE INTO touched SELECT value FROM json_each(json_array(old.story, new.story))
    WHERE value IS NOT NULL; END;
CREATE TRIGGER touched_by_expiry AFTER DELETE ON entries WHEN old.story IS NOT NULL BEGIN
    INSERT OR IGNORE INTO touched VALUES (old.story); END;
CREATE INDEX readings_by_source ON readings (name, source, kept, observed_at);
CREATE INDEX spread_points_by_site ON spread_points (site, tier, n);
CREATE INDEX alerts_by_rule ON alerts (rule, n);
CREATE INDEX notes_by_story ON notes (story, n);
COMMIT;
CREATE VIRTUAL TABLE "entries_fts" USING FTS5 (
    "title", "summary",
    tokenize='unicode61 remove_diacritics 2',
    content="entries"
);
INSERT INTO entries_fts (entries_fts) VALUES ('rebuild');
PRAGMA application_id = 1886811235;
PRAGMA user_version = 2;
