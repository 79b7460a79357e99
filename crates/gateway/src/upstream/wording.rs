//! How what a request is about is written down elsewhere.

use engine::{InstructionKind, PaymentBody, Slot};

/// A slot's name outside: the civil second in which it stands, and behind `#` a number that
/// tells one added by hand from others there.
pub(crate) fn slot(slot: Slot) -> String {
    let moment = slot.moment();
    match slot.stored() - Slot::of(moment).stored() {
        0 => moment.to_string(),
        number => format!("{moment}#{number}"),
    }
}

/// The slot of such a name.
#[must_use]
pub fn read_slot(name: &str) -> Option<Slot> {
    let (moment, number) = name.split_once('#').unwrap_or((name, "0"));
    let first = Slot::of(moment.parse().ok()?);
    let read = Slot::from_stored(first.stored().checked_add(number.parse().ok()?)?);
    (slot(read) == name).then_some(read)
}

/// What a request asks for.
pub(crate) const fn kind(body: &PaymentBody) -> InstructionKind {
    match body {
        PaymentBody::Charge { .. } => InstructionKind::Charge,
        PaymentBody::Transfer { .. } => InstructionKind::Transfer,
        PaymentBody::Remittance(_) => InstructionKind::Remittance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_slot_is_named_by_its_second_and_its_number() {
        let morning = date(2026, 1, 31).at(9, 30, 0, 0);
        assert_eq!(slot(Slot::of_date(date(2026, 1, 31))), "2026-01-31T00:00:00");
        assert_eq!(slot(Slot::of(morning)), "2026-01-31T09:30:00");
        assert_eq!(slot(Slot::added(morning, 3).unwrap()), "2026-01-31T09:30:00#3");
    }

    #[test]
    fn a_name_is_read_as_the_slot_that_it_was_made_of() {
        let morning = date(2026, 1, 31).at(9, 30, 0, 0);
        for it in [Slot::of(morning), Slot::added(morning, 3).unwrap()] {
            assert_eq!(read_slot(&slot(it)), Some(it));
        }
        for wrong in ["", "2026-01-31", "2026-01-31T09:30:00#0", "2026-01-31T09:30:00#x"] {
            assert_eq!(read_slot(wrong), None, "{wrong}");
        }
    }
}
