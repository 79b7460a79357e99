//! What a person does with a restored backup.

use std::sync::Arc;
use std::time::Duration;

use engine::Instant;
use runner::{Told, resume_lane};

use crate::fault::Fault;
use crate::line::Surroundings;
use crate::node::LANE;
use crate::store_line::Ends;

/// The longest that nobody comes to it.
const HELD_SECONDS_MAX: i64 = 10 * 86_400;

/// Resumes what was restored, after a while in which nothing was paid.
pub(crate) fn plan_resumption(surroundings: &Arc<Surroundings>, ends: &Ends) {
    let kernel = &surroundings.kernel;
    let wait = kernel.draw(|random| random.magnitude(1, HELD_SECONDS_MAX));
    let paid_before = surroundings.books().payments.len();
    let (surroundings, ends) = (Arc::clone(surroundings), ends.clone());
    let kernel = Arc::clone(kernel);
    kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
        let paid = surroundings.books().payments.len();
        if paid != paid_before {
            surroundings.kernel.violate(|| "a lane that was held has paid".to_owned());
        }
        resume(&surroundings, &ends);
    });
}

fn resume(surroundings: &Arc<Surroundings>, ends: &Ends) {
    let kernel = &surroundings.kernel;
    let at = kernel.now();
    // A planted bug: nothing is in doubt.
    let through = if surroundings.has(Fault::TrustBackups) { Instant::EPOCH } else { at };
    let resumed = ends.ask(surroundings, "resume_lane", |store| {
        Box::pin(async move {
            let told = Told { at, actor: "a person", reason: "the original is gone" };
            resume_lane(store, LANE, through, told).await
        })
    });
    kernel.note("resumed", || format!("{resumed:?}"));
    surroundings.wake_nodes();
}
