//! The release binary in a process of its own, and how a program talks to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

/// A running kasir. It is killed when it is dropped.
pub struct Till {
    child: Child,
    /// "127.0.0.1:41234"
    pub address: String,
    /// From the start of the process until `/healthz` answered.
    pub healthy: Duration,
    /// When the look at all of the file, behind the start, was through.
    checked: Receiver<Duration>,
}

/// How long that check may take.
const PATIENCE: Duration = Duration::from_secs(600);

impl Till {
    pub fn start(kasir: &Path, data: &Path) -> anyhow::Result<Till> {
        let started = Instant::now();
        let mut child = Command::new(kasir)
            .args(["run", "--headless", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("KASIR_LOG", "warn,kasir::app=info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", kasir.display()))?;
        let stdout = child.stdout.take().context("no output")?;
        let log = child.stderr.take().context("no log")?;
        let (tell, checked) = sync_channel(1);
        std::thread::spawn(move || read_log(log, started, &tell));
        let mut till = Till { child, address: String::new(), healthy: Duration::ZERO, checked };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.split_once("listens on ").and_then(|(_, r)| r.split_once(';'));
        address.with_context(|| format!("kasir did not start: {line}"))?.0.clone_into(&mut till.address);
        till.get("/healthz", None)?;
        till.healthy = started.elapsed();
        Ok(till)
    }

    /// Waits until kasir has looked at all of its file, so that nothing else is measured with it; how
    /// long after the start that was.
    pub fn until_checked(&self) -> anyhow::Result<Duration> {
        self.checked.recv_timeout(PATIENCE).context("the file was not found to be whole")
    }

    /// The body of an answer that is well.
    pub fn get(&self, path: &str, cookie: Option<&str>) -> anyhow::Result<Vec<u8>> {
        let cookie = cookie.map(|c| format!("Cookie: {c}\r\n")).unwrap_or_default();
        let (_, body) = self.ask(&format!("GET {path} HTTP/1.1\r\n{cookie}"), "")?;
        Ok(body)
    }

    /// Logs in at the office; the session's cookie.
    pub fn log_in(&self, (login, password): (&str, &str)) -> anyhow::Result<String> {
        let body = serde_json::json!({ "login": login, "password": password }).to_string();
        let head = format!(
            "POST /api/v1/session HTTP/1.1\r\nOrigin: http://{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        let (head, _) = self.ask(&head, &body)?;
        let cookie = head.lines().find_map(|l| l.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")));
        let cookie = cookie.and_then(|(_, value)| value.split(';').next()).context("no session was opened")?;
        Ok(cookie.to_owned())
    }

    /// Bytes that it had the disk write so far: the kernel's count of pages made dirty, each again after a sync
    /// (proc(5), io).
    pub fn written(&self) -> anyhow::Result<u64> {
        written(&self.child.id().to_string())
    }

    /// Waits until it has written back what it does write back when nobody orders; what is left in a small log is not
    /// worth that to it, and is read at the next start.
    pub fn rest(&self) -> anyhow::Result<()> {
        let mut before = self.written()?;
        loop {
            std::thread::sleep(Duration::from_secs(3));
            let now = self.written()?;
            if now == before {
                return Ok(());
            }
            before = now;
        }
    }

    /// One figure of `/metrics`, such as "resident_bytes".
    pub fn figure(&self, name: &str) -> anyhow::Result<u64> {
        let text = String::from_utf8(self.get("/metrics", None)?)?;
        let line = text.lines().find_map(|l| l.strip_prefix("kasir_")?.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.with_context(|| format!("no {name} among the figures"))?.parse()?)
    }

    fn ask(&self, head: &str, body: &str) -> anyhow::Result<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        write!(stream, "{head}Host: {}\r\nConnection: close\r\n\r\n{body}", self.address)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").context("an answer without a head")?;
        let body = answer.split_off(end + 4);
        let told = String::from_utf8_lossy(&answer).into_owned();
        let well = told.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
        ensure!(well, "{} answered {}", head.lines().next().unwrap_or_default(), told.lines().next().unwrap_or_default());
        Ok((told, body))
    }

    /// Asks it to end, and waits until its file is closed.
    pub fn stop(mut self) -> anyhow::Result<()> {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM)?;
        match self.child.wait()?.success() {
            true => Ok(()),
            false => bail!("kasir did not end well"),
        }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same of any process.
pub fn written(process: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/io"))?;
    let line = text.lines().find_map(|l| l.strip_prefix("write_bytes: ")).context("the kernel does not count")?;
    Ok(line.trim().parse()?)
}

/// Hands on what a person should see.
fn read_log(log: ChildStderr, started: Instant, tell: &SyncSender<Duration>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        if line.contains(kasir::app::WHOLE) {
            let _ = tell.try_send(started.elapsed());
        } else if !line.contains(" INFO ") {
            eprintln!("{line}");
        }
    }
}

/// Where and when a page was written: the first words of each.
pub fn machine() -> anyhow::Result<String> {
    let now = jiff::Zoned::now().date();
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu =
        info.lines().find_map(|l| l.strip_prefix("model name")).map_or("unknown", |l| l.trim_start_matches([' ', '\t', ':']));
    Ok(format!("on {now}, on {} cores ({cpu})", std::thread::available_parallelism()?))
}
