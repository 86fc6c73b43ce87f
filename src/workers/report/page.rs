//! Paper for reports: A4 sheets on which text, lines, tables and charts are set from the top left
//! corner in points. Tables go over pages with their heads repeated; pages are numbered at the
//! end. It knows nothing of sales. The floats here place ink; no amount passes through one.

use printpdf::{
    Color, FontId, Line, LinePoint, Mm, Op, ParsedFont, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon,
    PolygonRing, Pt, RawImage, RawImageData, RawImageFormat, Rgb, TextItem, TextMatrix, XObjectTransform,
};

use crate::workers::picture;

/// A4.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
pub const LEFT: f32 = 42.0;
pub const RIGHT: f32 = WIDTH - 42.0;
pub const TOP: f32 = 46.0;
const BOTTOM: f32 = HEIGHT - 52.0;

/// The screens' colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Muted,
    Line,
    Accent,
}

impl Ink {
    fn color(self) -> Color {
        let [r, g, b] = match self {
            Ink::Plain => [0x1f, 0x1b, 0x16],
            Ink::Muted => [0x65, 0x5c, 0x52],
            Ink::Line => [0xe6, 0xde, 0xd2],
            Ink::Accent => [0xc2, 0x41, 0x0c],
        };
        let part = |v: u8| f32::from(v) / 255.0;
        Color::Rgb(Rgb { r: part(r), g: part(g), b: part(b), icc_profile: None })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Strong,
}

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub size: f32,
    pub weight: Weight,
    pub ink: Ink,
}

pub const fn style(size: f32, weight: Weight, ink: Ink) -> Style {
    Style { size, weight, ink }
}

/// A column of a table: its head, its width in points, and to which side its cells lean.
pub struct Column {
    pub head: String,
    pub width: f32,
    pub align: Align,
}

/// The fonts' files could not be read: they are part of the program.
#[derive(Debug, thiserror::Error)]
#[error("the report's fonts cannot be read")]
pub struct NoFonts;

struct Face {
    id: FontId,
    font: ParsedFont,
}

pub struct Sheets {
    document: PdfDocument,
    regular: Face,
    strong: Face,
    pages: Vec<Vec<Op>>,
    /// The next free place from the top.
    pub y: f32,
}

impl Sheets {
    pub fn new(title: &str) -> Result<Sheets, NoFonts> {
        let mut document = PdfDocument::new(title);
        let mut face = |bytes: &[u8]| {
            let font = ParsedFont::from_bytes(bytes, 0, &mut Vec::new()).ok_or(NoFonts)?;
            Ok(Face { id: document.add_font(&font), font })
        };
        let regular = face(include_bytes!("../../../ui/paper/fonts/Inter-400Regular.ttf"))?;
        let strong = face(include_bytes!("../../../ui/paper/fonts/Inter-600SemiBold.ttf"))?;
        Ok(Sheets { document, regular, strong, pages: vec![Vec::new()], y: TOP })
    }

    /// Makes sure that so much height is left, on a new page if need be.
    pub fn need(&mut self, height: f32) -> bool {
        let turn = self.y + height > BOTTOM && self.y > TOP;
        if turn {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        turn
    }

    fn put(&mut self, op: Op) {
        if let Some(page) = self.pages.last_mut() {
            page.push(op);
        }
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Strong => &self.strong,
        }
    }

    /// What the fonts cannot write is a question mark, one for one: a report never shows boxes.
    fn writable(&self, text: &str, weight: Weight) -> String {
        let font = &self.face(weight).font;
        text.chars().map(|c| if font.lookup_glyph_index(u32::from(c)).is_some() { c } else { '?' }).collect()
    }

    pub fn width(&self, text: &str, s: Style) -> f32 {
        let font = &self.face(s.weight).font;
        let glyph = |c: char| font.lookup_glyph_index(u32::from(c)).or_else(|| font.lookup_glyph_index(63));
        let units: u32 = text.chars().filter_map(glyph).filter_map(|g| font.get_glyph_width(g)).map(u32::from).sum();
        units as f32 * s.size / f32::from(font.units_per_em.max(1))
    }

    /// The text, cut with an ellipsis where it would be wider.
    pub fn fitted(&self, text: &str, s: Style, width: f32) -> String {
        if self.width(text, s) <= width {
            return text.to_owned();
        }
        let mut cut: String = text.to_owned();
        while !cut.is_empty() && self.width(&format!("{cut}…"), s) > width {
            cut.pop();
        }
        format!("{}…", cut.trim_end())
    }

    /// Text whose base line is `y` below the top.
    pub fn text(&mut self, x: f32, y: f32, align: Align, s: Style, text: &str) {
        let text = self.writable(text, s.weight);
        let x = match align {
            Align::Left => x,
            Align::Center => x - self.width(&text, s) / 2.0,
            Align::Right => x - self.width(&text, s),
        };
        let font = PdfFontHandle::External(self.face(s.weight).id.clone());
        self.put(Op::SetFillColor { col: s.ink.color() });
        self.put(Op::StartTextSection);
        self.put(Op::SetFont { font, size: Pt(s.size) });
        self.put(Op::SetTextMatrix { matrix: TextMatrix::Translate(Pt(x), Pt(HEIGHT - y)) });
        self.put(Op::ShowText { items: vec![TextItem::Text(text)] });
        self.put(Op::EndTextSection);
    }

    pub fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
        let points = corners.map(|(x, y)| LinePoint { p: Point { x: Pt(x), y: Pt(HEIGHT - y) }, bezier: false });
        self.put(Op::SetFillColor { col: ink.color() });
        let polygon = Polygon { rings: vec![PolygonRing { points: points.to_vec() }], ..Polygon::default() };
        self.put(Op::DrawPolygon { polygon });
    }

    /// A small picture to the right of that place and below it, halfway down its room; how wide it
    /// became, or none when its file cannot be read.
    pub fn logo(&mut self, file: &[u8], x: f32, y: f32) -> Option<f32> {
        let most = |points: f32| (points * LOGO_DOTS) as u32;
        let picture = picture::on_white(file, most(LOGO_WIDTH), most(LOGO_HEIGHT))?;
        let (across, down) = picture.dimensions();
        let (width, height) = (across as f32 / LOGO_DOTS, down as f32 / LOGO_DOTS);
        let foot = y + (LOGO_HEIGHT + height) / 2.0;
        let id = self.document.add_image(&RawImage {
            width: usize::try_from(across).ok()?,
            height: usize::try_from(down).ok()?,
            data_format: RawImageFormat::RGB8,
            pixels: RawImageData::U8(picture.into_raw()),
            tag: Vec::new(),
        });
        let transform = XObjectTransform {
            translate_x: Some(Pt(x)),
            translate_y: Some(Pt(HEIGHT - foot)),
            scale_x: Some(width),
            scale_y: Some(height),
            no_auto_scale: true,
            ..XObjectTransform::default()
        };
        self.put(Op::UseXobject { id, transform });
        Some(width)
    }

    /// A hairline across.
    pub fn rule(&mut self, from: f32, to: f32, y: f32) {
        let points = [from, to].map(|x| LinePoint { p: Point { x: Pt(x), y: Pt(HEIGHT - y) }, bezier: false }).to_vec();
        self.put(Op::SetOutlineColor { col: Ink::Line.color() });
        self.put(Op::SetOutlineThickness { pt: Pt(0.7) });
        self.put(Op::DrawLine { line: Line { points, is_closed: false } });
    }

    /// A head over what follows; stays with at least `follows` of it.
    pub fn heading(&mut self, text: &str, follows: f32) {
        self.need(30.0 + follows);
        self.y += 24.0;
        self.text(LEFT, self.y, Align::Left, style(13.0, Weight::Strong, Ink::Plain), text);
        self.y += 10.0;
    }

    /// A table over as many pages as it takes, its head on each of them.
    pub fn table(&mut self, columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) {
        self.need(3.0 * ROW);
        self.table_head(columns);
        for row in rows {
            if self.need(ROW) {
                self.table_head(columns);
            }
            self.cells(columns, &row, style(9.0, Weight::Regular, Ink::Plain));
            self.rule(LEFT, RIGHT, self.y);
        }
    }

    fn table_head(&mut self, columns: &[Column]) {
        let heads: Vec<String> = columns.iter().map(|c| c.head.clone()).collect();
        self.cells(columns, &heads, style(8.0, Weight::Strong, Ink::Muted));
        self.rule(LEFT, RIGHT, self.y);
    }

    fn cells(&mut self, columns: &[Column], cells: &[String], s: Style) {
        let base = self.y + ROW - 5.0;
        let mut x = LEFT;
        for (column, cell) in columns.iter().zip(cells) {
            let text = self.fitted(cell, s, column.width - 6.0);
            let at = match column.align {
                Align::Left => x,
                Align::Center => x + column.width / 2.0,
                Align::Right => x + column.width,
            };
            self.text(at, base, column.align, s, &text);
            x += column.width;
        }
        self.y += ROW;
    }

    /// The file. `foot` stands at the bottom of every page beside its number.
    pub fn finish(mut self, foot: &str, page_of: impl Fn(usize, usize) -> String) -> Vec<u8> {
        let count = self.pages.len();
        let s = style(8.0, Weight::Regular, Ink::Muted);
        let mut pages = Vec::with_capacity(count);
        for (at, ops) in std::mem::take(&mut self.pages).into_iter().enumerate() {
            self.pages = vec![ops];
            self.text(LEFT, HEIGHT - 28.0, Align::Left, s, foot);
            self.text(RIGHT, HEIGHT - 28.0, Align::Right, s, &page_of(at + 1, count));
            pages.append(&mut self.pages);
        }
        let (w, h): (Mm, Mm) = (Pt(WIDTH).into(), Pt(HEIGHT).into());
        let pages = pages.into_iter().map(|ops| PdfPage::new(w, h, ops)).collect();
        // The fonts are small already, and so is the logo.
        let options = PdfSaveOptions { subset_fonts: false, image_optimization: None, ..PdfSaveOptions::default() };
        self.document.with_pages(pages).save(&options, &mut Vec::new())
    }
}

/// A logo is no larger than this, in points: as high as the name and the address beside it.
const LOGO_WIDTH: f32 = 84.0;
const LOGO_HEIGHT: f32 = 34.0;
/// Its dots a point: sharp on paper, and some tens of kilobytes at most.
const LOGO_DOTS: f32 = 3.0;

/// Height of a table's row.
const ROW: f32 = 17.0;
