//! What is said of data that are examined.

/// Findings of one check that are told, at most.
pub(crate) const FINDINGS_MAX: usize = 100;

/// One thing that must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What must hold, as a sentence.
    pub what: &'static str,
    /// Where it does not; the first hundred such places.
    pub findings: Vec<String>,
}
