//! The right to send, which ends before a claim does.

use std::fmt;
use std::sync::Arc;

/// Whether requests may still leave. A claim is held for a while only, and whoever takes
/// it over may look a payment up and send it again; so a gateway asks before each request
/// that it sends, and keeps back what it has not sent when the answer is no.
#[derive(Clone)]
pub struct Permit(Arc<dyn Fn() -> bool + Send + Sync>);

impl Permit {
    /// Holds while `holds` says so: by a clock that only goes forward.
    ///
    /// ```
    /// let permit = gateway::Permit::new(|| false);
    /// assert!(!permit.holds());
    /// ```
    #[must_use]
    pub fn new(holds: impl Fn() -> bool + Send + Sync + 'static) -> Permit {
        Permit(Arc::new(holds))
    }

    /// Always holds: for what no claim guards, because its key does.
    #[must_use]
    pub fn unlimited() -> Permit {
        Permit::new(|| true)
    }

    /// Whether a request may leave now.
    #[must_use]
    pub fn holds(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Permit").field(&self.holds()).finish()
    }
}
