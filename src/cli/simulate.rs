//! `kasir printer simulate`: a printer for those who have none. Its moods are typed while it runs,
//! one a line.

use std::io::BufRead;

use anyhow::Context;

use crate::cli::{SimulateArgs, say};
use crate::simulator::{MOODS, Mood, Simulator};

pub fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let SimulateArgs { listen, folder, width } = args;
    let shown = folder.display().to_string();
    let printer = Simulator::start(listen, Some(folder), width.paper()).with_context(|| {
        format!("cannot be a printer at {listen}, with its papers in {shown}; --listen and --folder choose others")
    })?;
    say(format!("A printer listens at {}; its papers come to {shown}.", printer.address));
    say(format!("Type how it does, one a line: {MOODS}; quit ends it."));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.trim() {
            "" => {}
            "quit" => return Ok(()),
            typed => match typed.parse::<Mood>() {
                Ok(mood) => {
                    printer.behave(mood);
                    say(format!("It is {typed} now."));
                }
                Err(error) => say(error),
            },
        }
    }
    // Nobody types: it stays until it is ended.
    loop {
        std::thread::park();
    }
}
