//! Who is told that a server is ready may stop it at once.

use std::path::Path;

use crate::sandbox_process::SandboxProcess;

const STARTS: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_said_it_is_ready_ends_well_when_it_is_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..STARTS {
        let log = folder.path().join("log");
        let mut sandbox = SandboxProcess::start(Path::new(":memory:"), &[], &log);
        sandbox.signal("TERM");
        assert_eq!(sandbox.end().await.and_then(|status| status.code()), Some(0));
    }
}
