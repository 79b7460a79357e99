//! Every N-th period, counted from the first.

/// The periods that a rule visits: `first`, `first + every`, …
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Visits {
    pub(crate) first: i64,
    /// At least 1.
    pub(crate) every: i64,
}

impl Visits {
    /// The period visited after `visit` others.
    pub(crate) fn period(self, visit: i64) -> i64 {
        self.first + visit * self.every
    }

    /// The last visit to a period that is not after this one, which in turn is
    /// not before the first.
    pub(crate) fn last_until(self, period: i64) -> i64 {
        (period - self.first) / self.every
    }

    /// How many of the first `visits` periods leave the remainder `residue`
    /// when divided by `modulus`: Februaries, for example, are the months that
    /// leave 1 when divided by 12.
    ///
    /// The visits at which `first + visit * every` leaves that remainder, if
    /// there is one, are themselves evenly spaced. It takes a modular inverse
    /// to find the first, and a division to count the rest.
    pub(crate) fn congruent(self, visits: i64, residue: i64, modulus: i64) -> i64 {
        let distance = (residue - self.first).rem_euclid(modulus);
        let (divisor, inverse) = divisor_and_inverse(self.every.rem_euclid(modulus), modulus);
        if distance % divisor != 0 {
            return 0;
        }
        let spacing = modulus / divisor;
        let earliest = (distance / divisor * inverse).rem_euclid(spacing);
        if visits > earliest { (visits - earliest - 1) / spacing + 1 } else { 0 }
    }
}

pub(crate) fn greatest_common_divisor(number: i64, other: i64) -> i64 {
    divisor_and_inverse(number, other).0
}

/// The greatest common divisor of a number and a modulus, and an `inverse`
/// with `number * inverse ≡ divisor (mod modulus)`: Euclid's algorithm, extended.
pub(crate) fn divisor_and_inverse(number: i64, modulus: i64) -> (i64, i64) {
    let (mut divisor, mut remainder) = (modulus, number);
    let (mut inverse, mut next) = (0, 1);
    while remainder != 0 {
        let quotient = divisor / remainder;
        (divisor, remainder) = (remainder, divisor - quotient * remainder);
        (inverse, next) = (next, inverse - quotient * next);
    }
    (divisor, inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_visit_is_the_one_at_or_before_a_period() {
        let visits = Visits { first: 10, every: 3 };
        assert_eq!([10, 11, 12, 13, 14].map(|period| visits.last_until(period)), [0, 0, 0, 1, 1]);
        assert_eq!(visits.period(1), 13);
    }

    #[test]
    fn remainders_are_counted_as_if_one_by_one() {
        for every in [1, 2, 3, 4, 6, 7, 12, 13, 24, 36, 1000] {
            for first in [-25, -1, 0, 1, 11, 24_000] {
                let visits = Visits { first, every };
                for modulus in [12, 48] {
                    for residue in [0, 1, 3, 11] {
                        let mut one_by_one = 0;
                        for visit in 0..100 {
                            assert_eq!(
                                visits.congruent(visit, residue, modulus),
                                one_by_one,
                                "{visit} of {visits:?} leaving {residue} by {modulus}"
                            );
                            if visits.period(visit).rem_euclid(modulus) == residue {
                                one_by_one += 1;
                            }
                        }
                    }
                }
            }
        }
    }
}
