//! What a worker gives up before it sees a picture: memory and time beyond a limit, files, sockets, and nearly every
//! system call. Each step is worth having alone, so one that the system does not offer is left out.

/// Virtual memory: the program itself, a picture of 512 MiB, and what decoding it may take.
#[cfg(unix)]
const MEMORY_BYTES_MAX: u64 = 3 << 30;

/// Processor time, in seconds, in case nobody is left to stop a worker that hangs.
#[cfg(unix)]
const TIME_SECONDS_MAX: u64 = 120;

/// Gives it all up. A worker with libheif may start threads of its own process, because the HEVC decoder behind it always
/// starts one.
pub(super) fn confine(may_start_threads: bool) {
    #[cfg(unix)]
    limit();
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    filter(may_start_threads);
    let _ = may_start_threads;
}

/// Whether the worker used so much of its time that a fresh one should take the next picture.
pub(super) fn is_tired() -> bool {
    #[cfg(unix)]
    {
        use rustix::time::{ClockId, clock_gettime};
        let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
        u64::try_from(used).is_ok_and(|used| used > TIME_SECONDS_MAX / 2)
    }
    #[cfg(not(unix))]
    false
}

#[cfg(unix)]
fn limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, maximum) in [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, TIME_SECONDS_MAX),
        // A crash must not leave a photo's pixels on the disk.
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // The pipes are open already; nothing else can be.
        (Resource::Nofile, 0),
    ] {
        let limit = Rlimit {
            current: Some(maximum),
            maximum: Some(maximum),
        };
        let _ = setrlimit(resource, limit);
    }
}

/// Allows the few system calls that reading pipes, taking memory, and ending need. Others fail with EPERM, which a
/// decoder meets as an error; none is needed. Threads are the process itself: `clone` without CLONE_THREAD, which would
/// start another process, fails for every worker.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn filter(may_start_threads: bool) {
    use std::collections::BTreeMap;
    use std::env::consts::ARCH;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch, apply_filter_all_threads,
    };

    const ALLOWED: &[libc::c_long] = &[
        // Pipes.
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        // Memory.
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        // Locks, clocks, seeds of hash maps.
        libc::SYS_futex,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_restart_syscall,
        // Ending, in order or not.
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_tgkill,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    const THREAD_FLAGS: libc::c_int = libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD;
    let Ok(arch) = TargetArch::try_from(ARCH) else {
        return;
    };
    let error = |number: libc::c_int| SeccompAction::Errno(number.unsigned_abs());
    let apply = |rules, otherwise, action| {
        let filter = SeccompFilter::new(rules, otherwise, action, arch);
        let program = filter.and_then(BpfProgram::try_from);
        let _ = program.map(|program| apply_filter_all_threads(&program));
    };
    let mut rules: BTreeMap<_, _> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    if may_start_threads {
        // The flags of clone3 are in memory, where no filter sees them. As if the kernel were older than it, so that the C
        // library takes clone. Of two filters the stricter counts.
        let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        apply(unknown, SeccompAction::Allow, error(libc::ENOSYS));
        let threads = u64::from(THREAD_FLAGS.unsigned_abs());
        let is_thread = SeccompCondition::new(
            0,
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::MaskedEq(threads),
            threads,
        );
        let Ok(rule) = is_thread.and_then(|condition| SeccompRule::new(vec![condition])) else {
            return;
        };
        rules.insert(libc::SYS_clone, vec![rule]);
        for call in [libc::SYS_clone3, libc::SYS_rseq, libc::SYS_set_robust_list] {
            rules.insert(call, Vec::new());
        }
    }
    apply(rules, error(libc::EPERM), SeccompAction::Allow);
}
