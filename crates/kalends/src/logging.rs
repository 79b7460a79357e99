//! Logs: structured, to standard error, and free of keys and card numbers.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Sends logs to standard error: readable on a terminal, JSON elsewhere.
/// `KALENDS_LOG` chooses what is logged, in `tracing`'s filter syntax; default `info`.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("KALENDS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logs.with_target(false).init();
    } else {
        logs.json().init();
    }
}
