//! Slow hashes, one at a time: argon2 takes 19 MiB and a tenth of a second each, and a Pi must
//! keep answering guests meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Those who wait for their turn. More are somebody who tries passwords, and are sent away.
const WAITING: usize = 8;

pub struct Hashing {
    turn: Semaphore,
    waiting: AtomicUsize,
}

impl Hashing {
    pub fn new() -> Hashing {
        Hashing { turn: Semaphore::new(1), waiting: AtomicUsize::new(0) }
    }

    /// Does the work away from the runtime when its turn has come; `None` when too many wait.
    pub async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        struct Place<'a>(&'a AtomicUsize);
        impl Drop for Place<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _place = Place(&self.waiting);
        if before >= WAITING {
            return None;
        }
        let _turn = self.turn.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn one_works_some_wait_the_rest_are_sent_away() {
        let hashing = Arc::new(Hashing::new());
        let (start, started) = std::sync::mpsc::sync_channel::<()>(1);
        let first = tokio::spawn({
            let hashing = hashing.clone();
            async move { hashing.turn(move || started.recv().is_ok()).await }
        });
        let mut rest = Vec::new();
        while hashing.waiting.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
            if rest.len() < WAITING - 1 {
                let hashing = hashing.clone();
                rest.push(tokio::spawn(async move { hashing.turn(|| true).await }));
            }
        }
        assert_eq!(hashing.turn(|| true).await, None, "one too many");
        start.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Some(true));
        for waiter in rest {
            assert_eq!(waiter.await.unwrap(), Some(true));
        }
        assert_eq!(hashing.turn(|| true).await, Some(true), "there is room again");
    }
}
