//! Bugs that can be planted, to show that a world finds them. They live on the lines
//! between node, store and gateway: the product itself has no place for them.
//!
//! ```text
//! cargo run --release -p simulation -- --planted skip-fence --from 1000
//! ```

/// A planted bug.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Fault {
    /// A payment is called successful while its request is still on its way.
    AcknowledgeBeforePaying,
    /// The gateway takes a second payment under a used key.
    IgnoreUsedKeys,
    /// An idempotency key is drawn, not derived.
    DrawKeys,
    /// A settlement is written whatever its term.
    SkipFence,
    /// A timeout counts as a decline.
    TimeoutIsDecline,
    /// A timeout counts as not sent.
    TimeoutIsNotSent,
    /// What was left behind is sent again without having been looked up.
    RecoverWithoutLookup,
    /// What others still work on is recovered.
    RecoverWithinLease,
    /// A batch is sent though its lease ran out long ago, by a clock that is far too slow.
    SendPastLease,
    /// Nothing that was left behind is recovered.
    NeverRecover,
    /// Awaiting payments are never looked up.
    NeverResolve,
    /// A slot is retried while its outcome is unknown.
    RetryWhileUnknown,
    /// The next slot is counted from a date that was clamped.
    DriftFromTheRule,
    /// The next slot is lost now and then.
    ForgetNextSlot,
    /// A slot runs a day early.
    RunEarly,
    /// The quoted amount is not what is paid.
    PayAnotherAmount,
    /// Runs of a deleted schedule stay in the queue.
    KeepRunsOfDeleted,
    /// What was accepted counts as paid.
    AcceptedIsSuccess,
    /// A settlement's occurrence is lost.
    LoseOccurrence,
    /// A batch that is sent piece by piece is sent to its end, whatever its permit says.
    IgnorePermit,
    /// What its gateway does not find is asked for again after the gateway may have
    /// forgotten its key.
    AskPastKeyWindow,
    /// The unique index on requests is dropped: what is asked for again is made again.
    DropUniqueIndex,
    /// A slot that its owner moved gets another name.
    RenameMovedSlots,
    /// An edit is written although a run has been claimed since it was decided.
    EditWhatIsInFlight,
    /// What a restored backup pays first is not looked up.
    TrustBackups,
}

impl Fault {
    /// Every one.
    pub const ALL: [Fault; 25] = [
        Fault::AcknowledgeBeforePaying,
        Fault::IgnoreUsedKeys,
        Fault::DrawKeys,
        Fault::SkipFence,
        Fault::TimeoutIsDecline,
        Fault::TimeoutIsNotSent,
        Fault::RecoverWithoutLookup,
        Fault::RecoverWithinLease,
        Fault::SendPastLease,
        Fault::NeverRecover,
        Fault::NeverResolve,
        Fault::RetryWhileUnknown,
        Fault::DriftFromTheRule,
        Fault::ForgetNextSlot,
        Fault::RunEarly,
        Fault::PayAnotherAmount,
        Fault::KeepRunsOfDeleted,
        Fault::AcceptedIsSuccess,
        Fault::LoseOccurrence,
        Fault::IgnorePermit,
        Fault::AskPastKeyWindow,
        Fault::DropUniqueIndex,
        Fault::RenameMovedSlots,
        Fault::EditWhatIsInFlight,
        Fault::TrustBackups,
    ];
}
