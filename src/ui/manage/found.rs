//! Printers that were looked for and found, as a choice of a form: of the house's management, and of the first start.

use crate::domain::site::PrinterTarget;
use crate::hub::asked::FoundPrinter;

/// A printer's place, as a choice's key: "tcp 192.168.1.50 9100", "device /dev/usb/lp0".
pub fn place(target: &PrinterTarget) -> String {
    match target {
        PrinterTarget::Tcp { host, port } => format!("tcp {host} {port}"),
        PrinterTarget::Device { path } => format!("device {path}"),
        PrinterTarget::Roll { folder } => format!("roll {folder}"),
    }
}

/// The fields of a printer's form that a place fills.
pub fn fields_at(place: &str) -> Vec<(&'static str, String)> {
    let mut words = place.split(' ').map(str::to_owned);
    match (words.next().as_deref(), words.next(), words.next()) {
        (Some("tcp"), Some(host), Some(port)) => vec![("printer", "tcp".to_owned()), ("host", host), ("port", port)],
        (Some("device"), Some(path), None) => vec![("printer", "device".to_owned()), ("path", path)],
        _ => Vec::new(),
    }
}

/// "192.168.1.50", "USB 1-1.3 (Dapur)".
pub fn label(found: &FoundPrinter) -> String {
    let at = match &found.target {
        PrinterTarget::Tcp { host, .. } => host.clone(),
        PrinterTarget::Device { path } => match path.strip_prefix("/dev/kasir/usb-") {
            // The plug, without the part of the device that is always the first.
            Some(plug) => format!("USB {}", plug.split(':').next().unwrap_or(plug)),
            None => path.strip_prefix("/dev/usb/").map_or_else(|| path.clone(), |lp| format!("USB {lp}")),
        },
        PrinterTarget::Roll { folder } => folder.clone(),
    };
    found.name.as_ref().map_or_else(|| at.clone(), |name| format!("{at} ({name})"))
}
