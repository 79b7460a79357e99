pub(crate) mod render;
pub(crate) mod failure;
pub(crate) mod refunds;
