//! What every ledger must hold, whatever its database: facts over any [`Store`], no sleeping, a clock
//! that tests set. A ledger's own tests run them all by `facts_of!`.

mod booking;
mod desk;
mod keeping;
mod receiving;
mod telling;
mod watching;

pub use booking::*;
pub use desk::{Desk, answered, booked, cancel, change, claim, order, reason, received, voided};
pub use keeping::*;
pub use receiving::*;
pub use telling::*;
pub use watching::*;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Ledger, Rules};

/// One place where a ledger lies. Opened again, it is the same ledger.
pub trait Store: Send + Sync {
    /// Opens it, beside whoever has it open already.
    fn open(&self, rules: Rules) -> BoxFuture<'_, Arc<dyn Ledger>>;
}

/// A test for each fact, over a fresh store.
macro_rules! facts_of {
    ($store:expr) => {
        facts_of! { $store;
            an_order_is_kept_once_and_its_repeat_changes_nothing,
            another_content_is_announced_once_with_the_paths_that_differ,
            a_revision_replaces_the_content_in_force,
            a_revision_that_waits_takes_force_with_its_content_once_the_doubt_is_settled,
            a_cancellation_may_come_before_its_order,
            changes_of_one_order_in_one_batch_follow_one_another,
            a_question_about_an_unknown_order_leaves_nothing,
            an_intent_is_durable_before_the_claim_returns,
            result_label_and_event_are_kept_together,
            a_late_result_after_a_lost_lease_is_recorded_and_adopted,
            of_two_workers_that_claim_one_order_one_acts,
            a_taken_reference_fails_its_claim_alone,
            what_a_carrier_said_is_kept_even_of_an_order_that_is_not_known,
            an_order_is_found_by_key_reference_number_and_phone,
            only_the_lowest_unsent_event_of_each_order_is_offered,
            an_event_that_was_not_marked_is_offered_again_with_the_same_bytes,
            an_account_is_paused_and_announced_once_and_wakes_its_orders,
            an_event_waits_until_the_print_folder_is_filled,
            a_voided_booking_is_taken_out_of_the_print_folder,
            the_next_truck_is_served_first_and_exceptions_are_left_out,
            orders_of_one_line_are_found_behind_those_of_another,
            orders_are_counted_and_listed_by_state,
            the_figures_tell_what_is_open_late_in_doubt_and_untold,
            a_ledger_that_holds_nothing_has_figures_too,
            nothing_acknowledged_is_lost_when_the_process_ends_without_closing,
            personal_data_is_erased_in_time_but_not_of_an_open_order,
            a_person_erases_one_order_and_its_accounts_stay,
            what_comes_after_an_erasure_is_kept,
            a_persons_pause_stands_above_a_carriers_and_both_are_told,
            a_resumption_meant_for_an_older_pause_changes_nothing,
            a_line_that_rests_is_told_until_it_works_again_or_its_worker_falls_silent,
            bookings_are_counted_from_their_first_request_without_those_proven_not_to_exist,
            labels_that_wait_to_be_printed_are_counted_with_the_oldest,
            the_most_urgent_order_of_a_state_comes_first,
            orders_without_a_label_are_counted_by_the_moment_they_need_one,
            a_booking_that_was_set_aside_is_listed_from_the_day_its_order_changed,
            a_worker_is_known_by_its_last_sign_and_forgotten_after_weeks,
            a_remark_is_kept_beside_orders_and_accounts,
        }
    };
    ($store:expr; $($fact:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $fact() {
                let store = $store;
                crate::ledger::conformance::$fact(&store).await;
            }
        )*
    };
}
pub(super) use facts_of;
