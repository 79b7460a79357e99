//! Worlds in which something went wrong once. What a seed grows into changes with what
//! worlds are made of; where a seed has lost its story, a test beside the code tells it.

use simulation::{Options, run};

fn is_well(seed: u64) {
    let report = run(seed, &Options::default());
    assert_eq!(report.violation, None, "seed {seed}");
}

/// A slot that was moved and had failed was queued for its first attempt again when what
/// its schedule pays was changed. See also
/// `a_retry_of_a_moved_slot_stays_as_it_is_when_its_schedule_pays_something_else` in
/// `crates/store/src/conformance/edits.rs`.
#[test]
fn a_retry_outlives_an_edit() {
    is_well(2);
}

/// Two nodes found that an attempt had not been taken. One had it sent again, and its
/// outcome was not known either; then the other wrote what it had concluded before, and it
/// was sent once more. See also
/// `what_was_concluded_of_an_earlier_wait_changes_nothing` in
/// `crates/store/src/conformance/settlement.rs`.
#[test]
fn an_absence_that_was_seen_before_the_last_sending_counts_for_nothing() {
    is_well(2155);
}

/// A batch that was held up past its lease had lost a run to another node, which gave it
/// back; the run was claimed again by the first, and was in two batches under one term:
/// one paid it, the other recorded that the balance was short. See also
/// `a_run_is_in_one_batch_at_a_time` in `crates/runner/src/in_flight.rs`.
#[test]
fn a_run_given_back_by_another_node_is_not_worked_twice() {
    is_well(2_007_488);
}

/// A slot of a suspended schedule was moved and queued; where it could not be sent it left
/// the queue as one that was called off, and came back with the next edit. See also
/// `a_slot_of_a_suspended_schedule_is_not_given_another_time` in
/// `crates/store/src/conformance/edits.rs`.
#[test]
fn nothing_of_a_suspended_schedule_is_queued() {
    is_well(4_002_192);
}

/// A restored copy retried two days after its original had, in front of a gateway that knows
/// a key for one day and shows a payment after three: the look-up found nothing, and the
/// key was thought to be as young as the copy's own retry. See also
/// `the_key_of_a_retry_may_have_been_used_by_an_original_since_its_slot_came` in
/// `crates/runner/src/doubt.rs`.
#[test]
fn a_key_that_an_original_used_is_as_old_as_its_slot() {
    is_well(20_007_946);
}

/// A person had a payment asked for that a restored copy could not find: its original had
/// paid the slot by a later attempt. See also
/// `what_an_original_has_paid_by_a_later_attempt_is_found_and_not_asked_for_again` in
/// `crates/runner/tests/it/catch_up.rs`.
#[test]
fn a_person_looks_at_the_slot_and_not_at_one_attempt() {
    is_well(23_020_054);
}

/// An attempt that had waited was in the queue again when another one's failure suspended its
/// schedule, and left it unrecorded between slots that were: so it is to be.
#[test]
fn what_had_gone_back_into_the_queue_leaves_it_with_its_schedule() {
    is_well(22_037_939);
}
