//! Starts a PostgreSQL, prints the URL of an empty database in it, and ends with its input:
//! for tests that are not written in Rust.
#![allow(clippy::print_stdout, reason = "whoever started it reads the URL")]

use std::io::Read as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    println!("{}", cluster::url_with_password(&cluster::empty_database().await));
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
