//! The demo's paper: pictures that the roll printers leave in a folder, newest first. Looked
//! at only while its page is shown.

use std::path::Path;
use std::time::SystemTime;

use slint::{ComponentHandle, Image, ModelRc, VecModel};

use crate::ui::bridge::Bridge;
use crate::ui::desk::{Desk, Pixels};
use crate::ui::generated::{CashierWindow, Frame, Page, Paper, PaperSheet};
use crate::ui::{pictures, rows};

/// Sheets on the page; older paper is in the folder.
const SHEETS_MAX: usize = 20;
/// Two thirds of the 576 dots of 80 mm paper: small enough for two beside each other, large
/// enough to read.
const WIDTH_MAX: u32 = 384;

/// Reads the folder anew when the page is shown; called every second.
pub fn look(bridge: &Bridge) {
    let Some(folder) = bridge.options().paper_roll.clone() else { return };
    let mut shown = false;
    bridge.with_window(|window| shown = window.global::<Frame>().get_page() == Page::Paper);
    if !shown {
        return;
    }
    let hub = bridge.clone();
    bridge.aside(move || {
        let names = newest(&folder);
        let known: Vec<(String, Pixels)> = hub.desk().paper.clone();
        if known.iter().map(|(name, _)| name).eq(&names) {
            return;
        }
        // A sheet that is being written does not decode yet: it is there the next second.
        let sheet = |name: String| match known.iter().find(|(n, _)| *n == name) {
            Some((_, pixels)) => Some((name, pixels.clone())),
            None => std::fs::read(folder.join(&name))
                .ok()
                .and_then(|png| pictures::decode(&png, WIDTH_MAX))
                .map(|pixels| (name, pixels)),
        };
        let sheets = names.into_iter().filter_map(sheet).collect();
        let mut desk = hub.desk();
        desk.paper = sheets;
        desk.paper_stale = true;
        drop(desk);
        hub.post();
    });
}

/// File names of the newest pictures, newest first.
fn newest(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(SystemTime, String)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok().filter(|n| n.ends_with(".png") && !n.starts_with('.'))?;
            Some((entry.metadata().ok()?.modified().ok()?, name))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, name)| name).take(SHEETS_MAX).collect()
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    if !desk.paper_stale {
        return;
    }
    let paper = window.global::<Paper>();
    let sheets: Vec<PaperSheet> = desk
        .paper
        .iter()
        .map(|(name, pixels)| PaperSheet {
            name: name.trim_end_matches(".png").into(),
            picture: Image::from_rgba8(pixels.clone()),
        })
        .collect();
    match slint::Model::as_any(&paper.get_sheets()).downcast_ref::<VecModel<PaperSheet>>() {
        Some(model) => rows::sync_by(model, sheets, |a, b| a.name == b.name, |a, b| a.name == b.name),
        None => paper.set_sheets(ModelRc::new(VecModel::from(sheets))),
    }
}
