//! Finding libheif and its functions. The types are those of `libheif/heif.h`, whose C interface has kept them since version
//! 1.8: functions and fields were added, none was changed.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_void};

use crate::Coding;

/// `struct heif_error`, returned by value.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Status {
    /// `enum heif_error_code`; 0 is success.
    pub(crate) code: c_int,
    /// `enum heif_suberror_code`.
    pub(crate) subcode: c_int,
    /// A text that the library owns. It may quote the file, so it is never read.
    message: *const c_char,
}

/// The first fields of `struct heif_color_profile_nclx`, which only the library makes; later ones are not read.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Nclx {
    version: u8,
    pub(crate) primaries: c_int,
    pub(crate) transfer: c_int,
}

/// Declares the functions, their types, and how each is found.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident : $symbol:literal, fn($($argument:ty),*) $(-> $result:ty)?;)+) => {
        /// The functions that are called, found once. They are valid as long as the library is loaded, which is as long as
        /// this lives.
        #[derive(Debug)]
        pub(crate) struct Library {
            $($(#[$doc])* pub(crate) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)+
            /// Since version 1.12; before, alpha was never multiplied.
            pub(crate) is_premultiplied: Option<unsafe extern "C" fn(*const c_void) -> c_int>,
            /// Keeps the functions valid.
            _library: libloading::Library,
        }

        impl Library {
            fn find(library: libloading::Library) -> Option<Self> {
                Some(Self {
                    $($name: {
                        // SAFETY: the type is that of the function of this name in heif.h, and the copied address is used only
                        // while `_library` lives, since both are in this value and no method gives the address away.
                        let found = unsafe { library.get::<unsafe extern "C" fn($($argument),*) $(-> $result)?>($symbol) };
                        *found.ok()?
                    },)+
                    is_premultiplied: {
                        // SAFETY: as above.
                        let found = unsafe { library.get(b"heif_image_handle_is_premultiplied_alpha\0") };
                        found.ok().map(|found| *found)
                    },
                    _library: library,
                })
            }
        }
    };
}

functions! {
    version: b"heif_get_version_number\0", fn() -> u32;
    have_decoder: b"heif_have_decoder_for_format\0", fn(c_int) -> c_int;
    context_alloc: b"heif_context_alloc\0", fn() -> *mut c_void;
    context_free: b"heif_context_free\0", fn(*mut c_void);
    set_threads: b"heif_context_set_max_decoding_threads\0", fn(*mut c_void, c_int);
    read: b"heif_context_read_from_memory_without_copy\0", fn(*mut c_void, *const c_void, usize, *const c_void) -> Status;
    primary: b"heif_context_get_primary_image_handle\0", fn(*mut c_void, *mut *mut c_void) -> Status;
    handle_release: b"heif_image_handle_release\0", fn(*const c_void);
    width: b"heif_image_handle_get_width\0", fn(*const c_void) -> c_int;
    height: b"heif_image_handle_get_height\0", fn(*const c_void) -> c_int;
    has_alpha: b"heif_image_handle_has_alpha_channel\0", fn(*const c_void) -> c_int;
    bits: b"heif_image_handle_get_luma_bits_per_pixel\0", fn(*const c_void) -> c_int;
    icc_size: b"heif_image_handle_get_raw_color_profile_size\0", fn(*const c_void) -> usize;
    icc: b"heif_image_handle_get_raw_color_profile\0", fn(*const c_void, *mut c_void) -> Status;
    nclx: b"heif_image_handle_get_nclx_color_profile\0", fn(*const c_void, *mut *mut Nclx) -> Status;
    nclx_free: b"heif_nclx_color_profile_free\0", fn(*mut Nclx);
    decode: b"heif_decode_image\0", fn(*const c_void, *mut *mut c_void, c_int, c_int, *const c_void) -> Status;
    image_release: b"heif_image_release\0", fn(*const c_void);
    image_width: b"heif_image_get_width\0", fn(*const c_void, c_int) -> c_int;
    image_height: b"heif_image_get_height\0", fn(*const c_void, c_int) -> c_int;
    image_chroma: b"heif_image_get_chroma_format\0", fn(*const c_void) -> c_int;
    image_bits: b"heif_image_get_bits_per_pixel_range\0", fn(*const c_void, c_int) -> c_int;
    plane: b"heif_image_get_plane_readonly\0", fn(*const c_void, c_int, *mut c_int) -> *const u8;
}

impl Library {
    /// Loads the library, finds its functions, and lets it load its plugins.
    pub(crate) fn load() -> Option<Self> {
        let library = open()?;
        {
            // SAFETY: the type is that of this function in heif.h: one pointer, for which null asks for the defaults.
            let init = unsafe {
                library.get::<unsafe extern "C" fn(*mut c_void) -> Status>(b"heif_init\0")
            };
            // Since version 1.13, which has plugins; older ones start by themselves.
            if let Ok(init) = init {
                // SAFETY: null is allowed. It is never undone: the library is used until the process ends.
                let status = unsafe { init(std::ptr::null_mut()) };
                if status.code != 0 {
                    return None;
                }
            }
        }
        Self::find(library)
    }

    pub(crate) fn version(&self) -> u32 {
        // SAFETY: it takes nothing and returns a constant.
        unsafe { (self.version)() }
    }

    pub(crate) fn decodes(&self, coding: Coding) -> bool {
        // `enum heif_compression_format`.
        let format = match coding {
            Coding::Hevc => 1,
            Coding::Av1 => 4,
        };
        // SAFETY: any number is allowed; unknown ones have no decoder.
        unsafe { (self.have_decoder)(format) != 0 }
    }
}

/// By its name alone, in the places where the system keeps its libraries.
#[cfg(all(unix, not(target_os = "macos")))]
fn open() -> Option<libloading::Library> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // Bound at once: later there are no files. The loader does not look for names without a slash in the current folder.
    // SAFETY: the code that loading runs is that of the system's own package, which does nothing but register decoders.
    let library = unsafe { Library::open(Some("libheif.so.1"), RTLD_NOW | RTLD_LOCAL) };
    library.ok().map(Into::into)
}

/// macOS looks for bare names in the current folder too, so these are whole paths: Homebrew on Apple's processors and on
/// Intel's, MacPorts.
#[cfg(target_os = "macos")]
fn open() -> Option<libloading::Library> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    ["/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"]
        .into_iter()
        .find_map(|folder| {
            let path = format!("{folder}/libheif.1.dylib");
            // SAFETY: the code that loading runs is that of a package manager's own package, which does nothing but register
            // decoders.
            unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.ok()
        })
        .map(Into::into)
}

/// Beside the program or in the system's folder, never in the current folder or in what `PATH` names.
#[cfg(windows)]
fn open() -> Option<libloading::Library> {
    use libloading::os::windows::{LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, Library};
    ["heif.dll", "libheif.dll"]
        .into_iter()
        .find_map(|name| {
            // SAFETY: the code that loading runs is that of a library that an administrator put there, which does nothing but
            // register decoders.
            unsafe { Library::load_with_flags(name, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS) }.ok()
        })
        .map(Into::into)
}

#[cfg(not(any(unix, windows)))]
fn open() -> Option<libloading::Library> {
    None
}
