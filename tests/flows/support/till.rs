//! The real program in its own process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use kasir::control::{self, Request, Response};
use kasir::domain::menu::Station;
use kasir::domain::site::{PrinterSettings, PrinterTarget};
use kasir::store::data_dir;

use super::Place;
use super::machine::MachineClock;

pub struct Till {
    child: Child,
    /// "127.0.0.1:41234"
    pub address: String,
    data: std::path::PathBuf,
}

/// The program under test: the one that was built with the tests. `make package` names the packaged one
/// instead (`KASIR_TEST_PROGRAM`), with what runs another machine's programs before it (`KASIR_TEST_RUNNER`).
pub fn program() -> Command {
    let program = std::env::var_os("KASIR_TEST_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_kasir").into());
    match std::env::var_os("KASIR_TEST_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// `kasir run` on a machine on which it is evening.
pub fn command(data: &Path, listen: &str) -> Command {
    let mut command = program();
    command.args(["run", "--headless", "--listen", listen, "--data"]).arg(data);
    command.env("KASIR_LOG", "warn").stdout(Stdio::piped()).stdin(Stdio::null());
    MachineClock::of(data).put_on(&mut command);
    command
}

impl Till {
    pub fn start(place: &Place) -> Till {
        Till::start_at(place, &super::own_address())
    }

    /// On a given port: after a restart the clients must find it again.
    pub fn start_at(place: &Place, listen: &str) -> Till {
        Till::spawn(command(place.path(), listen), place.path())
    }

    pub fn spawn(command: Command, data: &Path) -> Till {
        Till::spawn_and_read(command, data, "listens on").0
    }

    /// Also returns what it said up to the line with `until`.
    pub fn spawn_and_read(command: Command, data: &Path, until: &str) -> (Till, String) {
        Till::try_spawn(command, data, until).unwrap_or_else(|(status, said)| panic!("kasir did not start ({status}): {said:?}"))
    }

    /// Or how it ended before it said that.
    pub fn try_spawn(mut command: Command, data: &Path, until: &str) -> Result<(Till, String), (ExitStatus, String)> {
        let mut child = command.spawn().unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !said.contains(until) && out.read_line(&mut said).unwrap() > 0 {}
        let address = said.split_once("listens on ").and_then(|(_, r)| r.split_once(';')).map(|(a, _)| a.to_owned());
        match address {
            Some(address) => Ok((Till { child, address, data: data.to_owned() }, said)),
            None => Err((child.wait().unwrap(), said)),
        }
    }

    pub fn socket_url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn ask(&self, request: Request) -> Response {
        match control::ask(&data_dir::socket(&self.data), &request).unwrap().expect("kasir runs") {
            Response::Refused { message } => panic!("{message}"),
            response => response,
        }
    }

    pub fn invite(&self) -> String {
        match self.ask(Request::Invite) {
            Response::Invited { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    /// kill -9: no goodbye, no flush.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and it must end well.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A printer's settings: what a test sets through the control socket.
pub fn printer(name: &str, port: u16, stations: &[&str], counter: bool) -> Request {
    let stations = stations.iter().map(|s| Station::try_from((*s).to_owned()).unwrap()).collect();
    let target = PrinterTarget::Tcp { host: "127.0.0.1".to_owned(), port };
    let settings = PrinterSettings { stations, receipts: counter, drawer: counter, ..PrinterSettings::new(name, target) };
    Request::SetPrinter { settings }
}
