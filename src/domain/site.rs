//! One restaurant: what the owner sets for the whole house.

use serde::{Deserialize, Serialize};

use crate::domain::id::PrinterId;
use crate::domain::menu::Station;
use crate::domain::money::{Currency, Money};
use crate::domain::printer::{Backup, CodePage, Cutter, DrawerPin, Profile};
use crate::domain::tax::{CashRounding, TaxProfile};

/// The languages of everything that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Language {
    #[default]
    Id,
    En,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::Id, Language::En];

    pub fn tag(self) -> &'static str {
        match self {
            Language::Id => "id",
            Language::En => "en",
        }
    }
}

/// When a guest's order waits for a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ConfirmRule {
    Always,
    /// Somebody looks at the table once; later orders of that visit go straight through.
    #[default]
    FirstOfVisit,
    Never,
}

/// Settings of the house. Kept in the journal whole, one event a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Site {
    pub name: String,
    pub address: String,
    /// NPWPD, the regional tax number; empty when there is none.
    pub tax_id: String,
    pub currency: Currency,
    /// IANA name.
    pub timezone: String,
    /// Minutes after midnight at which the business day begins.
    pub day_start_min: u16,
    pub language: Language,
    pub tax: TaxProfile,
    pub cash_rounding: CashRounding,
    pub confirm: ConfirmRule,
    /// Most portions of one line that a guest may order.
    pub guest_quantity_max: u32,
    /// How many days after their visit guests are forgotten: names, addresses, comments.
    #[serde(skip_serializing_if = "is_usual")]
    #[schemars(range(min = 1, max = 3650))]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub erase_after_days: u32,
    /// Hash of the house's logo, which is served at /pictures/HASH; none when it has none. It has
    /// an operation of its own: changing the settings leaves it as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    #[cfg_attr(test, ts(optional))]
    pub logo: Option<String>,
    /// The address that the tables' printed cards carry; none before any were printed. It is set by
    /// printing them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("readOnly" = true))]
    #[cfg_attr(test, ts(optional))]
    pub cards: Option<String>,
}

/// A house that never chose says nothing of it, as files from before this was kept.
fn is_usual(days: &u32) -> bool {
    *days == ERASE_AFTER_DAYS
}

/// As long as a guest may come back about a bill; the law asks for no longer than that is.
pub const ERASE_AFTER_DAYS: u32 = 90;
/// Ten years: no house needs a guest's number for longer.
pub const ERASE_AFTER_DAYS_MAX: u32 = 3_650;
/// Most portions of one line that anybody may order.
pub const QUANTITY_MAX: u32 = 999;
/// Most lines of one order.
pub const LINES_MAX: usize = 100;
/// Most guests of one visit. A wedding takes several tables.
pub const GUESTS_MAX: i64 = 60;
/// Largest step that cash rounds to, in minor units: more than any coin that is missing.
pub const ROUNDING_STEP_MAX: Money = Money(100_000);
/// Most seats of one table.
pub const SEATS_MAX: u32 = 100;
/// Most portions of a product that are counted.
pub const STOCK_MAX: u32 = 1_000_000;
/// Most people who have signed up and wait for a yes.
pub const STAFF_PENDING_MAX: usize = 20;
/// Most orders of one visit's guests that are neither done nor cancelled: a phone that plays
/// with the button fills neither the board nor the kitchen's paper.
pub const OPEN_ORDERS_MAX: i64 = 20;
/// Orders of a visit's guests that were cancelled: a phone that orders and cancels all evening fills the disk.
pub const CANCELLED_ORDERS_MAX: i64 = 50;

impl Default for Site {
    fn default() -> Self {
        Site {
            name: "kasir".to_owned(),
            address: String::new(),
            tax_id: String::new(),
            currency: Currency::default(),
            timezone: "Asia/Jakarta".to_owned(),
            day_start_min: 4 * 60,
            language: Language::default(),
            tax: TaxProfile::default(),
            cash_rounding: CashRounding::default(),
            confirm: ConfirmRule::default(),
            guest_quantity_max: 20,
            erase_after_days: ERASE_AFTER_DAYS,
            logo: None,
            cards: None,
        }
    }
}

impl Site {
    /// The site's time zone; UTC when the name is unknown, which `SetSite` never lets in.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        crate::domain::time::zone(&self.timezone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Minutes that the site's clocks are ahead of UTC at that time.
    pub fn offset_min(&self, wall_ms: i64) -> i64 {
        let instant = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        i64::from(self.zone().to_offset(instant).seconds() / 60)
    }
}

/// Width of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PaperWidth {
    #[serde(rename = "58")]
    Mm58,
    #[default]
    #[serde(rename = "80")]
    Mm80,
    /// 80 mm paper under a head that is narrower than most: 42 characters.
    #[serde(rename = "80-42")]
    Mm80Columns42,
}

impl PaperWidth {
    pub const ALL: [PaperWidth; 3] = [PaperWidth::Mm58, PaperWidth::Mm80Columns42, PaperWidth::Mm80];

    /// Characters a line in the printer's font A.
    pub fn columns(self) -> usize {
        match self {
            PaperWidth::Mm58 => 32,
            PaperWidth::Mm80Columns42 => 42,
            PaperWidth::Mm80 => 48,
        }
    }

    /// As it stands in settings.
    pub fn key(self) -> &'static str {
        match self {
            PaperWidth::Mm58 => "58",
            PaperWidth::Mm80 => "80",
            PaperWidth::Mm80Columns42 => "80-42",
        }
    }

    /// Printable dots a line at 203 dpi.
    pub fn dots(self) -> usize {
        self.columns() * 12
    }
}

/// How a printer is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PrinterTarget {
    /// Raw port, usually 9100.
    Tcp { host: String, port: u16 },
    /// A device file such as /dev/usb/lp0, or /dev/kasir/usb-1-1.3:1.0, which stays with the plug.
    Device { path: String },
    /// A folder in which each document becomes a picture: the demo's paper roll.
    Roll { folder: String },
}

impl PrinterTarget {
    /// Whether somebody may set it from a screen: a printer of the house's own network at one of
    /// the ports that printers have, or one at this machine's plug. Anything else could make the
    /// machine knock at doors or write files for whoever asks; it is set on the command line.
    pub fn is_for_people(&self) -> bool {
        match self {
            PrinterTarget::Tcp { host, port } => {
                let near = match host.parse::<std::net::IpAddr>() {
                    Ok(std::net::IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
                    Ok(std::net::IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
                    Err(_) => false,
                };
                near && (matches!(port, 515) || (9_100..=9_109).contains(port))
            }
            PrinterTarget::Device { path } => is_plug(path),
            PrinterTarget::Roll { .. } => false,
        }
    }
}

/// "/dev/usb/lp0", or the name that stays with the plug: "/dev/kasir/usb-1-1.3:1.0".
fn is_plug(path: &str) -> bool {
    let numbered = path.strip_prefix("/dev/usb/lp");
    let named = path.strip_prefix("/dev/kasir/usb-");
    numbered.is_some_and(|n| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        || named.is_some_and(|n| {
            let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':');
            (1..=40).contains(&n.len()) && n.starts_with(|c: char| c.is_ascii_digit()) && n.bytes().all(plain)
        })
}

/// A printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printer {
    pub id: PrinterId,
    pub settings: PrinterSettings,
}

impl std::ops::Deref for Printer {
    type Target = PrinterSettings;
    fn deref(&self) -> &PrinterSettings {
        &self.settings
    }
}

/// How a printer is reached and what it prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PrinterSettings {
    pub name: String,
    pub target: PrinterTarget,
    pub width: PaperWidth,
    /// Stations whose tickets come out here.
    pub stations: Vec<Station>,
    /// Whether receipts come out here, and the drawer hangs on it.
    pub receipts: bool,
    pub drawer: bool,
    /// Whoever never chose says nothing of what follows, as files from before it was kept.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(test, ts(optional, as = "Option<CodePage>"))]
    pub code_page: CodePage,
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(test, ts(optional, as = "Option<Cutter>"))]
    pub cutter: Cutter,
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(test, ts(optional, as = "Option<DrawerPin>"))]
    pub drawer_pin: DrawerPin,
    /// Who prints instead when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub backup: Option<Backup>,
    /// Whether every order comes out here whole, on one slip to check the plates against.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub checker: bool,
    /// Tickets of one visit for one station that come within so many seconds are one paper; 0 prints
    /// each at once.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0, max = 300))]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub merge_s: u32,
}

impl PrinterSettings {
    /// A printer of that name which prints nothing yet, of the usual kind.
    pub fn new(name: impl Into<String>, target: PrinterTarget) -> PrinterSettings {
        PrinterSettings {
            name: name.into(),
            target,
            width: PaperWidth::default(),
            stations: Vec::new(),
            receipts: false,
            drawer: false,
            code_page: CodePage::default(),
            cutter: Cutter::default(),
            drawer_pin: DrawerPin::default(),
            backup: None,
            checker: false,
            merge_s: 0,
        }
    }

    pub fn profile(&self) -> Profile {
        Profile { width: self.width, code_page: self.code_page, cutter: self.cutter, drawer_pin: self.drawer_pin }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file from before there were logos is rebuilt from its journal to the letter.
    #[test]
    fn a_house_without_a_logo_is_written_as_before() {
        let house = Site::default();
        let written = serde_json::to_string(&house).unwrap();
        assert!(!written.contains("logo") && !written.contains("erase"), "{written}");
        assert_eq!(serde_json::from_str::<Site>(&written).unwrap(), house);
        let house = Site { logo: Some("ab".repeat(32)), erase_after_days: 30, ..house };
        assert_eq!(serde_json::from_str::<Site>(&serde_json::to_string(&house).unwrap()).unwrap(), house);
    }

    #[test]
    fn people_point_printers_at_printers_only() {
        let tcp = |host: &str, port| PrinterTarget::Tcp { host: host.into(), port }.is_for_people();
        assert!(tcp("192.168.1.50", 9_100) && tcp("10.0.0.7", 515) && tcp("fd00::7", 9_100));
        assert!(!tcp("192.168.1.50", 22) && !tcp("127.0.0.1", 9_100) && !tcp("8.8.8.8", 9_100) && !tcp("router.lan", 9_100));
        let device = |path: &str| PrinterTarget::Device { path: path.into() }.is_for_people();
        assert!(device("/dev/usb/lp0") && device("/dev/kasir/usb-1-1.3:1.0"));
        for path in [
            "/var/lib/kasir/kasir.db",
            "/dev/sda",
            "/dev/usb/lp",
            "/dev/usb/lp0/../../sda",
            "/dev/usb/lp123",
            "/dev/kasir/usb-",
            "/dev/kasir/usb-../sda",
            "/dev/kasir/usb-1/2",
        ] {
            assert!(!device(path), "{path}");
        }
        assert!(!PrinterTarget::Roll { folder: "/tmp".into() }.is_for_people());
    }
}
