//! `kalends resume`: show what a held lane would run, and let it go.

use clap::Args;
use engine::{InstallationId, Instant, InstructionKind, LaneId, Mode, Run};
use runner::{MachineTime, Told, WallTime as _};
use store::{ClockMode, Store, StoreError};

use crate::data::{DataArgument, clock_of};

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
    let store = arguments.data.open_existing().await?;
    let wall_now = MachineTime::new().now();
    let held = held(store.as_ref(), wall_now).await?;
    if held.is_empty() {
        println!("Nothing is held: what is due runs when the server is started.");
        return Ok(());
    }
    for lane in &held {
        show(store.as_ref(), lane).await?;
    }
    match arguments.reason.filter(|_| arguments.yes) {
        Some(reason) => {
            let told = Told { at: wall_now, actor: "command line", reason: &reason };
            for lane in &held {
                let accounts = lane.accounts.join(", ");
                match runner::resume_lane(store.as_ref(), lane.id, lane.now, told).await {
                    Ok(_) => println!("\nResumed {accounts}: it runs when the server is started."),
                    // Nothing of it runs here again.
                    Err(StoreError::Elsewhere { message }) => println!("\n{accounts}: {message}."),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        None => println!(
            "\nNothing has been resumed. To let it run:\n\n  kalends resume --data {} --yes --reason '…'",
            arguments.data.existing()?
        ),
    }
    Ok(())
}

/// A lane of which nothing runs.
struct Held {
    id: LaneId,
    /// The accounts whose lane it is, as people call them.
    accounts: Vec<String>,
    since: Instant,
    /// What its clock says, or will once an advance under way has ended.
    now: Instant,
}

/// The lanes of all accounts that are held.
async fn held(store: &dyn Store, wall_now: Instant) -> anyhow::Result<Vec<Held>> {
    let mut held: Vec<Held> = Vec::new();
    for account in store.accounts().await? {
        let name = account.attributes.get("name").and_then(|name| name.as_str());
        let mode = match account.mode {
            Mode::Test => "test",
            Mode::Live => "live",
        };
        let name = name.map_or_else(|| format!("account {}", account.id), str::to_owned);
        let name = format!("{name} ({mode})");
        if let Some(known) = held.iter_mut().find(|lane| lane.id == account.lane) {
            known.accounts.push(name);
        } else if let Some(since) = store.pulse(account.lane).await?.held_since {
            let now = now(store, account.lane, wall_now).await?;
            held.push(Held { id: account.lane, accounts: vec![name], since, now });
        }
    }
    Ok(held)
}

async fn now(store: &dyn Store, lane: LaneId, wall_now: Instant) -> anyhow::Result<Instant> {
    let clock = store.clock(clock_of(lane)).await?;
    Ok(match (clock.target, clock.mode) {
        // It goes on to there.
        (Some(target), _) => target,
        (None, ClockMode::Standing(position)) => position,
        (None, ClockMode::Wall) => wall_now,
    })
}

async fn show(store: &dyn Store, lane: &Held) -> anyhow::Result<()> {
    let Held { id, accounts, since, now } = lane;
    let due = store.queued(*id, *now, RUNS_SHOWN_MAX).await?;
    let slots = store.count_slots(*id, *now, SLOTS_COUNTED_MAX).await?;
    println!("{}: held since {since}. By {now}, slots that are due: {slots}.", accounts.join(", "));
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
