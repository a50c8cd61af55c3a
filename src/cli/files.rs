//! A report's tables as files: one for each table.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::ecs::tables::Table;
use crate::error::{Error, Result};
use crate::export::arrow::record_batch;
use crate::export::json::Whole;
use crate::export::{csv, text};
use crate::report::Report;

/// What form a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// One JSON object
    Json,
    /// A CSV file per table
    Csv,
    /// An Arrow IPC file per table
    Arrow,
    /// A Parquet file per table
    Parquet,
}

impl Format {
    /// The word that the user writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// What the names of its files end in.
    fn extension(self) -> &'static str {
        if self == Self::Table { "txt" } else { self.name() }
    }
}

/// Why a file was not written, in words.
type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// Writes a report into a folder, which is made if need be; returns the files.
pub(super) fn write_report(report: &Report, format: Format, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).map_err(|error| Error::file(folder, "write", &error))?;
    let tables = [
        ("factions", &report.factions),
        ("fleets", &report.fleets),
        ("units", &report.units),
        ("weapons", &report.weapons),
        ("timeline", &report.timeline),
    ];
    if format == Format::Json {
        return write_file(folder, "report", format, |out| Ok(serde_json::to_writer(out, &Whole(report))?))
            .map(|path| vec![path]);
    }
    tables
        .iter()
        .map(|(name, table)| write_file(folder, name, format, |out| write_table(table, format, out)))
        .collect()
}

fn write_file(
    folder: &Path,
    name: &str,
    format: Format,
    write: impl FnOnce(&mut BufWriter<File>) -> std::result::Result<(), Refusal>,
) -> Result<PathBuf> {
    let path = folder.join(name).with_extension(format.extension());
    let written = || -> std::result::Result<(), Refusal> {
        let mut out = BufWriter::new(File::create(&path)?);
        write(&mut out)?;
        Ok(out.flush()?)
    };
    match written() {
        Ok(()) => Ok(path),
        Err(error) => Err(Error::file(&path, "write", error.as_ref())),
    }
}

fn write_table(table: &Table, format: Format, out: &mut BufWriter<File>) -> std::result::Result<(), Refusal> {
    match format {
        Format::Table => out.write_all(text::render(table, None, usize::MAX).as_bytes())?,
        Format::Csv => csv::write(table, out)?,
        Format::Json => serde_json::to_writer(out, &crate::export::json::Rows(table))?,
        Format::Arrow => {
            let batch = record_batch(table);
            let mut writer = FileWriter::try_new(out, &batch.schema())?;
            writer.write(&batch)?;
            writer.finish()?;
        }
        Format::Parquet => {
            let batch = record_batch(table);
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties))?;
            writer.write(&batch)?;
            writer.close()?;
        }
    }
    Ok(())
}
