//! Many evenings in which everything goes wrong: kasir is killed, its power is cut, its disk fails, its
//! network loses answers and says things twice, its printers hang, its clock jumps. By seed: the same number
//! is the same plan. `make faults SEEDS=500` plays many, `make faults SEED=7` one; a few are in every run of
//! the tests. What was acknowledged must be there, once, and what is there must add up.

mod ledger;
mod paper;
mod plan;
mod report;
mod scene;
mod service;
mod tray;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use self::plan::{Mutant, Plan};
use self::report::Tally;
use self::scene::Scene;
use self::tray::Fraud;
use self::wire::Forgery;
use crate::support::disk::Lie;

/// Evenings in an everyday run, and in how many threads: most of an evening is waiting.
const SEEDS: u64 = 8;
const THREADS: u64 = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| v.parse().unwrap_or_else(|_| panic!("{name} is {v:?}")))
}

/// Plays the evening, and tells what was wrong with it.
fn play(plan: &Plan) -> Result<Tally, String> {
    let evening = || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut scene = Scene::set(plan.clone()).await;
            scene.play().await
        })
    };
    catch_unwind(AssertUnwindSafe(evening)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_else(|| "a panic".to_owned())
    })
}

#[test]
fn whatever_fails_what_was_acknowledged_is_there_once() {
    let (first, count) = match number("KASIR_FAULT_SEED") {
        Some(seed) => (seed, 1),
        None => (number("KASIR_FAULT_FROM").unwrap_or(1), number("KASIR_FAULT_SEEDS").unwrap_or(SEEDS)),
    };
    let threads = number("KASIR_FAULT_THREADS").unwrap_or(THREADS);
    let next = AtomicU64::new(first);
    let (all, failed) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count {
                        return;
                    }
                    let plan = Plan::of(seed);
                    match play(&plan) {
                        Ok(tally) => {
                            eprintln!("seed {seed}: {tally}");
                            all.lock().unwrap().add(&tally);
                        }
                        Err(why) => {
                            eprintln!("seed {seed} FAILED: {why}\n{plan:#?}\nmake faults SEED={seed} plays this plan again");
                            failed.lock().unwrap().push((seed, why));
                        }
                    }
                }
            });
        }
    });
    let (all, failed) = (all.into_inner().unwrap(), failed.into_inner().unwrap());
    if let Some(path) = std::env::var_os("KASIR_WRITE_FAULTS") {
        report::write(std::path::Path::new(&path), first, &all, &failed);
    }
    assert!(failed.is_empty(), "{} of {count} evenings failed: {failed:#?}", failed.len());
}

/// The driver is worth something only if it sees what is wrong: each of these is.
#[test]
fn what_is_wrong_on_purpose_is_seen() {
    for (mutant, says) in [
        // A file that was never synced may be no file at all.
        (Mutant::Disk(Lie::NoSync), &["was acknowledged", "does not start"][..]),
        // Or kasir itself sees that the disk has not kept what it promised.
        (Mutant::Disk(Lie::LateSync), &["was acknowledged", "its log has lost what was written"]),
        (Mutant::Wire(Forgery::EarlyAck), &["was acknowledged and is not there", "became another order"]),
        (Mutant::Wire(Forgery::Twin), &["was sent by nobody"]),
        (Mutant::Paper(Fraud::Twice), &["without SALINAN"]),
        (Mutant::Paper(Fraud::Lost), &["is done and came out 0 times"]),
    ] {
        let plan = Plan::with(mutant, 1);
        match play(&plan) {
            Ok(tally) => panic!("{mutant:?} was not seen: {tally}"),
            Err(why) => {
                assert!(says.iter().any(|s| why.contains(s)), "{mutant:?} was seen as something else: {why}");
                eprintln!("{mutant:?}: {}", why.lines().next().unwrap_or_default());
            }
        }
    }
}
