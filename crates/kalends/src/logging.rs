//! Logs: structured, to standard error, and free of keys and card numbers.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::configuration::LogFormat;

/// Sends logs to standard error. `KALENDS_LOG` chooses what is logged, in the syntax of
/// `tracing`'s filters; `filter` does where it says nothing.
pub(crate) fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_env("KALENDS_LOG").unwrap_or_else(|_| EnvFilter::new(filter));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let is_text = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    if is_text {
        logs.with_target(false).init();
    } else {
        logs.json().init();
    }
}
