//! What every store must do, told once.
//!
//! Each check is an async function whose name is the promise that it holds; it gets
//! an empty store. [`crate::store_conformance!`], [`crate::bank_store_conformance!`],
//! [`crate::name_store_conformance!`] and [`crate::webhook_store_conformance!`] make a test of each, given a function that opens an
//! empty store:
//!
//! ```ignore
//! async fn open() -> Arc<dyn Store> { … }
//! store::store_conformance!(crate::open);
//! ```
//!
//! What only one kind of store does (survive a restart, refuse a second process) is
//! tested beside that store.
#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::unused_async,
    reason = "each function is the body of a test, and its name says what it is"
)]

pub mod accounts;
pub mod bank;
pub mod edits;
pub mod events;
pub mod grants;
pub mod histories;
pub mod history;
pub mod keys;
pub mod names;
pub mod pulse;
pub mod requests;
pub mod runs;
pub mod schedules;
pub mod settlement;
pub mod webhooks;
pub mod world;

/// Makes a test of every check of a [`crate::Store`]. The argument is the path of an
/// async function that opens an empty one.
#[macro_export]
macro_rules! store_conformance {
    ($open:path) => {
        $crate::conformance_tests! { $open;
            accounts {
                an_account_gets_a_fresh_key_and_reads_back
                accounts_come_oldest_first
                a_credential_is_found_by_its_hash_alone
                a_credential_can_be_put_beside_and_over_others
                an_account_can_be_replaced
                an_account_is_found_by_its_mode_and_name_or_made
                terms_only_grow
                a_clock_that_was_never_set_follows_the_wall
                a_clock_keeps_where_it_stands_and_where_it_goes
                a_stopped_store_refuses_what_is_asked_after
            }
            keys {
                keys_come_oldest_first_with_all_that_people_know_of_them
                a_key_is_shown_with_what_its_credential_was_last_written_as
                a_key_is_ended_in_one_commit_with_who_did_it
            }
            schedules {
                keys_are_consecutive_and_never_given_twice
                a_schedule_reads_back_whole
                a_request_makes_its_schedule_once
                the_same_request_key_of_another_account_is_another_request
                schedules_are_listed_by_creation_and_counted
                a_list_can_be_of_a_kind_a_party_or_a_status
                a_list_can_be_bounded_in_time
                whether_any_schedule_exists_is_known
                a_deleted_schedule_leaves_the_queue
                a_second_delete_changes_nothing
                deleting_what_does_not_exist_says_so
                a_schedule_deleted_in_flight_finishes_and_nothing_follows
                a_run_that_was_given_back_goes_with_its_schedule
                a_run_given_back_after_its_schedule_was_deleted_is_not_claimed_again
                a_schedule_deleted_in_the_middle_of_its_retries_leaves_the_queue
                a_retry_beside_the_cadence_goes_with_its_schedule
            }
            runs {
                runs_are_claimed_in_due_order_up_to_the_limit
                what_is_not_due_is_not_claimed
                what_is_claimed_is_not_claimed_again
                a_claimed_run_comes_back_whole
                a_lane_claims_only_its_own
                claims_at_the_same_time_never_share_a_run
                a_passed_lease_is_recovered_and_not_claimed
                a_live_lease_is_left_alone
                a_recovered_run_is_recovered_once
                an_amount_is_frozen_under_the_claiming_term_only
                a_frozen_amount_outlives_a_recovery
                a_released_run_waits_and_is_claimed_again
                the_next_due_run_is_the_first_that_can_be_claimed
                the_queue_is_counted_with_what_is_claimed
                slots_are_counted_by_their_rules
            }
            settlement {
                a_success_is_recorded_and_the_next_slot_is_queued
                a_run_is_settled_once
                a_stale_term_changes_nothing
                what_nobody_has_claimed_is_not_settled
                a_stale_settlement_leaves_its_neighbours_alone
                a_run_twice_in_one_batch_is_settled_once
                a_batch_may_settle_some_of_what_was_claimed
                a_batch_may_be_scattered_over_the_queue
                a_batch_may_be_of_several_lanes
                an_occurrence_is_never_recorded_twice
                an_unknown_outcome_waits_beside_its_schedule
                what_is_awaited_comes_a_page_at_a_time
                a_late_outcome_is_recorded_once
                what_was_concluded_of_an_earlier_wait_changes_nothing
                a_late_suspension_calls_off_what_is_queued
                a_late_suspension_marks_what_is_in_flight
                a_late_outcome_does_not_revive_a_deleted_schedule
                a_schedule_that_asks_again_is_deleted_whole
                a_late_decline_of_a_deleted_schedule_is_not_retried
                a_change_of_status_is_written_and_told
                a_slot_has_one_occurrence_for_each_attempt
                occurrences_come_by_slot_and_attempt_in_either_order
                occurrences_can_be_bounded_in_time
                a_position_is_found_among_many_retries
                a_position_counts_what_was_recorded_late
                the_last_slot_may_be_awaited
            }
            edits {
                a_slot_that_was_moved_runs_at_its_new_time_alone
                a_slot_called_off_does_not_run_until_it_is_resumed
                slots_added_by_hand_run_beside_the_rule
                what_was_added_at_the_instant_of_making_is_listed
                another_rule_gives_slots_from_now_on
                a_rule_that_is_given_while_the_last_slot_waits_is_not_ended_by_it
                a_last_retry_beside_the_rule_that_was_given_meanwhile_ends_nothing
                a_retry_skips_nothing_of_a_rule_from_before_it_was_given
                what_an_older_slot_recorded_past_a_skipped_one_is_counted
                a_schedule_of_hand_added_slots_alone_runs_them
                an_edit_that_was_overtaken_changes_nothing
                a_retry_of_a_moved_slot_stays_as_it_is_when_its_schedule_pays_something_else
                a_slot_of_a_suspended_schedule_is_not_given_another_time
                what_ran_before_an_edit_is_counted_after_the_end
                an_edited_schedule_is_deleted_whole
                whatever_is_edited_each_slot_runs_once
                a_paused_schedule_runs_nothing_until_it_is_resumed
                what_a_late_outcome_asks_for_waits_while_its_schedule_is_paused
                what_is_queued_beside_the_cadence_overtakes_a_pause
                a_paused_schedule_that_is_deleted_is_no_longer_paused
                other_hours_move_what_is_to_come_and_repeat_nothing
                dates_on_closed_days_run_on_the_next_that_is_open
                an_edit_by_hand_is_on_record_if_it_is_written
                schedules_are_found_a_stretch_at_a_time
            }
            pulse {
                a_lane_that_was_never_worked_has_no_pulse
                silence_puts_what_is_due_by_then_in_doubt
                a_held_lane_is_resumed_once_and_on_record
                a_decision_is_written_once_with_who_and_why
                what_is_asked_for_by_hand_is_claimed_again_at_once
                what_came_too_late_waits_as_such
            }
            events {
                an_event_is_found_by_its_number
                events_come_in_the_order_in_which_they_were_committed
                events_of_many_accounts_do_not_mix
                events_can_be_bounded_in_time
            }
            requests {
                a_request_key_is_taken_once
                an_answer_is_given_again
                another_request_under_the_same_key_is_a_mismatch
                a_key_that_was_given_back_can_be_taken
                a_request_whose_holder_is_gone_counts_as_abandoned
                whoever_no_longer_holds_a_key_neither_answers_nor_gives_it_back
                an_answer_is_forgotten_after_a_day
                an_answer_is_not_overwritten
                accounts_have_key_spaces_of_their_own
            }
            grants {
                a_grant_reads_back_whole
                a_grant_is_spent_once
                a_revoked_access_goes_alone
                with_a_revoked_refresh_goes_its_family
                grants_that_have_expired_are_forgotten_as_others_come
            }
            histories {
                random_histories_stay_what_the_engine_says
                random_histories_stay_true_while_what_is_old_is_moved
            }
            history {
                all_but_the_newest_of_a_schedule_may_be_moved
                what_may_be_moved_is_found_a_stretch_at_a_time
                what_was_moved_is_gone_and_stays_counted
                what_is_deleted_twice_is_counted_once
                one_move_goes_on_at_a_time
                a_slot_that_is_retried_stays
                a_slot_that_waits_stays
                a_paused_schedule_keeps_what_it_has
                what_an_ended_schedule_recorded_stays_known
                no_edit_brings_back_what_was_moved
                what_an_owner_had_a_hand_in_stays
                whoever_asks_for_what_was_moved_is_told_where_it_is
            }
        }
    };
}

/// Makes a test of every check of a [`crate::BankStore`]. The argument is the path of
/// an async function that opens an empty one.
#[macro_export]
macro_rules! bank_store_conformance {
    ($open:path) => {
        $crate::conformance_tests! { $open;
            bank {
                keys_are_consecutive_by_kind
                a_record_reads_back_whole
                a_record_that_does_not_exist_is_none
                a_new_record_must_not_exist
                a_changed_record_must_be_the_one_that_was_read
                a_set_of_changes_is_written_whole_or_not_at_all
                a_later_set_sees_what_an_earlier_one_wrote
                a_payment_key_is_used_once
                a_payment_key_is_used_once_within_a_batch
                whoever_was_paid_hears_that_first
                balances_add_up
                every_wallet_has_a_balance_and_a_floor_of_its_own
                a_floor_holds_within_a_batch
                a_floor_that_held_nothing_back_moves_nothing
                an_entry_that_does_not_balance_is_refused
                the_journal_reads_back_by_key_and_by_page
                the_journal_lists_what_came_and_went_and_not_what_was_set_aside
                records_are_listed_by_creation_and_counted
                lists_of_interleaved_accounts_keep_their_own_order
                hidden_records_are_left_out
                a_record_can_be_hidden_and_shown_again
                records_can_be_listed_by_what_they_belong_to
                records_can_be_bounded_in_time
                a_long_list_is_paged_to_its_end
                a_name_leads_to_its_record_and_back
                a_name_is_given_once
                named_records_are_listed_in_the_order_of_their_making
                children_of_one_commit_are_listed_in_its_order
                the_agenda_comes_oldest_first
                what_is_done_must_still_stand_in_the_agenda
                a_kept_book_passes_its_audit
            }
        }
    };
}

/// Makes a test of every check of a [`crate::NameStore`]. The argument is the path of
/// an async function that opens an empty one.
#[macro_export]
macro_rules! name_store_conformance {
    ($open:path) => {
        $crate::conformance_tests! { $open;
            names {
                a_foreign_name_leads_to_its_key_and_back
                a_foreign_name_has_one_key_for_good
                a_foreign_name_is_of_one_account_and_one_kind
                a_key_that_stands_for_no_foreign_name_has_none
            }
        }
    };
}

/// Makes a test of every check of a [`crate::WebhookStore`], which is a [`crate::Store`] too.
/// The argument is the path of an async function that opens an empty one.
#[macro_export]
macro_rules! webhook_store_conformance {
    ($open:path) => {
        $crate::conformance_tests! { $open;
            webhooks {
                an_endpoint_reads_back_whole
                an_account_has_so_many_endpoints_and_no_more
                an_endpoint_is_written_over_the_one_that_was_read
                what_is_done_to_an_endpoint_is_on_record
                an_endpoint_hears_of_what_happens_after_it_was_made
                occurrences_are_told_only_where_an_endpoint_hears_of_them
                what_is_told_to_webhooks_alone_stands_in_no_list
                deliveries_of_one_chain_go_in_order
                what_is_recorded_late_puts_nothing_back
                whoever_has_something_to_tell_gets_a_turn_that_nobody_has
                an_event_is_queued_once
                a_disabled_endpoint_begins_anew_when_it_is_enabled
                a_delivery_that_ended_is_made_again_beside_the_others
                deliveries_are_listed_newest_first
                what_ended_long_ago_is_forgotten
                news_come_of_accounts_that_have_endpoints
            }
        }
    };
}

/// Makes tests of the checks of modules.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($open:path; $($module:ident { $($check:ident)* })*) => {$(
        mod $module {$(
            #[tokio::test]
            async fn $check() {
                $crate::conformance::$module::$check($open().await).await;
            }
        )*}
    )*};
}
