//! A desktop of its own for one scenario: screen, session bus, window manager, home folder.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use image::RgbImage;
use tempfile::TempDir;

use crate::{processes, wait_for};

/// Named in the environment of everything that is started on a desktop.
const MARK: &str = "CLOAKROOM_E2E";

pub(crate) struct Desktop {
    folder: TempDir,
    display: String,
    bus: String,
    started: RefCell<Vec<Child>>,
    /// Added to the environment of whatever is started from now on.
    extra: Vec<(&'static str, String)>,
}

impl Desktop {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("cloakroom-e2e-")
            .tempdir()
            .unwrap();
        for name in ["home", "runtime", "screen"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        // What the XDG base directory specification asks of this one.
        fs::set_permissions(
            folder.path().join("runtime"),
            fs::Permissions::from_mode(0o700),
        )
        .unwrap();
        let mut desktop = Self {
            folder,
            display: String::new(),
            bus: String::new(),
            started: RefCell::default(),
            extra: Vec::new(),
        };

        let screen = desktop.folder.path().join("screen");
        let mut server = desktop.command("Xvfb");
        let options = "-displayfd 1 -nolisten tcp -noreset -screen 0 1280x900x24 -fbdir";
        server.args(options.split(' ')).arg(screen);
        desktop.display = format!(":{}", desktop.serve(server));
        let mut bus = desktop.command("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        // It notes every service that it starts.
        bus.stderr(Stdio::null());
        desktop.bus = desktop.serve(bus);
        let mut manager = desktop.command("openbox");
        manager
            .arg("--sm-disable")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        desktop.keep(manager.spawn().expect("openbox"));
        wait_for("the window manager", || {
            let said = desktop
                .command("xdotool")
                .arg("get_num_desktops")
                .stderr(Stdio::null())
                .output()
                .unwrap();
            said.status.success().then_some(())
        });
        desktop
    }

    /// The person's home folder, where photos are put and where the file dialogs begin.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the app keeps its ledger and settings.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file below the home folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.home().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.extra.push((variable, value.into()));
    }

    /// Starts what comes next without a session bus, as on a bare window manager.
    pub(crate) fn forget_bus(&mut self) {
        self.bus.clear();
    }

    /// A command in the environment of this desktop and of nothing else.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.home();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env(MARK, self.folder.path())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_RUNTIME_DIR", self.folder.path().join("runtime"))
            .env("CLOAKROOM_HOME", self.data())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            // Settings of the desktop in memory, files without the virtual file system: nothing of this machine's.
            .env("GSETTINGS_BACKEND", "memory")
            .env("GIO_USE_VFS", "local")
            .env("NO_AT_BRIDGE", "1")
            // Some versions of WebKitGTK paint nothing on a screen without a graphics card otherwise.
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .current_dir(&home)
            .stdin(Stdio::null());
        for (variable, value) in [
            ("DISPLAY", &self.display),
            ("DBUS_SESSION_BUS_ADDRESS", &self.bus),
        ] {
            if !value.is_empty() {
                command.env(variable, value);
            }
        }
        command.envs(self.extra.iter().map(|(variable, value)| (variable, value)));
        command
    }

    /// Runs one of our Python programs, which need the system's own Python, until the scenario ends.
    pub(crate) fn python(&self, script: &str, args: &[&Path]) {
        let file = self.folder.path().join("program.py");
        fs::write(&file, script).unwrap();
        let mut program = self.command("/usr/bin/python3");
        program.arg(&file).args(args);
        assert_eq!(self.serve(program), "ready");
    }

    /// Starts a program that runs until the scenario ends, and returns the first line it prints.
    fn serve(&self, mut command: Command) -> String {
        let mut server = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.keep(server);
        assert!(
            !line.trim().is_empty(),
            "{:?} says that it is ready",
            command.get_program()
        );
        line.trim().to_owned()
    }

    /// Ends a program together with the scenario.
    pub(crate) fn keep(&self, child: Child) {
        self.started.borrow_mut().push(child);
    }

    /// What the person would see now: Xvfb keeps the screen in an XWD file.
    pub(crate) fn picture(&self) -> RgbImage {
        let file = fs::read(self.folder.path().join("screen/Xvfb_screen0")).unwrap();
        let field = |index: usize| u32::from_be_bytes(file[index * 4..][..4].try_into().unwrap());
        let (header, width, height, line, colours) =
            (field(0), field(4), field(5), field(12), field(19));
        assert_eq!(field(11), 32, "bits in a pixel");
        let start = header + colours * 12;
        RgbImage::from_fn(width, height, |x, y| {
            let at = (start + y * line + x * 4) as usize;
            image::Rgb([file[at + 2], file[at + 1], file[at]])
        })
    }

    /// Saves what the person would see now, if the person who runs the tests wants to see it.
    pub(crate) fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("CLOAKROOM_SCREENSHOTS") else {
            return;
        };
        let file = Path::new(&folder).join(format!("{name}.png"));
        fs::create_dir_all(&folder).unwrap();
        // The page paints what it was told a moment ago.
        std::thread::sleep(Duration::from_millis(400));
        self.picture().save(&file).unwrap();
        println!("screenshot: {}", file.display());
    }

    /// Everything that was started here and is still alive.
    pub(crate) fn alive(&self) -> Vec<(u32, String)> {
        processes::started_with(MARK, &self.folder.path().to_string_lossy())
    }

    /// What was on the screen when a scenario failed.
    fn screenshot_of_failure(&self) {
        let folder = std::env::var_os("CLOAKROOM_SCREENSHOTS")
            .map_or_else(std::env::temp_dir, PathBuf::from);
        let name = std::thread::current()
            .name()
            .unwrap_or("scenario")
            .replace("::", "-");
        let file = folder.join(format!("failed-{name}.png"));
        if fs::create_dir_all(&folder).is_ok() && self.picture().save(&file).is_ok() {
            println!("The screen at that moment: {}", file.display());
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.screenshot_of_failure();
        }
        processes::kill(self.alive().into_iter().map(|(pid, _)| pid));
        for child in self.started.get_mut() {
            // It was killed just now; this only takes note of it.
            let _ = child.wait();
        }
    }
}
