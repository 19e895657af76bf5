"""The tables of the progress file, as a list of migrations: entry n leads from version n to n + 1.

The file says its version in ``PRAGMA user_version``. An entry that has been released never changes:
a change of the tables is a new entry at the end. Times are UTC, ISO 8601 with milliseconds.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE answers (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            question TEXT NOT NULL,
            chosen TEXT NOT NULL,          -- the option keys as a JSON list
            correct INTEGER NOT NULL CHECK (correct IN (0, 1)),
            seconds REAL                   -- from seeing the question to the answer, if known
        )""",
        "CREATE INDEX answers_by_question ON answers (question, id)",
        """CREATE TABLE checks (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            exercise TEXT NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('correct', 'incorrect', 'not attempted')),
            message TEXT NOT NULL          -- what the learner read, '' when all was well
        )""",
        "CREATE INDEX checks_by_exercise ON checks (exercise, id)",
    ),
)
