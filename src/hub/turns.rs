//! Slow work, one at a time: argon2 takes 19 MiB and a tenth of a second each, and a Pi must
//! keep answering guests meanwhile.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A lane: one works, some wait, the rest are sent away.
pub struct Turns {
    turn: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Turns {
    /// `waiting`: how many there may be, the one who works included.
    pub fn new(waiting: usize) -> Turns {
        Turns { turn: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(waiting)) }
    }

    /// Does the work away from the runtime when its turn has come; `None` when too many wait.
    /// Turn and place go with the work: a client that hangs up frees neither before it is done.
    pub async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let turn = self.turn.clone().acquire_owned().await.ok()?;
        let working = move || {
            let done = work();
            drop((turn, place));
            done
        };
        tokio::task::spawn_blocking(working).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_works_some_wait_the_rest_are_sent_away() {
        let turns = Arc::new(Turns::new(3));
        let (start, started) = std::sync::mpsc::sync_channel::<()>(1);
        let working = turns.clone();
        let first = tokio::spawn(async move { working.turn(move || started.recv().is_ok()).await });
        let mut rest = Vec::new();
        while turns.places.available_permits() > 0 {
            tokio::task::yield_now().await;
            if rest.len() < 2 {
                let turns = turns.clone();
                rest.push(tokio::spawn(async move { turns.turn(|| true).await }));
            }
        }
        assert_eq!(turns.turn(|| true).await, None, "one too many");
        // Whoever hangs up while the work goes on takes neither its turn nor its place away.
        first.abort();
        let _ = first.await;
        assert_eq!((turns.turn.available_permits(), turns.places.available_permits()), (0, 0));
        start.send(()).unwrap();
        for waiter in rest {
            assert_eq!(waiter.await.unwrap(), Some(true));
        }
        assert_eq!(turns.turn(|| true).await, Some(true), "there is room again");
    }
}
