//! Every line of SQL, on SQLite and PostgreSQL.
