//! Worlds from fresh seeds, and bugs that are planted in them.
