//! What goes through the pipes. A request is an operation, an orientation, two numbers, a seed and the picture with its length; a
//! reply is a status and bytes with their length. Numbers are little-endian.

use std::io::{self, Read, Write};

use super::NotDecoded;
use super::raster::SAMPLES_BYTES_MAX;

/// The longest reply but pixels: the small copy of a picture that is looked up, of at most 1600 px each way.
const REPLY_BYTES_MAX: u32 = 8 << 20;

/// The longest reply of pixels, with colour profile and Exif.
const PIXELS_REPLY_BYTES_MAX: u32 = (SAMPLES_BYTES_MAX as u32) + (34 << 20);

/// The longest picture.
const PICTURE_BYTES_MAX: u64 = 1 << 30;

/// What to do with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// The digest of its upright pixels.
    Digest { orientation: u8 },
    /// The same, and the root over its tiles, salted from this seed.
    Tiles { orientation: u8, seed: [u8; 32] },
    /// One of those tiles, with its way to the root.
    Tile {
        orientation: u8,
        seed: [u8; 32],
        column: u32,
        row: u32,
    },
    /// A copy of at most so many pixels on its longer side.
    Thumbnail { orientation: u8, max_px: u32 },
    /// That digest, the root over its tiles, salted from this seed, and the fingerprints.
    Fingerprints { orientation: u8, seed: [u8; 32] },
    /// That digest, and what it is looked up by: PDQ and a copy of at most so many pixels on its longer side.
    Look { orientation: u8, max_px: u32 },
    /// All pixels at their own depth, with colour profile and Exif.
    Pixels { orientation: u8 },
}

impl Task {
    /// The longest reply.
    const fn reply_bytes_max(self) -> u32 {
        match self {
            Self::Pixels { .. } => PIXELS_REPLY_BYTES_MAX,
            _ => REPLY_BYTES_MAX,
        }
    }
}

pub(super) fn write_request(out: &mut impl Write, task: Task, picture: &[u8]) -> io::Result<()> {
    let none = [0; 32];
    let (operation, orientation, first, second, seed) = match task {
        Task::Digest { orientation } => (0, orientation, 0, 0, none),
        Task::Thumbnail {
            orientation,
            max_px,
        } => (1, orientation, max_px, 0, none),
        Task::Tiles { orientation, seed } => (2, orientation, 0, 0, seed),
        Task::Tile {
            orientation,
            seed,
            column,
            row,
        } => (3, orientation, column, row, seed),
        Task::Fingerprints { orientation, seed } => (4, orientation, 0, 0, seed),
        Task::Look {
            orientation,
            max_px,
        } => (5, orientation, max_px, 0, none),
        Task::Pixels { orientation } => (6, orientation, 0, 0, none),
    };
    let mut head = vec![operation, orientation];
    head.extend(first.to_le_bytes());
    head.extend(second.to_le_bytes());
    head.extend(seed);
    head.extend((picture.len() as u64).to_le_bytes());
    out.write_all(&head)?;
    out.write_all(picture)?;
    out.flush()
}

/// The next request, or nothing when there will be none.
pub(super) fn read_request(from: &mut impl Read) -> io::Result<Option<(Task, Vec<u8>)>> {
    let mut first = [0];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    let [operation] = first;
    let [orientation] = array(from)?;
    let (first, second): (u32, u32) = (
        u32::from_le_bytes(array(from)?),
        u32::from_le_bytes(array(from)?),
    );
    let seed = array(from)?;
    let length = u64::from_le_bytes(array(from)?);
    let task = match operation {
        0 => Task::Digest { orientation },
        1 => Task::Thumbnail {
            orientation,
            max_px: first,
        },
        2 => Task::Tiles { orientation, seed },
        3 => Task::Tile {
            orientation,
            seed,
            column: first,
            row: second,
        },
        4 => Task::Fingerprints { orientation, seed },
        5 => Task::Look {
            orientation,
            max_px: first,
        },
        6 => Task::Pixels { orientation },
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    if length > PICTURE_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some((task, take(from, length)?)))
}

pub(super) fn write_reply(
    out: &mut impl Write,
    reply: &Result<Vec<u8>, NotDecoded>,
) -> io::Result<()> {
    let (status, bytes) = match reply {
        Ok(bytes) => (0, bytes.as_slice()),
        Err(NotDecoded::TooLarge) => (1, &[][..]),
        Err(NotDecoded::Moving) => (3, &[][..]),
        Err(NotDecoded::Pages) => (4, &[][..]),
        Err(NotDecoded::Inks) => (5, &[][..]),
        Err(NotDecoded::NoLibrary) => (6, &[][..]),
        Err(_) => (2, &[][..]),
    };
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    out.write_all(&[status])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(bytes)?;
    out.flush()
}

/// The reply to a task. What comes from a worker is not trusted: a longer one than there can be is an error.
pub(super) fn read_reply(
    from: &mut impl Read,
    task: Task,
) -> io::Result<Result<Vec<u8>, NotDecoded>> {
    let [status] = array(from)?;
    let length = u32::from_le_bytes(array(from)?);
    if length > task.reply_bytes_max() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let bytes = take(from, length.into())?;
    match status {
        0 => Ok(Ok(bytes)),
        1 => Ok(Err(NotDecoded::TooLarge)),
        2 => Ok(Err(NotDecoded::Undecodable)),
        3 => Ok(Err(NotDecoded::Moving)),
        4 => Ok(Err(NotDecoded::Pages)),
        5 => Ok(Err(NotDecoded::Inks)),
        6 => Ok(Err(NotDecoded::NoLibrary)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn take(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let room = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.try_reserve_exact(room)?;
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() == room {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: Task = Task::Digest { orientation: 1 };

    #[test]
    fn requests_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        let thumbnail = Task::Thumbnail {
            orientation: 6,
            max_px: 160,
        };
        write_request(&mut pipe, thumbnail, b"picture").unwrap();
        let tile = Task::Tile {
            orientation: 3,
            seed: [7; 32],
            column: 1,
            row: 2,
        };
        write_request(&mut pipe, tile, b"more").unwrap();
        write_request(&mut pipe, Task::Digest { orientation: 1 }, b"").unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(
            read_request(&mut pipe).unwrap(),
            Some((thumbnail, b"picture".to_vec()))
        );
        assert_eq!(
            read_request(&mut pipe).unwrap(),
            Some((tile, b"more".to_vec()))
        );
        assert_eq!(
            read_request(&mut pipe).unwrap(),
            Some((Task::Digest { orientation: 1 }, Vec::new()))
        );
        assert_eq!(read_request(&mut pipe).unwrap(), None);
    }

    #[test]
    fn replies_come_out_as_they_went_in() {
        for reply in [
            Ok(vec![1, 2, 3]),
            Err(NotDecoded::TooLarge),
            Err(NotDecoded::Undecodable),
            Err(NotDecoded::Moving),
            Err(NotDecoded::Pages),
            Err(NotDecoded::Inks),
            Err(NotDecoded::NoLibrary),
        ] {
            let mut pipe = Vec::new();
            write_reply(&mut pipe, &reply).unwrap();
            assert_eq!(read_reply(&mut pipe.as_slice(), DIGEST).unwrap(), reply);
            assert!(read_reply(&mut &pipe[..pipe.len() - 1], DIGEST).is_err());
        }
    }

    #[test]
    fn hostile_lengths_are_refused_before_memory_is_taken() {
        let pixels = Task::Pixels { orientation: 1 };
        for task in [DIGEST, pixels] {
            assert!(read_reply(&mut &b"\0\xFF\xFF\xFF\xFF"[..], task).is_err());
        }
        let nine_mebibytes = [&b"\0\0\0\x90\0"[..], &vec![0; 9 << 20]].concat();
        assert!(read_reply(&mut &nine_mebibytes[..], DIGEST).is_err());
        assert!(read_reply(&mut &nine_mebibytes[..], pixels).is_ok());
        let request =
            |operation: u8, length: [u8; 8]| [&[operation, 1][..], &[0; 40], &length].concat();
        assert!(read_request(&mut request(0, [0xFF; 8]).as_slice()).is_err());
        assert!(read_request(&mut request(9, [0; 8]).as_slice()).is_err());
        assert!(read_request(&mut request(0, [0; 8]).as_slice()).is_ok());
    }
}
