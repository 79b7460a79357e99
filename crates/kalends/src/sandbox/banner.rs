//! What a sandbox says when it is ready.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use runner::Handle;
use store::ClockMode;

use super::{default_account, platform};

/// Prints the address, the keys, and a line that works when pasted.
pub(super) fn print(address: SocketAddr, data: &Path, runner: &Handle, platform_id: &str) {
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

  Omise  secret key  {omise_secret}
         public key  {omise_public}
  Moov   public key  {moov_public}
         secret key  {moov_secret}
         account     {platform_id}

  data   {}
  clock  {clock}

Try it:

  curl http://{address}/account -u {omise_secret}:
  curl http://{address}/accounts/{platform_id} -u {moov_public}:{moov_secret}

Stop with Ctrl-C.",
        data.display(),
        omise_secret = default_account::SECRET_KEY,
        omise_public = default_account::PUBLIC_KEY,
        moov_public = platform::PUBLIC_KEY,
        moov_secret = platform::SECRET_KEY,
    );
}
