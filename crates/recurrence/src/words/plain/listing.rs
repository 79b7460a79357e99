//! Lists and numbers in words.

use super::super::ordinalized;

/// Runs at least this long are said as runs: "1 to 3".
const RUN_MIN: usize = 3;

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        words => words.concat(),
    }
}

/// Names of numbers, those of runs put together as "the 1st to the 3rd".
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Named {
    pub(super) names: Vec<String>,
    /// Whether a run is all there is.
    is_run: bool,
}

impl Named {
    /// In the order 1, 2, 3, …, -3, -2, -1.
    pub(super) fn of(numbers: impl Iterator<Item = i16>, name: impl Fn(i16) -> String) -> Named {
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort_by_key(|number| (*number < 0, *number));
        let follows = |one: &i16, other: &i16| *one + 1 == *other && (*one < 0) == (*other < 0);
        let (mut names, mut runs) = (Vec::new(), 0);
        for run in numbers.chunk_by(follows) {
            match run {
                [first, .., last] if run.len() >= RUN_MIN => {
                    names.push(format!("{} to {}", name(*first), name(*last)));
                    runs += 1;
                }
                _ => names.extend(run.iter().map(|number| name(*number))),
            }
        }
        let is_run = runs == 1 && names.len() == 1;
        Named { names, is_run }
    }

    /// Names that are not of numbers.
    pub(super) fn plainly(names: Vec<String>) -> Named {
        Named { names, is_run: false }
    }

    /// "on the 1st and the 15th", "from the 1st to the 3rd".
    pub(super) fn on(&self) -> String {
        format!("{} {}", if self.is_run { "from" } else { "on" }, listed(&self.names))
    }

    /// "if that is the 13th", "if that is one of Monday and Friday".
    pub(super) fn if_that_is(&self) -> String {
        let one_of = if self.is_run || self.names.len() > 1 { "one of " } else { "" };
        format!("if that is {one_of}{}", listed(&self.names))
    }

    pub(super) fn is_run(&self) -> bool {
        self.is_run
    }
}

/// `hour 9`, `hours 9 to 16`.
pub(super) fn numbered(unit: &str, bits: u64) -> String {
    let named = Named::of(set_bits(bits), |number| number.to_string());
    let plural = if bits.is_power_of_two() { "" } else { "s" };
    format!("{unit}{plural} {}", listed(&named.names))
}

/// The numbers of the bits that are set.
pub(super) fn set_bits(bits: u64) -> impl Iterator<Item = i16> {
    (0..64).filter(move |bit| bits >> bit & 1 == 1)
}

/// `first`, `second`, `sixth` as `6th`; `last`, `second-to-last`.
pub(super) fn ranked(number: i16) -> String {
    let size = number.unsigned_abs();
    let rank = match size {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        5 => "fifth".to_owned(),
        _ => ordinalized(size),
    };
    match number {
        -1 => "last".to_owned(),
        ..-1 => format!("{rank}-to-last"),
        _ => rank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_three_or_more_are_put_together() {
        let named = Named::of([-1, 3, 1, 2, 7, 8, -3, -2, 31].into_iter(), |it| it.to_string());
        assert_eq!(named.on(), "on 1 to 3, 7, 8, 31 and -3 to -1");
        assert_eq!(Named::of(1..=5, |it| it.to_string()).on(), "from 1 to 5");
        assert_eq!(Named::of(1..=5, |it| it.to_string()).if_that_is(), "if that is one of 1 to 5");
        assert_eq!(Named::of(1..=1, |it| it.to_string()).if_that_is(), "if that is 1");
    }

    #[test]
    fn numbers_from_the_end_are_called_by_what_is_left() {
        assert_eq!(
            [1, 5, 6, 101, -1, -2, -6].map(ranked),
            ["first", "fifth", "6th", "101st", "last", "second-to-last", "6th-to-last"]
        );
    }
}
