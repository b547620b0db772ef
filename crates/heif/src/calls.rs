//! Calling libheif: each object of the library is a value that frees it once, when it goes.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

use crate::library::{Library, Status};
use crate::{Colours, Error};

/// `heif_colorspace_RGB`.
const RGB: c_int = 1;

/// `heif_channel_interleaved`.
const INTERLEAVED: c_int = 10;

/// The longest colour profile, in bytes.
const ICC_BYTES_MAX: usize = 16 << 20;

/// How samples lie in memory: `enum heif_chroma`, interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// A byte each.
    Rgb = 10,
    /// A byte each, with alpha.
    Rgba = 11,
    /// Two bytes each, little-endian.
    Rrggbb = 14,
    /// Two bytes each, little-endian, with alpha.
    Rrggbbaa = 15,
}

impl Chroma {
    const fn pixel_bytes(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
            Self::Rrggbb => 6,
            Self::Rrggbbaa => 8,
        }
    }
}

/// `enum heif_error_code` and `enum heif_suberror_code`, as far as they are told apart.
fn check(status: Status) -> Result<(), Error> {
    const UNSUPPORTED_FILE: c_int = 3;
    const UNSUPPORTED_FEATURE: c_int = 4;
    const MEMORY: c_int = 6;
    const SECURITY_LIMIT: c_int = 1000;
    match (status.code, status.subcode) {
        (0, _) => Ok(()),
        (MEMORY, _) | (_, SECURITY_LIMIT) => Err(Error::TooLarge {
            width: 0,
            height: 0,
        }),
        (UNSUPPORTED_FILE | UNSUPPORTED_FEATURE, _) => Err(Error::Unsupported),
        _ => Err(Error::Damaged),
    }
}

/// A file that was read, `struct heif_context`. The library reads from the file's bytes as long as this lives.
pub(crate) struct Context<'a> {
    library: &'a Library,
    context: NonNull<c_void>,
    _file: PhantomData<&'a [u8]>,
}

impl<'a> Context<'a> {
    pub(crate) fn read(library: &'a Library, file: &'a [u8]) -> Result<Self, Error> {
        // SAFETY: it takes nothing, and returns an object that is ours, or null.
        let context = unsafe { (library.context_alloc)() };
        let context = Self {
            library,
            context: NonNull::new(context).ok_or(Error::Damaged)?,
            _file: PhantomData,
        };
        // SAFETY: the context is ours; zero asks for decoding on this thread.
        unsafe { (library.set_threads)(context.context.as_ptr(), 0) };
        // SAFETY: pointer and length are those of a slice that outlives the context, by their lifetimes; the library does not
        // write to it; null asks for default options.
        let status = unsafe {
            (library.read)(
                context.context.as_ptr(),
                file.as_ptr().cast(),
                file.len(),
                ptr::null(),
            )
        };
        check(status).map(|()| context)
    }

    pub(crate) fn primary(&self) -> Result<Handle<'_>, Error> {
        let mut handle = ptr::null_mut();
        // SAFETY: the context is ours, and the second argument a place for one pointer.
        let status = unsafe { (self.library.primary)(self.context.as_ptr(), &raw mut handle) };
        check(status)?;
        Ok(Handle {
            library: self.library,
            handle: NonNull::new(handle).ok_or(Error::Damaged)?,
            _context: PhantomData,
        })
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: the context is ours and is freed once; handles cannot outlive it.
        unsafe { (self.library.context_free)(self.context.as_ptr()) };
    }
}

/// A picture in a file, `struct heif_image_handle`.
pub(crate) struct Handle<'a> {
    library: &'a Library,
    handle: NonNull<c_void>,
    _context: PhantomData<&'a Context<'a>>,
}

impl Handle<'_> {
    /// Width and height after cropping and turning, in pixels.
    pub(crate) fn size(&self) -> Result<(u32, u32), Error> {
        // SAFETY: the handle is ours.
        let width = unsafe { (self.library.width)(self.handle.as_ptr()) };
        // SAFETY: the handle is ours.
        let height = unsafe { (self.library.height)(self.handle.as_ptr()) };
        Ok((side(width)?, side(height)?))
    }

    /// Bits of a sample of brightness.
    pub(crate) fn bits(&self) -> Result<u8, Error> {
        // SAFETY: the handle is ours.
        let bits = unsafe { (self.library.bits)(self.handle.as_ptr()) };
        u8::try_from(bits)
            .ok()
            .filter(|bits| (1..=16).contains(bits))
            .ok_or(Error::Damaged)
    }

    pub(crate) fn has_alpha(&self) -> bool {
        // SAFETY: the handle is ours.
        unsafe { (self.library.has_alpha)(self.handle.as_ptr()) != 0 }
    }

    /// Whether the colours are multiplied by the alpha.
    pub(crate) fn is_premultiplied(&self) -> bool {
        self.library.is_premultiplied.is_some_and(|ask| {
            // SAFETY: the handle is ours.
            unsafe { ask(self.handle.as_ptr()) != 0 }
        })
    }

    /// The profile, which says more, before the code points.
    pub(crate) fn colours(&self) -> Result<Colours, Error> {
        // SAFETY: the handle is ours.
        let size = unsafe { (self.library.icc_size)(self.handle.as_ptr()) };
        if size > ICC_BYTES_MAX {
            return Err(Error::Damaged);
        }
        if size > 0 {
            let mut icc = vec![0_u8; size];
            // SAFETY: the handle is ours, and the library writes as many bytes as it just told, which there are.
            let status =
                unsafe { (self.library.icc)(self.handle.as_ptr(), icc.as_mut_ptr().cast()) };
            return check(status).map(|()| Colours::Icc(icc));
        }
        let mut nclx = ptr::null_mut();
        // SAFETY: the handle is ours, and the second argument a place for one pointer.
        let status = unsafe { (self.library.nclx)(self.handle.as_ptr(), &raw mut nclx) };
        // That there are none is an error in the library's words.
        let Some(found) = NonNull::new(nclx).filter(|_| status.code == 0) else {
            return Ok(Colours::Untold);
        };
        // SAFETY: the library made it, with at least these fields, and it is ours until it is freed below.
        let coded = unsafe { found.read() };
        // SAFETY: it is ours and is freed once.
        unsafe { (self.library.nclx_free)(found.as_ptr()) };
        match (
            u16::try_from(coded.primaries),
            u16::try_from(coded.transfer),
        ) {
            (Ok(primaries), Ok(transfer)) => Ok(Colours::Coded {
                primaries,
                transfer,
            }),
            _ => Ok(Colours::Untold),
        }
    }

    pub(crate) fn decode(&self, chroma: Chroma) -> Result<Image<'_>, Error> {
        let mut image = ptr::null_mut();
        // SAFETY: the handle is ours, the second argument a place for one pointer, the numbers are of the library's lists, and
        // null asks for default options.
        let status = unsafe {
            (self.library.decode)(
                self.handle.as_ptr(),
                &raw mut image,
                RGB,
                chroma as c_int,
                ptr::null(),
            )
        };
        check(status)?;
        Ok(Image {
            library: self.library,
            image: NonNull::new(image).ok_or(Error::Damaged)?,
            chroma,
        })
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and is released once.
        unsafe { (self.library.handle_release)(self.handle.as_ptr()) };
    }
}

/// Decoded pixels, `struct heif_image`.
pub(crate) struct Image<'a> {
    library: &'a Library,
    image: NonNull<c_void>,
    chroma: Chroma,
}

/// The interleaved samples, in rows that may be longer than the picture is wide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bits that a sample uses.
    pub(crate) bits: u8,
    /// Bytes of the pixels in a row.
    pub(crate) row_bytes: usize,
    /// Bytes from one row to the next.
    pub(crate) stride_bytes: usize,
    /// All rows; the last has nothing behind its pixels.
    pub(crate) bytes: &'a [u8],
}

impl Image<'_> {
    pub(crate) fn plane(&self) -> Result<Plane<'_>, Error> {
        let image = self.image.as_ptr();
        // SAFETY: the image is ours.
        let chroma = unsafe { (self.library.image_chroma)(image) };
        if chroma != self.chroma as c_int {
            return Err(Error::Unsupported);
        }
        // SAFETY: the image is ours.
        let width = unsafe { (self.library.image_width)(image, INTERLEAVED) };
        // SAFETY: the image is ours.
        let height = unsafe { (self.library.image_height)(image, INTERLEAVED) };
        // SAFETY: the image is ours.
        let bits = unsafe { (self.library.image_bits)(image, INTERLEAVED) };
        let mut stride = 0;
        // SAFETY: the image is ours, and the third argument a place for one number.
        let start = unsafe { (self.library.plane)(image, INTERLEAVED, &raw mut stride) };

        let (width, height) = (side(width)?, side(height)?);
        let sized = |side: u32| usize::try_from(side).map_err(|_| Error::Damaged);
        let row_bytes = sized(width)?.checked_mul(self.chroma.pixel_bytes());
        let row_bytes = row_bytes.ok_or(Error::Damaged)?;
        let stride_bytes = usize::try_from(stride).map_err(|_| Error::Damaged)?;
        let len = (sized(height)? - 1)
            .checked_mul(stride_bytes)
            .and_then(|before| before.checked_add(row_bytes))
            .filter(|len| isize::try_from(*len).is_ok());
        let (Some(len), false, true) = (len, start.is_null(), stride_bytes >= row_bytes) else {
            return Err(Error::Damaged);
        };
        Ok(Plane {
            width,
            height,
            bits: u8::try_from(bits).map_err(|_| Error::Damaged)?,
            row_bytes,
            stride_bytes,
            // SAFETY: the library holds `height` rows of `stride` bytes there, of which the pixels are the first, for as long as
            // the image lives, which the slice does not outlive; nobody writes to it.
            bytes: unsafe { slice::from_raw_parts(start, len) },
        })
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        // SAFETY: the image is ours and is released once.
        unsafe { (self.library.image_release)(self.image.as_ptr()) };
    }
}

/// At least one pixel.
fn side(pixels: c_int) -> Result<u32, Error> {
    u32::try_from(pixels)
        .ok()
        .filter(|pixels| *pixels > 0)
        .ok_or(Error::Damaged)
}
