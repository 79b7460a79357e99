//! Edits, told as what an owner did and what stands afterwards.
