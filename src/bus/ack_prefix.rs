//! Which delivery tags of one channel may be acknowledged: rule 1 of the life of an order.
//!
//! Acknowledging `multiple` covers every tag below, so it may reach only to the last tag before the
//! first one that is not durable. Pure; it talks to no broker.

use std::collections::BTreeMap;

use crate::sabotage::{Bug, planted};

/// The open deliveries of one channel. Tags of another channel mean other messages: one tracker per
/// channel, thrown away with it.
#[derive(Debug, Default)]
pub struct AckPrefix {
    open: BTreeMap<u64, bool>,
}

/// What is left when a channel ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Remainder {
    /// Durable ones above a gap: to be acknowledged one by one.
    pub durable: Vec<u64>,
    /// The others: to be given back.
    pub unsettled: Vec<u64>,
}

impl AckPrefix {
    /// A delivery arrived.
    pub fn arrived(&mut self, tag: u64) {
        self.open.insert(tag, false);
    }

    /// It is durable: committed in the ledger, or confirmed on the dead queue.
    pub fn durable(&mut self, tag: u64) {
        if let Some(durable) = self.open.get_mut(&tag) {
            *durable = true;
        }
    }

    /// The tag to acknowledge `multiple` now, if there is a new one.
    pub fn advance(&mut self) -> Option<u64> {
        if planted(Bug::AcknowledgePastAGap) {
            return self.past_a_gap();
        }
        let mut last = None;
        while let Some(first) = self.open.first_entry().filter(|entry| *entry.get()) {
            last = Some(*first.key());
            first.remove();
        }
        last
    }

    fn past_a_gap(&mut self) -> Option<u64> {
        let durable = self.open.iter().rfind(|(_, durable)| **durable);
        let last = durable.map(|(tag, _)| *tag)?;
        self.open.retain(|tag, _| *tag > last);
        Some(last)
    }

    /// Ends the tracking; call [`Self::advance`] first.
    pub fn finish(self) -> Remainder {
        let mut remainder = Remainder::default();
        for (tag, durable) in self.open {
            if durable {
                remainder.durable.push(tag);
            } else {
                remainder.unsettled.push(tag);
            }
        }
        remainder
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::test_runner::TestCaseError;

    use super::*;
    use crate::sabotage::with;

    /// Up to 60 tags, the order in which they become durable, and how often to look.
    fn histories() -> impl Strategy<Value = (u64, Vec<u64>, Vec<bool>)> {
        (1_u64..60).prop_flat_map(|count| {
            let tags: Vec<u64> = (1..=count).collect();
            let looks = prop::collection::vec(any::<bool>(), tags.len());
            (Just(count), Just(tags).prop_shuffle(), looks)
        })
    }

    fn holds(count: u64, order: Vec<u64>, looks: Vec<bool>) -> Result<(), TestCaseError> {
        let mut prefix = AckPrefix::default();
        (1..=count).for_each(|tag| prefix.arrived(tag));
        let mut durable = BTreeSet::new();
        let mut acknowledged = 0;
        for (tag, look) in order.into_iter().zip(looks) {
            prefix.durable(tag);
            durable.insert(tag);
            if let Some(upto) = look.then(|| prefix.advance()).flatten() {
                prop_assert!(upto > acknowledged);
                prop_assert!((1..=upto).all(|below| durable.contains(&below)));
                acknowledged = upto;
            }
        }
        let last = prefix.advance().unwrap_or(acknowledged);
        prop_assert_eq!(last, count);
        prop_assert_eq!(prefix.finish(), Remainder::default());
        Ok(())
    }

    #[test]
    fn an_acknowledgement_past_a_gap_is_noticed() {
        let looked_early = || holds(2, vec![2, 1], vec![true, true]);
        assert!(looked_early().is_ok());
        assert!(with(Bug::AcknowledgePastAGap, looked_early).is_err());
    }

    proptest! {
        #[test]
        fn never_past_a_gap_and_everything_durable_in_the_end((count, order, looks) in histories()) {
            holds(count, order, looks)?;
        }

        #[test]
        fn every_tag_is_acknowledged_left_durable_or_given_back(
            fates in prop::collection::vec(any::<bool>(), 1..60)
        ) {
            let mut prefix = AckPrefix::default();
            for (tag, durable) in (1..).zip(&fates) {
                prefix.arrived(tag);
                if *durable { prefix.durable(tag); }
            }
            let upto = prefix.advance().unwrap_or(0);
            let rest = prefix.finish();
            for (tag, durable) in (1..).zip(&fates) {
                let settled = tag <= upto || rest.durable.contains(&tag);
                prop_assert_eq!(settled, *durable);
                prop_assert_eq!(rest.unsettled.contains(&tag), !durable);
            }
        }
    }

    #[test]
    fn an_empty_tracker_acknowledges_nothing() {
        let mut prefix = AckPrefix::default();
        prefix.durable(7);
        assert_eq!(prefix.advance(), None);
        assert_eq!(prefix.finish(), Remainder::default());
    }
}
