//! No network, held by the system: on Linux a filter refuses every socket but local ones.
//!
//! The program has no code that connects to anything. This makes sure of it, also for the libraries and processes that
//! it starts, all of which inherit the filter and cannot take it off.

use crate::Failure;

/// Refuses sockets of every family but `AF_UNIX` and `AF_NETLINK` with `EAFNOSUPPORT`, and `io_uring`, which could open
/// them unseen, with `ENOSYS`: for all threads of this process and all processes it starts from now on. Cannot be undone.
/// On other systems than Linux on x86-64 and AArch64 this does nothing.
///
/// # Errors
/// When the system does not allow filters.
pub fn enforce() -> Result<(), Failure> {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    filters::install().map_err(|_| {
        Failure::failed(
            "offline_unavailable",
            "this system does not let the program lock its own network access",
            "The program still has no code that connects to anything; seccomp filters are missing in this kernel.",
        )
    })?;
    Ok(())
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod filters {
    use std::collections::BTreeMap;
    use std::env::consts::ARCH;

    use seccompiler::{
        BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
        SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads,
    };

    /// `__X32_SYSCALL_BIT`: the same calls once more, for programs with 32-bit pointers on x86-64 kernels that allow them.
    const X32: i64 = 0x4000_0000;

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    pub(super) fn install() -> Result<(), Error> {
        let sockets = both_numbers(&[libc::SYS_socket, libc::SYS_socketpair], &[not_local()?]);
        let rings = both_numbers(&[libc::SYS_io_uring_setup], &[]);
        // Compiled before either is installed, so that it is both or none.
        let sockets = compile(sockets, libc::EAFNOSUPPORT)?;
        let rings = compile(rings, libc::ENOSYS)?;
        apply_filter_all_threads(&sockets)?;
        apply_filter_all_threads(&rings)
    }

    /// The family is an `int`: the kernel looks at the lower half of the register alone, and so must the filter, or bits
    /// in the upper half would carry another family past it.
    fn not_local() -> Result<SeccompRule, BackendError> {
        let is_not = |family: libc::c_int| {
            SeccompCondition::new(
                0,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::Ne,
                u64::from(family.unsigned_abs()),
            )
        };
        SeccompRule::new(vec![is_not(libc::AF_UNIX)?, is_not(libc::AF_NETLINK)?])
    }

    fn both_numbers(calls: &[i64], rules: &[SeccompRule]) -> Rules {
        let numbers = calls.iter().flat_map(|call| [*call, *call | X32]);
        numbers.map(|number| (number, rules.to_vec())).collect()
    }

    fn compile(rules: Rules, errno: libc::c_int) -> Result<BpfProgram, BackendError> {
        let refuse = SeccompAction::Errno(errno.unsigned_abs());
        SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            refuse,
            TargetArch::try_from(ARCH)?,
        )?
        .try_into()
    }
}
