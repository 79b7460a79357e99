//! What a database says of data that were moved, or are being.

use engine::Instant;

use crate::fault::{Fault, Outcome};

/// The account of a mark that is of all data.
pub(crate) const EVERYTHING: i64 = 0;

/// What is said of all data, or of one account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// Of which account; [`EVERYTHING`] where of all.
    pub(crate) account: i64,
    /// What the move is called in both databases. Its high bits count the moves of the same
    /// data, so that of two it is known which came later; the others are drawn.
    pub(crate) number: i64,
    pub(crate) state: State,
    /// Where they come from, or went.
    pub(crate) place: String,
    /// By the wall clock.
    pub(crate) at: Instant,
}

/// Bits of a move's number that are drawn.
const DRAWN_BITS: u32 = 40;

/// Which move of the same data it is.
pub(crate) const fn generation(number: i64) -> i64 {
    number >> DRAWN_BITS
}

/// What a move is called that comes after the one called `before`.
pub(crate) const fn number_after(before: i64, drawn: u64) -> i64 {
    ((generation(before) + 1) << DRAWN_BITS) | (drawn >> (u64::BITS - DRAWN_BITS)).cast_signed()
}

/// How far a move has come. Its source is marked before the target is whole, so that at no
/// moment both can be started; its rows stay, so that they can be copied again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// They are being copied to here.
    Arriving,
    /// They were moved to here.
    Arrived,
    /// They are on their way from here.
    Leaving,
    /// They were moved from here.
    Gone,
}

impl State {
    pub(crate) const fn number(self) -> i64 {
        match self {
            State::Arriving => 0,
            State::Arrived => 1,
            State::Leaving => 2,
            State::Gone => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> Outcome<State> {
        match number {
            0 => Ok(State::Arriving),
            1 => Ok(State::Arrived),
            2 => Ok(State::Leaving),
            3 => Ok(State::Gone),
            other => Err(Fault::corrupt("mark of a move", format!("its state is {other}"))),
        }
    }
}

impl Mark {
    /// What whoever wants to work here is told, of a state that forbids it.
    pub(crate) fn told(state: i64, what: &str, place: &str) -> String {
        match State::from_number(state) {
            Ok(State::Arriving) => format!(
                "moving {what} here from {place} was not finished, and they are not whole; repeat \
                 that kalends migrate"
            ),
            Ok(State::Leaving) => format!(
                "moving {what} to {place} was not finished; repeat that kalends migrate, which \
                 finishes it"
            ),
            _ => format!("{what} went to {place}, and nothing of it runs here any more"),
        }
    }
}
