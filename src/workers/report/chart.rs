//! Bars with an axis whose lines are round amounts.

use crate::workers::report::page::{Align, Ink, LEFT, RIGHT, Sheets, Weight, style};

/// A bar: how high it is, in thousandths of the axis' top; what stands below it, if anything.
pub struct Bar {
    pub permille: u32,
    pub label: String,
}

/// Height of the bars' field, and of the line of labels below.
const FIELD: f32 = 120.0;
const LABELS: f32 = 16.0;
/// Space for the axis' labels.
const AXIS: f32 = 58.0;

/// How much height a chart takes.
pub const HEIGHT: f32 = FIELD + LABELS + 10.0;

/// `axis` are the labels of the lines from nothing to the top.
pub fn bars(sheets: &mut Sheets, bars: &[Bar], axis: &[String]) {
    sheets.need(HEIGHT);
    let (top, bottom) = (sheets.y + 6.0, sheets.y + 6.0 + FIELD);
    let small = style(8.0, Weight::Regular, Ink::Muted);
    let gaps = axis.len().saturating_sub(1).max(1) as f32;
    for (at, label) in axis.iter().enumerate() {
        let y = bottom - FIELD * at as f32 / gaps;
        sheets.rule(LEFT + AXIS, RIGHT, y);
        sheets.text(LEFT + AXIS - 6.0, y + 3.0, Align::Right, small, label);
    }
    let width = (RIGHT - LEFT - AXIS) / bars.len().max(1) as f32;
    // Labels that would touch their neighbours are left out, evenly.
    let widest = bars.iter().map(|b| sheets.width(&b.label, small)).fold(0.0, f32::max) + 8.0;
    let every = (widest / width).ceil().max(1.0) as usize;
    for (at, bar) in bars.iter().enumerate() {
        let x = LEFT + AXIS + width * at as f32;
        let height = FIELD * bar.permille as f32 / 1_000.0;
        if bar.permille > 0 {
            let slim = (width * 0.7).min(26.0);
            sheets.fill(x + (width - slim) / 2.0, bottom - height, slim, height, Ink::Accent);
        }
        if at % every == 0 {
            sheets.text(x + width / 2.0, bottom + 12.0, Align::Center, small, &bar.label);
        }
    }
    sheets.y = top + FIELD + LABELS;
}
