//! An X server without a monitor (Xvfb), for the touchscreen in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub struct Display {
    server: Child,
    /// ":7"
    name: String,
}

impl Display {
    /// Of the size of a counter's touchscreen, under a number that nobody has.
    pub fn start() -> Display {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`make test` installs Xvfb");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "the X server did not start");
        Display { server, name: format!(":{}", number.trim()) }
    }

    /// Whatever that program shows is shown here, drawn in software.
    pub fn put_on(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env("SLINT_BACKEND", "winit-software").env_remove("WAYLAND_DISPLAY");
    }

    /// The windows on it, as the server tells of them.
    pub fn windows(&self) -> String {
        let told = Command::new("xwininfo").args(["-root", "-tree", "-display", &self.name]).output().unwrap();
        String::from_utf8(told.stdout).unwrap()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
