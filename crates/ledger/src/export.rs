//! Every record as text that other programs read: CSV or a JSON array, oldest first.

use std::borrow::Cow;
use std::io::{self, Write};
use std::str::FromStr;

use crate::record::{Facts, Record};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180: a line of names, one line for each record, each ended by CR LF. Text that a
    /// spreadsheet would take for a formula is set off by an apostrophe.
    Csv,
    /// One JSON array, one object for each record, one object on a line.
    Json,
}

impl ExportFormat {
    /// The usual ending of a file of this form, such as `csv`.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(UnknownFormat),
        }
    }
}

/// The text names no form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An export is either csv or json.")]
pub struct UnknownFormat;

/// The names of the columns, in the order of [`cells`].
const COLUMNS: [&str; 16] = [
    "id",
    "sequence",
    "claimed_time",
    "original_sha256",
    "output_sha256",
    "pixels_sha256",
    "original_bytes",
    "output_bytes",
    "width",
    "height",
    "container",
    "app_version",
    "previous",
    "hash",
    "recipient",
    "purpose",
];

/// What comes before the first record.
pub(crate) fn begin(format: ExportFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExportFormat::Csv => line(out, COLUMNS),
        ExportFormat::Json => out.write_all(b"["),
    }
}

/// One record.
pub(crate) fn record(
    format: ExportFormat,
    record: &Record,
    is_first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ExportFormat::Csv => line(out, cells(record)),
        ExportFormat::Json => {
            out.write_all(if is_first { b"\n" } else { b",\n" })?;
            Ok(serde_json::to_writer(out, record)?)
        }
    }
}

/// What comes after the last record.
pub(crate) fn end(format: ExportFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExportFormat::Csv => {}
        ExportFormat::Json => out.write_all(b"\n]\n")?,
    }
    out.flush()
}

fn cells(record: &Record) -> [String; 16] {
    let Record {
        id,
        sequence,
        claimed_time,
        facts:
            Facts {
                original_sha256,
                output_sha256,
                pixels_sha256,
                original_bytes,
                output_bytes,
                width,
                height,
                container,
                app_version,
            },
        extras,
        previous,
        hash,
    } = record;
    [
        id.clone(),
        sequence.to_string(),
        claimed_time.clone(),
        original_sha256.to_string(),
        output_sha256.to_string(),
        pixels_sha256.map_or_else(String::new, |digest| digest.to_string()),
        original_bytes.to_string(),
        output_bytes.to_string(),
        width.to_string(),
        height.to_string(),
        container.clone(),
        app_version.clone(),
        previous.to_string(),
        hash.to_string(),
        extras.recipient.clone().unwrap_or_default(),
        extras.purpose.clone().unwrap_or_default(),
    ]
}

fn line<T: AsRef<str>>(out: &mut dyn Write, cells: [T; 16]) -> io::Result<()> {
    let cells = cells.each_ref().map(|text| cell(text.as_ref()));
    out.write_all(cells.join(",").as_bytes())?;
    out.write_all(b"\r\n")
}

/// One cell: no formula to a spreadsheet, quoted where RFC 4180 § 2.6 asks for it.
fn cell(text: &str) -> Cow<'_, str> {
    let harmless: Cow<'_, str> = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}").into()
    } else {
        text.into()
    };
    if harmless.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", harmless.replace('"', "\"\"")).into()
    } else {
        harmless
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        assert_eq!(cell("jpeg"), "jpeg");
        assert_eq!(cell(""), "");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"cheese\""), "\"say \"\"cheese\"\"\"");
        assert_eq!(cell("two\r\nlines"), "\"two\r\nlines\"");
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("+1"), "'+1");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell("@sum"), "'@sum");
        assert_eq!(cell("\t=1"), "'\t=1");
        assert_eq!(cell("\r=1"), "\"'\r=1\"");
        assert_eq!(cell("=\"a\",b"), "\"'=\"\"a\"\",b\"");
        assert_eq!(cell("1=1"), "1=1");
    }

    #[test]
    fn formats_are_named() {
        for format in [ExportFormat::Csv, ExportFormat::Json] {
            assert_eq!(format.extension().parse(), Ok(format));
        }
        assert_eq!("xml".parse::<ExportFormat>(), Err(UnknownFormat));
    }
}
