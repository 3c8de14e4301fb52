//! The program's commands, run as users run them.

mod with_postgres;
