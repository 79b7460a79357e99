//! How many connections there are at once, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections there may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectionLimits {
    /// In all; more wait to be accepted.
    pub(crate) total: NonZeroU32,
    /// From one address, an IPv6 one with all of its /64; more are closed at once.
    pub(crate) per_address: NonZeroU32,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        const TOTAL: NonZeroU32 = NonZeroU32::new(4_096).unwrap();
        const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(1_024).unwrap();
        ConnectionLimits { total: TOTAL, per_address: PER_ADDRESS }
    }
}

/// The connections of this process.
pub(super) struct Connections {
    total: Arc<Semaphore>,
    from: Arc<Mutex<HashMap<IpAddr, From>>>,
    per_address: u32,
}

/// What one address has.
#[derive(Default)]
struct From {
    connections: u32,
    was_turned: bool,
}

/// A place for one more connection, whose address is not known yet.
pub(super) struct Waiting<'a> {
    connections: &'a Connections,
    permit: OwnedSemaphorePermit,
}

/// The place of one connection; free again when dropped.
pub(super) struct Place {
    address: IpAddr,
    from: Arc<Mutex<HashMap<IpAddr, From>>>,
    _permit: OwnedSemaphorePermit,
}

/// Its address has as many as one may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Turned {
    /// Whether this is the first that is turned away since the address had fewer.
    pub(super) is_first: bool,
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits) -> Connections {
        Connections {
            total: Arc::new(Semaphore::new(limits.total.get() as usize)),
            from: Arc::default(),
            per_address: limits.per_address.get(),
        }
    }

    /// Waits until there is a place for one more.
    pub(super) async fn wait(&self) -> Option<Waiting<'_>> {
        let permit = Arc::clone(&self.total).acquire_owned().await.ok()?;
        Some(Waiting { connections: self, permit })
    }
}

impl Waiting<'_> {
    /// Takes the place for a connection from this address.
    pub(super) fn take(self, address: IpAddr) -> Result<Place, Turned> {
        let address = counted_as(address);
        let mut from = lock(&self.connections.from);
        let entry = from.entry(address).or_default();
        if entry.connections >= self.connections.per_address {
            let is_first = !std::mem::replace(&mut entry.was_turned, true);
            return Err(Turned { is_first });
        }
        entry.connections += 1;
        drop(from);
        let from = Arc::clone(&self.connections.from);
        Ok(Place { address, from, _permit: self.permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut from = lock(&self.from);
        if let Some(entry) = from.get_mut(&self.address) {
            entry.connections = entry.connections.saturating_sub(1);
            if entry.connections == 0 {
                from.remove(&self.address);
            }
        }
    }
}

/// Counts are whole after every step, so one whose holder panicked is as good.
fn lock(from: &Mutex<HashMap<IpAddr, From>>) -> MutexGuard<'_, HashMap<IpAddr, From>> {
    from.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An IPv6 network hands out a /64 to one customer: all of it counts as one address.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(network).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn limits(total: u32, per_address: u32) -> ConnectionLimits {
        let limit = |count| NonZeroU32::new(count).unwrap();
        ConnectionLimits { total: limit(total), per_address: limit(per_address) }
    }

    fn take(connections: &Connections, address: &str) -> Option<Result<Place, Turned>> {
        let waiting = connections.wait().now_or_never()??;
        Some(waiting.take(address.parse().unwrap()))
    }

    #[test]
    fn one_address_leaves_places_for_others() {
        let connections = Connections::new(limits(10, 2));
        let first = take(&connections, "2001:db8::1").unwrap().ok().unwrap();
        let _second = take(&connections, "2001:db8::ffff:2").unwrap().ok().unwrap();
        let turned = |is_first| Some(Turned { is_first });
        assert_eq!(take(&connections, "2001:db8::3").unwrap().err(), turned(true));
        assert_eq!(take(&connections, "2001:db8::4").unwrap().err(), turned(false));
        assert!(take(&connections, "2001:db8:0:1::1").unwrap().is_ok());
        assert!(take(&connections, "192.0.2.1").unwrap().is_ok());
        drop(first);
        assert!(take(&connections, "2001:db8::5").unwrap().is_ok());
    }

    #[test]
    fn more_than_all_wait_until_one_ends() {
        let connections = Connections::new(limits(1, 1));
        let only = take(&connections, "192.0.2.1").unwrap().ok();
        assert!(take(&connections, "192.0.2.2").is_none());
        drop(only);
        assert!(take(&connections, "192.0.2.2").unwrap().is_ok());
    }

    #[test]
    fn who_has_no_connection_is_not_remembered() {
        let connections = Connections::new(limits(4, 4));
        drop(take(&connections, "192.0.2.1"));
        assert!(lock(&connections.from).is_empty());
    }
}
