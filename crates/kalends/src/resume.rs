//! `kalends resume`: show what a held lane would run, and let it go.

use clap::Args;
use engine::{InstallationId, Instant, InstructionKind, Run};
use runner::{MachineTime, Told, WallTime as _};
use store::{ClockMode, Store};

use crate::data::DataArgument;
use crate::sandbox::{CLOCK, LANE};

/// Runs that are shown one by one, at most.
const RUNS_SHOWN_MAX: u32 = 100;
/// Slots that are counted, at most.
const SLOTS_COUNTED_MAX: u64 = 10_000_000;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
    /// Let it run
    #[arg(long, requires = "reason")]
    yes: bool,
    /// Why this is safe, for the record
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: Option<String>,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let store = arguments.data.open_existing()?;
    let wall_now = MachineTime::new().now();
    let clock = store.clock(CLOCK).await?;
    let now = match (clock.target, clock.mode) {
        // It goes on to there.
        (Some(target), _) => target,
        (None, ClockMode::Standing(position)) => position,
        (None, ClockMode::Wall) => wall_now,
    };
    let Some(held_since) = store.pulse(LANE).await?.held_since else {
        println!("Nothing is held: what is due runs when the server is started.");
        return Ok(());
    };
    show(store.as_ref(), held_since, now).await?;
    match arguments.reason.filter(|_| arguments.yes) {
        Some(reason) => {
            let told = Told { at: wall_now, actor: "command line", reason: &reason };
            runner::resume_lane(store.as_ref(), LANE, now, told).await?;
            println!("\nResumed: it runs when the server is started.");
        }
        None => println!(
            "\nNothing has been resumed. To let it run:\n\n  kalends resume --data {} --yes --reason '…'",
            arguments.data.file().display()
        ),
    }
    Ok(())
}

async fn show(store: &dyn Store, held_since: Instant, now: Instant) -> anyhow::Result<()> {
    let due = store.queued(LANE, now, RUNS_SHOWN_MAX).await?;
    let slots = store.count_slots(LANE, now, SLOTS_COUNTED_MAX).await?;
    println!("Held since {held_since}. By {now}, slots that are due: {slots}.");
    if !due.is_empty() {
        println!("Each is looked up at its gateway before it is sent.\n");
        println!("  {:<30}  {:<8}  {:>20}  schedule", "due", "pays by", "minor units");
    }
    for run in &due {
        println!("{}", line(run, store.installation()));
    }
    Ok(())
}

fn line(run: &Run, installation: InstallationId) -> String {
    let kind = match run.plan.instruction.kind() {
        InstructionKind::Charge => "charge",
        InstructionKind::Transfer | InstructionKind::Remittance => "transfer",
    };
    let amount = match run.request(installation, run.key.due) {
        Some(request) => {
            let money = request.body.money();
            format!("{} {}", money.amount_minor, money.currency.code())
        }
        None => "a share".to_owned(),
    };
    let due = run.key.due.to_string();
    format!("  {due:<30}  {kind:<8}  {amount:>20}  {:>8}", run.key.schedule)
}
