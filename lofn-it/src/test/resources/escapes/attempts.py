"""What a tool of a container without an engine tries against its node, on x86_64.

Reads names of attempts, and prints for each a line NAME tried COUNT, and a line NAME WHAT for whatever was not refused.
"""

import ctypes
import errno
import mmap
import os
import platform
import signal
import socket
import stat
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
assert platform.machine() == "x86_64"
NUMBERS = dict(
    mount=165, umount2=166, pivot_root=155, chroot=161, fsopen=430, open_tree=428, move_mount=429, mount_setattr=442,
    unshare=272, clone=56, clone3=435, setns=308, ptrace=101, process_vm_readv=310, process_vm_writev=311,
    pidfd_open=434, pidfd_getfd=438, add_key=248, request_key=249, keyctl=250, bpf=321, perf_event_open=298,
    userfaultfd=323, kexec_load=246, init_module=175, finit_module=313, delete_module=176, open_by_handle_at=304,
    quotactl=179, reboot=169, swapon=167, swapoff=168, settimeofday=164, clock_settime=227, iopl=172,
    ioperm=173, io_uring_setup=425, syslog=103, acct=163, sethostname=170, setdomainname=171, mknod=133,
    vhangup=153, lookup_dcookie=212, get_mempolicy=239, personality=135, fchmodat2=452, prctl=157, setuid=105,
    setgid=106, setgroups=116, chown=92, fanotify_init=300, name_to_handle_at=303,
)
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
PIPES = (0, 1, 2)
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS)


class Attempt:
    def __init__(self, name):
        self.name, self.count, self.done = name, 0, []

    def refused(self, what, success):
        self.count += 1
        if success:
            self.done.append(what)

    def call(self, name, *arguments, also=()):
        """Must be refused before its arguments are looked at, which need not be good for anything."""
        ctypes.set_errno(0)
        whole = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        result = libc.syscall(NUMBERS[name], *whole)
        if name == "clone" and result == 0:
            os._exit(0)
        error = ctypes.get_errno()
        self.refused(f"{name} {arguments} {error}", result >= 0 or error not in REFUSED + also)
        return error

    def opens(self, path, flags=os.O_RDONLY):
        """Some files of processes can be opened by everybody, and then not read."""
        try:
            file = os.open(path, flags | os.O_NONBLOCK)
            if flags == os.O_RDONLY and not os.path.isdir(path):
                os.read(file, 1)
        except OSError:
            self.refused(path, False)
        else:
            self.refused(f"open {path} {flags}", True)

    def in_child(self, what, action, expected=None):
        """Counts as refused if the child ends by the signal or the exit code that is expected, or with code 9."""
        child = os.fork()
        if child == 0:
            try:
                action()
            except OSError:
                os._exit(9)
            except BaseException:
                os._exit(8)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.refused(f"{what} {status}", status not in (9, expected))


def mounts(attempt):
    for kind in (b"tmpfs", b"proc", b"sysfs", b"overlay", b"cgroup2", b"devtmpfs", b"mqueue"):
        attempt.call("mount", b"none", b"/mnt", kind, 0, None)
    for flags in (4096, 32, 1 << 18, 1 << 14):  # bind, remount, private, recursive
        attempt.call("mount", b"/", b"/mnt", None, flags, None)
    for target in (b"/proc", b"/proc/sys", b"/sys", b"/dev", b"/shared", b"/"):
        attempt.call("umount2", target, 2)
    attempt.call("pivot_root", b"/", b"/")
    attempt.call("chroot", b"/tmp")
    attempt.call("fsopen", b"tmpfs", 0)
    attempt.call("open_tree", -100, b"/", 1)
    attempt.call("move_mount", -100, b"/tmp", -100, b"/mnt", 0)
    attempt.call("mount_setattr", -100, b"/", 0, ctypes.create_string_buffer(32), 32)


def namespaces(attempt):
    for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x04000000, 0x02000000):
        attempt.call("unshare", flag)
        attempt.call("clone", flag | signal.SIGCHLD, 0, 0, 0, 0)
    attempt.call("unshare", 0x10020000)
    attempt.call("unshare", 0x80)  # time
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, signal.SIGCHLD)
    attempt.call("clone3", ctypes.byref(arguments), ctypes.sizeof(arguments))
    for name in os.listdir("/proc/self/ns"):
        space = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
        attempt.call("setns", space, 0)
        os.close(space)


def init(attempt):
    class Piece(ctypes.Structure):
        _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    here, there = Piece(ctypes.addressof(ctypes.create_string_buffer(8)), 1), Piece(0x400000, 1)
    for call in (PTRACE_ATTACH, PTRACE_SEIZE):
        attempt.call("ptrace", call, 1, 0, 0)
    for call in ("process_vm_readv", "process_vm_writev"):
        attempt.call(call, 1, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    pidfd = libc.syscall(NUMBERS["pidfd_open"], 1, 0)
    for descriptor in range(16):
        attempt.call("pidfd_getfd", pidfd, descriptor, 0)
    for name in "mem maps environ auxv exe cwd root pagemap syscall stack smaps map_files/0 fd/0 fd/1 fd/2 ns/pid".split():
        for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
            attempt.opens(f"/proc/1/{name}", flags)
    for name in ("map_files", "cwd/", "root/"):
        try:
            attempt.refused(name, os.listdir(f"/proc/1/{name}"))
        except OSError:
            attempt.refused(name, False)
    for name in ("exe", "cwd", "root"):
        try:
            attempt.refused(name, os.readlink(f"/proc/1/{name}"))
        except OSError:
            attempt.refused(name, False)
    attempt.in_child("exec of /proc/1/exe", lambda: os.execv("/proc/1/exe", ["lofn-run"]))


def helper(attempt):
    """The program of init is the only one of lofn; nobody writes it by the name that its copy has in a child."""
    for line in open("/proc/self/maps"):
        attempt.refused(line, "lofn" in line)
    for line in open("/proc/self/mountinfo"):
        attempt.refused(line, "/bin/lofn" in line)
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
        attempt.opens("/proc/1/exe", flags)
    for process in os.listdir("/proc"):
        if process.isdigit() and int(process) != os.getpid():
            attempt.opens(f"/proc/{process}/exe", os.O_RDWR)


def signals(attempt):
    me = os.getpid()
    attempt.refused("sees " + " ".join(sorted(os.listdir("/proc"))), {p for p in os.listdir("/proc") if p.isdigit()} - {"1", str(me)})
    for process in range(2, 1 << 16):
        if process != me:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
            attempt.refused(f"kill {process}", True)
    attempt.count += 1
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV, signal.SIGCHLD, signal.SIGPIPE):
        try:
            os.kill(1, number)
        except PermissionError:
            pass
    attempt.refused("init is gone or stopped", open("/proc/1/stat").read().rpartition(")")[2].split()[0] not in "SR")


def kernel(attempt):
    """Files of the kernel that are the node's."""
    writable = []
    for top in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi", "/sys"):
        for directory, _, files in os.walk(top):
            for name in files:
                path = os.path.join(directory, name)
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    writable.append(path)
                except OSError:
                    pass
    attempt.refused(f"write {writable[:9]}", writable)
    attempt.opens("/proc/sysrq-trigger", os.O_WRONLY)
    for name in ("kcore", "keys", "timer_list", "sched_debug", "latency_stats", "timer_stats"):
        try:
            attempt.refused(f"read {name}", open(f"/proc/{name}", "rb").read(1))
        except OSError:
            attempt.refused(name, False)
    for name in ("/proc/acpi", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"):
        try:
            attempt.refused(f"list {name}", os.listdir(name))
        except OSError:
            attempt.refused(name, False)


def calls(attempt):
    """Calls of the kernel that change the node, or that have been ways out of containers."""
    text = ctypes.create_string_buffer(64)
    attempt.call("add_key", b"user", b"lofn", b"x", 1, -2)
    attempt.call("request_key", b"user", b"lofn", None, -2)
    attempt.call("keyctl", 0, -3, 1)
    attempt.call("keyctl", 1, None)
    attempt.call("bpf", 0, text, 64)
    attempt.call("perf_event_open", text, 0, -1, -1, 0)
    attempt.call("userfaultfd", 0)
    attempt.call("kexec_load", 0, 99, None, 99)
    attempt.call("init_module", text, 64, b"")
    attempt.call("finit_module", 0, b"", 0)
    attempt.call("delete_module", b"lofn", 0)
    attempt.call("open_by_handle_at", -100, text, 0)
    attempt.call("quotactl", 0x800001 << 8, None, 0, None)
    attempt.call("reboot", 0, 0, 0, None)
    attempt.call("swapon", b"/tmp/x", 0)
    attempt.call("swapoff", b"/tmp/x")
    attempt.call("settimeofday", 1, 1)
    attempt.call("clock_settime", 0, 1)
    attempt.call("iopl", 3)
    attempt.call("ioperm", 0, 8, 1)
    attempt.call("io_uring_setup", 1, text)
    attempt.call("syslog", 3, text, 64)
    attempt.call("acct", b"/nonexistent")
    attempt.call("sethostname", b"lofn", 4)
    attempt.call("setdomainname", b"lofn", 4)
    attempt.call("vhangup")
    attempt.call("fanotify_init", 0, 0)
    attempt.call("lookup_dcookie", 0, text, 64)
    attempt.call("get_mempolicy", text, None, 0, 0, 0)
    attempt.call("personality", 0x0400000)
    attempt.call("prctl", 22, 0, 0, 0, 0, also=(errno.EINVAL,))  # PR_SET_SECCOMP off
    attempt.call("setgroups", 1, 1)
    attempt.call("setuid", 12345, also=(errno.EINVAL,))
    attempt.call("setgid", 12345, also=(errno.EINVAL,))
    attempt.call("chown", b"/tmp", 12345, 12345, also=(errno.EINVAL,))
    for family in (40, 40 | 1 << 32, 17, 31, 15):  # VSOCK, the same in 64 bits, PACKET, BLUETOOTH, KEY
        attempt.refused(f"socket {family}", libc.syscall(41, ctypes.c_long(family), 3, 0) >= 0)
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
        attempt.refused("raw socket", True)
    except OSError:
        attempt.refused("raw socket", False)


def interfaces(attempt):
    """Calls of another interface than that of the filter end the process, or are unknown."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    old = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    attempt.in_child("int 0x80", lambda: os._exit(0 if old() > 0 else 9), -signal.SIGSYS)
    x32 = 0x40000000
    attempt.in_child("x32", lambda: os._exit(0 if libc.syscall(x32 | 39) > 0 else 9), -signal.SIGSYS)
    attempt.refused("number beyond all", libc.syscall(100000) >= 0)


def filtered(attempt):
    status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
    attempt.refused("no filter", status["Seccomp"] != "2")
    attempt.refused("new privileges", status["NoNewPrivs"] != "1")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        attempt.refused(f"{name} {status[name]}", int(status[name], 16))
    # What libc falls back from must be unknown, not denied; what docker allows must not be either.
    arguments = (ctypes.c_uint64 * 11)()
    attempt.refused("clone3 is denied", attempt.call("clone3", ctypes.byref(arguments), 88) != errno.ENOSYS)
    with open("/tmp/mode", "w"):
        pass
    denied = libc.syscall(NUMBERS["fchmodat2"], -100, b"/tmp/mode", 0o600, 0x100) < 0 and ctypes.get_errno() == errno.EPERM
    attempt.refused("fchmodat2 is denied", denied)


def descriptors(attempt):
    for name in os.listdir("/proc/self/fd"):
        try:
            attempt.refused(f"{name} {os.readlink('/proc/self/fd/' + name)}", int(name) not in PIPES)
        except FileNotFoundError:
            pass  # of the listing
    for number in range(3, 256):
        try:
            attempt.refused(f"descriptor {os.fstat(number)}", True)
        except OSError:
            pass


def devices(attempt):
    for kind, mode in (("c", stat.S_IFCHR), ("b", stat.S_IFBLK)):
        for directory in ("/tmp", "/shared", "/dev", "/dev/shm", "/"):
            attempt.call("mknod", f"{directory}/node-{kind}".encode(), mode | 0o666, os.makedev(1, 1))
    for name in os.listdir("/dev"):
        known = "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero console".split()
        attempt.refused(f"/dev/{name}", name not in known)
    for name in ("/volume/zero", "/volume/disk", "/shared/zero"):
        attempt.opens(name)
    for name in ("/dev/kmsg", "/dev/mem", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/dev/console"):
        attempt.opens(name, os.O_RDWR)


def nodes(attempt):
    """Devices that are the node's own, also where they hide something: nothing of them is changed, even if this succeeds."""
    for name in ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/proc/keys", "/proc/kcore"):
        if not os.path.exists(name):
            continue
        found = os.stat(name)
        for what, change in (
            ("mode", lambda: os.chmod(name, stat.S_IMODE(found.st_mode))),
            ("owner", lambda: os.chown(name, found.st_uid, found.st_gid)),
            ("times", lambda: os.utime(name, ns=(found.st_atime_ns, found.st_mtime_ns))),
            ("attribute", lambda: os.setxattr(name, "user.lofn", b"x")),
        ):
            try:
                change()
                attempt.refused(f"{what} of {name}", True)
            except OSError:
                attempt.refused(name, False)


def host(attempt):
    """The secret lies beside what is mounted; links to it are in the volume."""
    places = [line.split()[4] for line in open("/proc/self/mountinfo")] + ["/proc/self/root", "/proc/self/cwd", "/"]
    secret = sys.argv[1]
    for place in places:
        for up in range(0, 12, 2):
            for name in (secret, os.path.basename(secret)):
                attempt.opens(place + "/.." * up + "/" + name)
    for name in ("absolute", "relative", "through/secret"):
        attempt.opens("/volume/" + name)
    handle = ctypes.create_string_buffer(128)
    handle[0] = 120
    number = ctypes.c_int()
    if libc.syscall(NUMBERS["name_to_handle_at"], -100, b"/volume", handle, ctypes.byref(number), 0) == 0:
        attempt.call("open_by_handle_at", os.open("/volume", os.O_RDONLY), handle, 0)
    attempt.opens("/volume/new", os.O_WRONLY | os.O_CREAT)
    for name in os.listdir("/sys/class/net"):
        attempt.refused(f"interface {name}", name != "lo")


def set_uid(attempt):
    for name in ("/volume/set-uid", "/set-uid"):
        mode = os.stat(name).st_mode
        attempt.refused(f"{name} {mode:o} of the image", name == "/set-uid" and mode & 0o6000)
        said = subprocess.run(["busybox", "id", "-u"], executable=name, capture_output=True, text=True)
        got = said.stdout.strip()
        attempt.refused(f"{name}: {got}", got != str(os.getuid()) or not got)


def main():
    for name in sys.stdin.read().split():
        attempt = Attempt(name)
        try:
            globals()[name](attempt)
        except Exception as e:
            print(name, "broke off:", repr(e), e.__traceback__.tb_next and e.__traceback__.tb_next.tb_lineno)
        print(name, "tried", attempt.count)
        for what in attempt.done:
            print(name, what)


main()
