//! Files and sockets: enough of them for every connection, and some left for what matters
//! more. A server out of descriptors could reach neither its data nor whoever pays.

use std::num::NonZeroU32;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::ConnectionLimits;

/// Kept for the data, for payments under way, and for webhooks.
const RESERVED: u64 = 512;
/// What a connection takes at most: itself, and another by which its request is passed on.
const PER_CONNECTION: u64 = 2;
/// As few connections as a server is still one with.
const CONNECTIONS_MIN: u32 = 64;

/// Asks for as many descriptors as the process may have, and cuts the limits down to what
/// these allow.
pub(super) fn fitting(limits: ConnectionLimits) -> ConnectionLimits {
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: before.maximum, maximum: before.maximum };
    let open_files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => before.current,
    };
    let fitting = fitting_into(open_files, limits);
    if fitting != limits {
        tracing::warn!(
            open_files,
            connections = fitting.total,
            asked = limits.total,
            "fewer connections are taken than asked for: the process may not open more files"
        );
    }
    fitting
}

/// `None` open files is without limit.
fn fitting_into(open_files: Option<u64>, limits: ConnectionLimits) -> ConnectionLimits {
    let Some(open_files) = open_files else { return limits };
    let connections = open_files.saturating_sub(RESERVED) / PER_CONNECTION;
    let connections = u32::try_from(connections).unwrap_or(u32::MAX).max(CONNECTIONS_MIN);
    let at_most =
        |limit: NonZeroU32| NonZeroU32::new(connections).map_or(limit, |it| limit.min(it));
    ConnectionLimits { total: at_most(limits.total), per_address: at_most(limits.per_address) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_payments() {
        let limits = ConnectionLimits::default();
        let total = |open_files| fitting_into(open_files, limits).total.get();
        assert_eq!(total(None), 4_096);
        assert_eq!(total(Some(20_000)), 4_096);
        assert_eq!(total(Some(1_024)), 256);
        assert_eq!(total(Some(256)), 64);
        assert_eq!(fitting_into(Some(1_024), limits).per_address.get(), 256);
    }
}
