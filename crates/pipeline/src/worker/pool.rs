//! The caller's side: as many workers as may work at once, started when needed and used again.

use std::env;
use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ledger::bundle::Tile;
use ledger::{Digest, Secret};
use metadata::{Container, Sniffed, sniff};

use super::protocol::{Task, read_reply, write_request};
use super::raster::Raster;
use super::{
    ARGUMENT, Fingerprints, Looked, NotDecoded, PIXELS_MAX, Picture, Thumbnail, WITH_LIBHEIF,
    decode,
};
use crate::budget::Budget;
use crate::run::cores;

/// How much of a processor's time one picture may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many times as long it may take by the clock, on a machine that is busy with something else.
const PATIENCE_WHEN_BUSY: u32 = 6;

/// Memory that all workers together may use for pictures; a larger picture is decoded alone.
const MEMORY_BYTES: u64 = 256 << 20;

/// Decodes pictures in child processes. Shared between threads by reference; dropping it ends the children.
#[derive(Debug)]
pub struct Workers {
    /// The program to start; none to decode in this process.
    program: Option<PathBuf>,
    patience: Duration,
    idle: Mutex<Vec<Worker>>,
    slots: Budget,
    memory: Budget,
}

impl Workers {
    /// At most `jobs` children of this program at once, 0 for one per core. None is started before it is needed.
    ///
    /// The program must give way to [`serve`](fn@super::serve) when [`is_worker`](super::is_worker) says so.
    #[must_use]
    pub fn new(jobs: usize) -> Self {
        // Where the system does not tell, no worker can be started, and nothing is decoded.
        Self::of(env::current_exe().unwrap_or_default(), jobs)
    }

    /// As [`new`](Self::new), with another program as the worker.
    #[must_use]
    pub fn of(program: PathBuf, jobs: usize) -> Self {
        Self::start(Some(program), jobs)
    }

    /// Decodes in this process, one picture per core at once: without protection, for tests and for systems that have no
    /// child processes.
    #[must_use]
    pub fn in_process() -> Self {
        Self::start(None, 0)
    }

    fn start(program: Option<PathBuf>, jobs: usize) -> Self {
        let jobs = if jobs == 0 { cores() } else { jobs };
        Self {
            program,
            patience: PATIENCE,
            idle: Mutex::default(),
            slots: Budget::new(jobs as u64),
            memory: Budget::new(MEMORY_BYTES),
        }
    }

    /// The [digest of the upright pixels](super#the-pixels-digest-version-1).
    ///
    /// # Errors
    /// When the picture is too large or cannot be decoded, or the worker was lost.
    pub fn pixels_digest(&self, picture: &Picture<'_>) -> Result<Digest, NotDecoded> {
        let orientation = picture.orientation;
        let reply = self.ask(Task::Digest { orientation }, picture)?;
        let digest: [u8; 32] = reply.try_into().map_err(|_| NotDecoded::Lost)?;
        Ok(Digest::from(digest))
    }

    /// The same, and the root over the [tiles](ledger::tiles), salted from this seed.
    ///
    /// # Errors
    /// When the picture is too large or cannot be decoded, or the worker was lost.
    pub fn tiles(
        &self,
        picture: &Picture<'_>,
        seed: &Secret,
    ) -> Result<(Digest, Digest), NotDecoded> {
        let task = Task::Tiles {
            orientation: picture.orientation,
            seed: *seed.bytes(),
        };
        let reply = self.ask(task, picture)?;
        match reply.as_chunks::<32>() {
            ([digest, root], []) => Ok((Digest::from(*digest), Digest::from(*root))),
            _ => Err(NotDecoded::Lost),
        }
    }

    /// One of those tiles, with its way to the root. What the worker says is checked against a record by whoever uses it.
    ///
    /// # Errors
    /// When there is no such tile, and as [`tiles`](Self::tiles).
    pub fn tile(
        &self,
        picture: &Picture<'_>,
        seed: &Secret,
        column: u32,
        row: u32,
    ) -> Result<Tile, NotDecoded> {
        let task = Task::Tile {
            orientation: picture.orientation,
            seed: *seed.bytes(),
            column,
            row,
        };
        let reply = self.ask(task, picture)?;
        let (head, rest) = reply.split_first_chunk::<24>().ok_or(NotDecoded::Lost)?;
        let (&[index, count, hashes], _) = head.as_chunks::<8>() else {
            return Err(NotDecoded::Lost);
        };
        let [index, count, hashes] = [index, count, hashes].map(u64::from_le_bytes);
        let proof_bytes = usize::try_from(hashes)
            .ok()
            .and_then(|hashes| hashes.checked_mul(32));
        let (proof, file) = proof_bytes
            .and_then(|bytes| rest.split_at_checked(bytes))
            .ok_or(NotDecoded::Lost)?;
        Ok(Tile {
            column,
            row,
            file: file.to_vec(),
            index,
            count,
            proof: proof
                .as_chunks()
                .0
                .iter()
                .copied()
                .map(Digest::from)
                .collect(),
        })
    }

    /// The root over the [tiles](ledger::tiles), salted from this seed, and the fingerprints by which copies are recognised.
    ///
    /// # Errors
    /// As [`pixels_digest`](Self::pixels_digest).
    pub fn fingerprints(
        &self,
        picture: &Picture<'_>,
        seed: &Secret,
    ) -> Result<(Digest, Fingerprints), NotDecoded> {
        let task = Task::Fingerprints {
            orientation: picture.orientation,
            seed: *seed.bytes(),
        };
        let reply = self.ask(task, picture)?;
        let (root, reply) = reply.split_first_chunk::<32>().ok_or(NotDecoded::Lost)?;
        let found = Fingerprints::read(reply).ok_or(NotDecoded::Lost)?;
        Ok((Digest::from(*root), found))
    }

    /// What a picture is looked up by, with a small copy of at most `max_px` pixels on its longer side, 1600 at most.
    ///
    /// # Errors
    /// As [`pixels_digest`](Self::pixels_digest).
    pub fn look(&self, picture: &Picture<'_>, max_px: u32) -> Result<Looked, NotDecoded> {
        let task = Task::Look {
            orientation: picture.orientation,
            max_px: max_px.min(1600),
        };
        let reply = self.ask(task, picture)?;
        Looked::read(&reply).ok_or(NotDecoded::Lost)
    }

    /// All upright pixels at their own depth, of a still picture in light's colours.
    ///
    /// # Errors
    /// As [`pixels_digest`](Self::pixels_digest); and when the picture moves, has several pages, is made of inks, or has
    /// more than 512 MiB of samples.
    pub fn pixels(&self, picture: &Picture<'_>) -> Result<Raster, NotDecoded> {
        let orientation = picture.orientation;
        let reply = self.ask(Task::Pixels { orientation }, picture)?;
        Raster::read(reply).ok_or(NotDecoded::Lost)
    }

    /// An upright copy of at most `max_px` pixels on its longer side.
    ///
    /// # Errors
    /// When the picture is too large or cannot be decoded, or the worker was lost.
    pub fn thumbnail(&self, picture: &Picture<'_>, max_px: u32) -> Result<Thumbnail, NotDecoded> {
        let orientation = picture.orientation;
        let bytes = self.ask(
            Task::Thumbnail {
                orientation,
                max_px,
            },
            picture,
        )?;
        // What a worker says is not trusted further than needed.
        let media_type = match sniff(&bytes) {
            Some(Sniffed::Photo(Container::Jpeg)) => "image/jpeg",
            Some(Sniffed::Photo(Container::Png)) => "image/png",
            _ => return Err(NotDecoded::Lost),
        };
        Ok(Thumbnail { bytes, media_type })
    }

    fn ask(&self, task: Task, picture: &Picture<'_>) -> Result<Vec<u8>, NotDecoded> {
        // Nothing here decodes them, and they are large.
        if let Some(Sniffed::Photo(Container::Mp4 | Container::Mov)) = sniff(picture.bytes) {
            return Err(NotDecoded::Video);
        }
        if picture.pixels() > PIXELS_MAX {
            return Err(NotDecoded::TooLarge);
        }
        let _slot = self.slots.take(1);
        let copies = if matches!(task, Task::Pixels { .. }) {
            3
        } else {
            1
        };
        let _share = self.memory.take(copies * memory_bytes(picture));
        let Some(program) = &self.program else {
            let perform = AssertUnwindSafe(|| decode::perform(task, picture.bytes));
            return panic::catch_unwind(perform).unwrap_or(Err(NotDecoded::Undecodable));
        };
        // One with libheif decodes a single picture and ends.
        let used = if takes_libheif(picture.bytes) {
            None
        } else {
            self.idle().pop()
        };
        match self.ask_worker(used, program, task, picture.bytes) {
            // A worker may have ended since its last picture, or the system had no room for it just then. What is lost again
            // is the picture's own doing.
            Err(NotDecoded::Lost) => self.ask_worker(None, program, task, picture.bytes),
            reply => reply,
        }
    }

    fn ask_worker(
        &self,
        used: Option<Worker>,
        program: &PathBuf,
        task: Task,
        picture: &[u8],
    ) -> Result<Vec<u8>, NotDecoded> {
        let with_libheif = takes_libheif(picture);
        let mut worker = match used {
            Some(worker) => worker,
            None => Worker::start(program, with_libheif).map_err(|_| NotDecoded::Lost)?,
        };
        let reply = worker.ask(task, picture, self.patience);
        if !with_libheif && !matches!(reply, Err(NotDecoded::TimedOut | NotDecoded::Lost)) {
            self.idle().push(worker);
        }
        reply
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        // A list is never left half changed by a panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it takes a worker that has the system's libheif. All others do without it: there is more in it than in all that
/// they need.
fn takes_libheif(picture: &[u8]) -> bool {
    matches!(
        sniff(picture),
        Some(Sniffed::Photo(Container::Heic | Container::Avif))
    )
}

/// How much memory decoding takes: the file (the pipe's copy and the decoder's), the pixels, and for a progressive JPEG
/// its coefficients.
fn memory_bytes(picture: &Picture<'_>) -> u64 {
    let of_pixel = match sniff(picture.bytes) {
        Some(Sniffed::Photo(Container::Jpeg)) if is_baseline(picture.bytes) => 4,
        Some(Sniffed::Photo(Container::Jpeg)) => 12,
        // Four floating-point numbers, at most.
        Some(Sniffed::Photo(Container::Tiff)) => 16,
        // Measured with libheif 1.15: 7 where a sample has 8 bits, and 19 where it has 10, as in few photos.
        Some(Sniffed::Photo(Container::Heic | Container::Avif)) => 10,
        // Several channels of floating-point numbers, of which the decoder holds copies.
        Some(Sniffed::Photo(Container::Jxl)) => 48,
        _ => 8,
    };
    2 * picture.bytes.len() as u64 + of_pixel * picture.pixels()
}

/// Whether a JPEG is decoded line by line: its frame header is SOF0 or SOF1 (ITU-T T.81 § B.2.2). Said of what is
/// surely so.
fn is_baseline(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xFF, marker, high, low, ..] = *rest {
        match marker {
            0xC0 | 0xC1 => return true,
            0xC2..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xDA => return false,
            _ => {}
        }
        rest = rest
            .get(2 + usize::from(u16::from_be_bytes([high, low]))..)
            .unwrap_or_default();
    }
    false
}

/// One child. Dropping it ends it.
#[derive(Debug)]
struct Worker {
    child: Child,
    requests: ChildStdin,
    replies: ChildStdout,
}

impl Worker {
    fn start(program: &PathBuf, with_libheif: bool) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg(ARGUMENT)
            .args(with_libheif.then_some(WITH_LIBHEIF))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Ctrl-C is for the program, which finishes the photos in hand and needs its workers for them.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(replies)) => Ok(Self {
                child,
                requests,
                replies,
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Sends a picture and waits for the reply; a second thread ends the worker when it worked for too long, or nothing
    /// came for much longer.
    fn ask(
        &mut self,
        task: Task,
        picture: &[u8],
        patience: Duration,
    ) -> Result<Vec<u8>, NotDecoded> {
        let Self {
            child,
            requests,
            replies,
        } = self;
        let (done, is_done) = channel::<()>();
        thread::scope(|scope| {
            let before = processor_time(child);
            let watch = move || {
                for _ in 0..PATIENCE_WHEN_BUSY {
                    if is_done.recv_timeout(patience) != Err(RecvTimeoutError::Timeout) {
                        return true;
                    }
                    // Where the system does not tell, the clock counts.
                    let worked = processor_time(child).zip(before);
                    if worked.is_none_or(|(now, before)| now.saturating_sub(before) >= patience) {
                        break;
                    }
                }
                let _ = child.kill();
                false
            };
            let Ok(watch) = thread::Builder::new().spawn_scoped(scope, watch) else {
                return Err(NotDecoded::Lost);
            };
            let reply =
                write_request(requests, task, picture).and_then(|()| read_reply(replies, task));
            drop(done);
            match (reply, watch.join()) {
                (Ok(reply), _) => reply,
                (Err(_), Ok(false)) => Err(NotDecoded::TimedOut),
                (Err(_), _) => Err(NotDecoded::Lost),
            }
        })
    }
}

/// How long a child has worked since it was started, where the system tells (proc_pid_stat(5)).
fn processor_time(child: &Child) -> Option<Duration> {
    // In user mode and in the kernel, in ticks of which Linux tells a hundred a second on every processor that we build for.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The second field, a name, may hold anything but ends with the last parenthesis.
    let fields = stat.get(stat.rfind(')')? + 1..)?;
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    let (user, kernel) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some(TICK * user.saturating_add(kernel))
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gif_with_comment;

    fn picture(bytes: &[u8]) -> Picture<'_> {
        Picture {
            bytes,
            width: 1,
            height: 1,
            orientation: 1,
        }
    }

    #[test]
    fn in_process() {
        let workers = Workers::in_process();
        let gif = gif_with_comment();
        let digest = workers.pixels_digest(&picture(&gif)).unwrap();
        // One black pixel.
        assert_eq!(digest, Digest::of(b"cloakroom-pixels-v1\n1x1\n\0\0\0"));
        assert!(workers.thumbnail(&picture(&gif), 160).is_ok());
        assert_eq!(
            workers.pixels_digest(&picture(b"GIF89a")),
            Err(NotDecoded::Undecodable)
        );
    }

    #[test]
    fn too_many_pixels_are_not_even_asked_for() {
        let mut huge = picture(b"");
        (huge.width, huge.height) = (60_000, 60_000);
        assert_eq!(
            Workers::in_process().pixels_digest(&huge),
            Err(NotDecoded::TooLarge)
        );
    }

    #[test]
    fn a_program_that_is_not_there() {
        let workers = Workers::of("/nowhere/cloakroom".into(), 1);
        assert_eq!(workers.pixels_digest(&picture(b"")), Err(NotDecoded::Lost));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_says_something_else_or_nothing() {
        // These take "--worker" for a wrong option and end; the reply never comes.
        let workers = Workers::of("/bin/cat".into(), 1);
        assert_eq!(
            workers.pixels_digest(&picture(&[0; 1_000_000])),
            Err(NotDecoded::Lost)
        );
    }

    /// What comes of a worker that is this script, where a picture has a tenth of a second.
    #[cfg(unix)]
    fn asked(script: &str) -> Result<Digest, NotDecoded> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("worker");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let mut workers = Workers::of(program, 1);
        workers.patience = Duration::from_millis(100);
        workers.pixels_digest(&picture(&[0; 1_000]))
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_stopped() {
        assert_eq!(asked("exec sleep 60"), Err(NotDecoded::TimedOut));
        assert_eq!(asked("while :; do :; done"), Err(NotDecoded::TimedOut));
    }

    #[cfg(unix)]
    #[test]
    fn a_worker_that_is_lost_is_followed_by_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("second").display().to_string();
        let first = format!("if mkdir '{mark}'; then exit; fi");
        let answers = format!("{first}\nprintf '\\002\\000\\000\\000\\000'; exec sleep 60");
        assert_eq!(asked(&answers), Err(NotDecoded::Undecodable));
        assert_eq!(asked("exit"), Err(NotDecoded::Lost));
    }

    /// As happens when something else takes the processor.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_had_little_of_the_processor_is_waited_for() {
        let late = r"sleep 0.3; printf '\002\000\000\000\000'; exec sleep 60";
        assert_eq!(asked(late), Err(NotDecoded::Undecodable));
    }

    #[test]
    fn frame_headers() {
        assert!(is_baseline(b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x08"));
        assert!(!is_baseline(b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC2\0\x08"));
        assert!(!is_baseline(b"\xFF\xD8\xFF\xE0\xFF\xFF"));
        assert!(!is_baseline(b"\xFF\xD8"));
    }
}
