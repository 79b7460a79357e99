//! How long this process has been computing: what others do on the machine does not
//! count.

/// Ticks of a second in `/proc`, on every Linux that people run.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time so far, in user space and in the kernel, of all threads.
/// `None` where the system does not say.
pub(crate) fn seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold anything.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS_PER_SECOND)
}
