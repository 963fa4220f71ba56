//! A file that grows by whole lines, each on disk before the caller goes on.

use std::io::SeekFrom;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// Where lines are appended: a file opened at its first line, or stdout.
pub struct Lines {
    path: Option<PathBuf>,
    open: Option<File>,
}

impl Lines {
    pub fn file(path: PathBuf) -> Self {
        Self {
            path: Some(path),
            open: None,
        }
    }

    pub fn stdout() -> Self {
        Self {
            path: None,
            open: None,
        }
    }

    /// Appends one line; an error names the file. After an error the file is opened anew, so that a
    /// half-written line is cut off before the next one.
    pub async fn append(&mut self, line: &[u8]) -> Result<(), String> {
        let mut whole = Vec::with_capacity(line.len() + 1);
        whole.extend_from_slice(line);
        whole.push(b'\n');
        let name = match &self.path {
            Some(path) => path.display().to_string(),
            None => "standard output".to_owned(),
        };
        let written = self.write(&whole).await;
        written.map_err(|error| format!("{name} cannot be written: {error}"))
    }

    async fn write(&mut self, whole: &[u8]) -> std::io::Result<()> {
        let mut file = match (self.open.take(), &self.path) {
            (Some(file), _) => file,
            (None, Some(path)) => open(path).await?,
            (None, None) => duplicate(&std::io::stdout())?,
        };
        file.write_all(whole).await?;
        file.flush().await?;
        if self.path.is_some() {
            file.sync_data().await?;
        }
        self.open = Some(file);
        Ok(())
    }
}

/// Stdin or stdout as a file.
pub fn duplicate(stream: &impl AsFd) -> std::io::Result<File> {
    let own = stream.as_fd().try_clone_to_owned()?;
    Ok(File::from_std(std::fs::File::from(own)))
}

/// Opens for appending, after a last line without its end has been dealt with.
async fn open(path: &Path) -> std::io::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        // what could not be read as an order may hold an address all the same
        .mode(0o600)
        .open(path)
        .await?;
    mend(&mut file).await?;
    file.seek(SeekFrom::End(0)).await?;
    file.sync_all().await?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))
        .await?
        .sync_all()
        .await?;
    Ok(file)
}

/// A crash while writing leaves a torn line. It was never confirmed, and is written again: cut off,
/// so that the file stays NDJSON. A whole one that only lacks its end gets it.
async fn mend(file: &mut File) -> std::io::Result<()> {
    let length = file.metadata().await?.len();
    let mut tail = Vec::new();
    let mut start = length;
    while start > 0 && !tail.contains(&b'\n') {
        start = start.saturating_sub(64 * 1024);
        file.seek(SeekFrom::Start(start)).await?;
        tail.clear();
        file.read_to_end(&mut tail).await?;
    }
    let torn = tail
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    if torn.is_empty() {
        return Ok(());
    }
    if serde_json::from_slice::<serde::de::IgnoredAny>(torn).is_ok() {
        file.seek(SeekFrom::End(0)).await?;
        file.write_all(b"\n").await?;
        return file.flush().await;
    }
    let cut = u64::try_from(torn.len()).map_err(std::io::Error::other)?;
    file.set_len(length.saturating_sub(cut)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn append_to(before: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        std::fs::write(&path, before).unwrap();
        let mut lines = Lines::file(path.clone());
        lines.append(br#"{"id":"new"}"#).await.unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[tokio::test]
    async fn lines_are_added_to_what_is_there() {
        let after = append_to("{\"id\":\"old\"}\n").await;
        assert_eq!(after, "{\"id\":\"old\"}\n{\"id\":\"new\"}\n");
    }

    #[tokio::test]
    async fn a_line_torn_by_a_crash_is_cut_off() {
        let after = append_to("{\"id\":\"old\"}\n{\"id\":\"ne").await;
        assert_eq!(after, "{\"id\":\"old\"}\n{\"id\":\"new\"}\n");
    }

    #[tokio::test]
    async fn a_whole_line_without_its_end_is_kept() {
        let after = append_to("{\"id\":\"old\"}").await;
        assert_eq!(after, "{\"id\":\"old\"}\n{\"id\":\"new\"}\n");
    }

    #[tokio::test]
    async fn a_torn_line_longer_than_one_read_is_found_whole() {
        let torn = format!("{{\"id\":\"old\"}}\n{{\"id\":\"{}", "x".repeat(200_000));
        assert_eq!(
            append_to(&torn).await,
            "{\"id\":\"old\"}\n{\"id\":\"new\"}\n"
        );
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("events.ndjson");
        let error = Lines::file(path).append(b"{}").await.unwrap_err();
        assert!(error.contains("missing/events.ndjson"), "{error}");
    }
}
