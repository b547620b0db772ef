//! What goes through the pipes. A request is an operation, an orientation, a size and the picture with its length; a
//! reply is a status and bytes with their length. Numbers are little-endian.

use std::io::{self, Read, Write};

use super::NotDecoded;

/// The longest reply: a thumbnail of 160 px is a few kilobytes.
const REPLY_BYTES_MAX: u32 = 4 << 20;

/// The longest picture.
const PICTURE_BYTES_MAX: u64 = 1 << 30;

/// What to do with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// The digest of its upright pixels.
    Digest { orientation: u8 },
    /// A copy of at most so many pixels on its longer side.
    Thumbnail { orientation: u8, max_px: u32 },
}

pub(super) fn write_request(out: &mut impl Write, task: Task, picture: &[u8]) -> io::Result<()> {
    let (operation, orientation, max_px) = match task {
        Task::Digest { orientation } => (0, orientation, 0),
        Task::Thumbnail {
            orientation,
            max_px,
        } => (1, orientation, max_px),
    };
    let mut head = vec![operation, orientation];
    head.extend(max_px.to_le_bytes());
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
    let max_px = u32::from_le_bytes(array(from)?);
    let length = u64::from_le_bytes(array(from)?);
    let task = match operation {
        0 => Task::Digest { orientation },
        1 => Task::Thumbnail {
            orientation,
            max_px,
        },
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
        Err(_) => (2, &[][..]),
    };
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    out.write_all(&[status])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(bytes)?;
    out.flush()
}

/// A reply. What comes from a worker is not trusted: a longer one than there can be is an error.
pub(super) fn read_reply(from: &mut impl Read) -> io::Result<Result<Vec<u8>, NotDecoded>> {
    let [status] = array(from)?;
    let length = u32::from_le_bytes(array(from)?);
    if length > REPLY_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let bytes = take(from, length.into())?;
    match status {
        0 => Ok(Ok(bytes)),
        1 => Ok(Err(NotDecoded::TooLarge)),
        2 => Ok(Err(NotDecoded::Undecodable)),
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

    #[test]
    fn requests_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        let thumbnail = Task::Thumbnail {
            orientation: 6,
            max_px: 160,
        };
        write_request(&mut pipe, thumbnail, b"picture").unwrap();
        write_request(&mut pipe, Task::Digest { orientation: 1 }, b"").unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(
            read_request(&mut pipe).unwrap(),
            Some((thumbnail, b"picture".to_vec()))
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
        ] {
            let mut pipe = Vec::new();
            write_reply(&mut pipe, &reply).unwrap();
            assert_eq!(read_reply(&mut pipe.as_slice()).unwrap(), reply);
            assert!(read_reply(&mut &pipe[..pipe.len() - 1]).is_err());
        }
    }

    #[test]
    fn hostile_lengths_are_refused_before_memory_is_taken() {
        assert!(read_reply(&mut &b"\0\xFF\xFF\xFF\xFF"[..]).is_err());
        assert!(read_request(&mut &b"\0\x01\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"[..]).is_err());
        assert!(read_request(&mut &b"\x09\x01\0\0\0\0\0\0\0\0\0\0\0\0"[..]).is_err());
    }
}
