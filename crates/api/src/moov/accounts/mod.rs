//! `/accounts/{accountID}`: accounts, and what is theirs.

pub(super) mod schedules;
