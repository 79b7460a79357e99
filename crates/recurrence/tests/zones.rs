//! Instants around the transitions of zones, against what a zone says of each
//! civil time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "of the fuzzers' checks, one is used here")]
#[path = "../fuzz/src/checks.rs"]
mod checks;

use jiff::ToSpan;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;

const ZONES: [&str; 8] = [
    "America/New_York",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Asia/Bangkok",
];

const RULES: [&str; 8] = [
    "FREQ=DAILY",
    "FREQ=HOURLY",
    "FREQ=MINUTELY;INTERVAL=17",
    "FREQ=DAILY;BYHOUR=0,1,2,3",
    "FREQ=WEEKLY;BYDAY=SU,MO",
    "FREQ=MONTHLY;BYDAY=1SU,-1SU",
    "FREQ=YEARLY",
    "FREQ=SECONDLY;INTERVAL=1799",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn rules_that_start_or_end_around_a_transition_give_the_instants_of_their_civil_times(
        zone in select(&ZONES), rule in select(&RULES), year in 2009..2030_i16, transition in 0..2_usize,
        start in -200_000..20_000_i64, asked in -200_000..200_000_i64, count in 1..12_u32,
        gap in select(&["shift", "end", "omit"]), fold in select(&["first", "second", "both"]),
        is_counted in any::<bool>(), excepted in any::<bool>(),
    ) {
        let new_year = jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let time_zone = TimeZone::get(zone).unwrap();
        let around = time_zone.following(new_year).nth(transition).map_or(new_year, |it| it.timestamp());
        let civil = |seconds: i64| {
            let instant = around.checked_add(seconds.seconds()).unwrap();
            time_zone.to_datetime(instant)
        };
        let (start, asked) = (civil(start), civil(asked));
        let limit = if is_counted { format!(";COUNT={count}") } else { String::new() };
        let excepted = if excepted { format!("\n-{start}") } else { String::new() };
        let text = format!("{start}\n{asked}\n{rule}{limit}{excepted}\n@{zone} {gap} {fold}");
        prop_assert!(checks::expand(&text).is_some(), "{}", text);
    }
}
