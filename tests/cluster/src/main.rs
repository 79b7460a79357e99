//! A PostgreSQL for tests that are not written in Rust: for each line that it reads it prints
//! the URL of a new, empty database. It ends with its input.
#![allow(clippy::print_stdout, reason = "whoever started it reads the URLs")]

use std::io::BufRead as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lock().lines() {
        line?;
        println!("{}", cluster::url_with_password(&cluster::empty_database().await));
    }
    Ok(())
}
