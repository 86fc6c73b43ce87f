//! A real Chromium with real pages, driven by `tests/web/driver.mjs`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

struct Driver {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Clone)]
pub struct Browser(Arc<Mutex<Driver>>);

/// A page of its own: own storage, own cookies, as on a device of its own.
pub struct Page {
    browser: Browser,
    name: String,
}

impl Browser {
    pub fn start() -> Browser {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
        assert!(folder.join("node_modules/playwright-core").exists(), "run `make test`: it installs what the browser tests need");
        let mut child = Command::new("node")
            .arg("driver.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Browser(Arc::new(Mutex::new(Driver { child, input, output })))
    }

    pub fn page(&self, name: &str, width: u32, height: u32) -> Page {
        self.call(json!({"do": "open", "page": name, "width": width, "height": height}));
        Page { browser: self.clone(), name: name.to_owned() }
    }

    fn call(&self, command: Value) -> Value {
        let mut driver = self.0.lock().unwrap();
        writeln!(driver.input, "{command}").unwrap();
        let mut line = String::new();
        driver.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("the browser's driver died at {command}: {e}"));
        match answer.get("error") {
            Some(error) => panic!("{command}: {}", error.as_str().unwrap_or_default()),
            None => answer["ok"].clone(),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Page {
    fn act(&self, what: &str, mut args: Value) -> Value {
        args["do"] = what.into();
        args["page"] = self.name.clone().into();
        // The calls block; the clients of the same test go on meanwhile.
        tokio::task::block_in_place(|| self.browser.call(args))
    }

    pub fn goto(&self, url: &str) {
        self.act("goto", json!({ "url": url }));
    }

    pub fn fill(&self, id: &str, text: &str) {
        self.act("fill", json!({ "id": id, "text": text }));
    }

    pub fn click(&self, id: &str) {
        self.act("click", json!({ "id": id }));
    }

    /// Chooses by what is written there.
    pub fn select(&self, id: &str, label: &str) {
        self.act("select", json!({ "id": id, "label": label }));
    }

    pub fn upload(&self, id: &str, path: &Path) {
        self.act("upload", json!({ "id": id, "path": path }));
    }

    pub fn text(&self, id: &str) -> String {
        self.act("text", json!({ "id": id })).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until it is there.
    pub fn see(&self, id: &str) {
        self.act("see", json!({ "id": id }));
    }

    pub fn see_text(&self, id: &str, text: &str) {
        self.act("see", json!({ "id": id, "text": text }));
    }

    /// Waits until it is there and in that state.
    pub fn in_state(&self, id: &str, state: &str) {
        self.act("in_state", json!({ "id": id, "state": state }));
    }

    pub fn gone(&self, id: &str) {
        self.act("gone", json!({ "id": id }));
    }

    pub fn offline(&self, on: bool) {
        self.act("offline", json!({ "on": on }));
    }

    /// Locks the phone, or wakes it.
    pub fn lock(&self, on: bool) {
        self.act("lock", json!({ "on": on }));
    }

    pub fn reload(&self) {
        self.act("reload", json!({}));
    }

    pub fn shot(&self, path: &Path) {
        self.act("shot", json!({ "path": path }));
    }

    /// What the page complained of since the last look.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.act("errors", json!({}));
        errors.as_array().unwrap().iter().map(|e| e.as_str().unwrap().to_owned()).collect()
    }
}
