//! What a sandbox says when it is ready.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use runner::Handle;
use store::ClockMode;

use super::default_account::{PUBLIC_KEY, SECRET_KEY};

/// Prints the address, the keys, and a line that works when pasted.
pub(super) fn print(address: SocketAddr, data: &Path, runner: &Handle) {
    let reading = runner.clock();
    let clock = match reading.mode {
        ClockMode::Wall => {
            "the wall clock; make it stand with `kalends clock set 2026-01-31T00:00:00Z`".to_owned()
        }
        ClockMode::Standing(position) => {
            format!("standing at {position}; move it with `kalends clock advance …`")
        }
    };
    // Whoever started it may have closed its output: that is no reason to stop.
    let _ = writeln!(
        std::io::stdout(),
        "Kalends sandbox, ready on http://{address}

  secret key  {SECRET_KEY}
  public key  {PUBLIC_KEY}
  data        {}
  clock       {clock}

Try it:

  curl http://{address}/account -u {SECRET_KEY}:

Stop with Ctrl-C.",
        data.display(),
    );
}
