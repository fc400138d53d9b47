# Runs in a guest of dev/guest, as root, with what GuestIT puts there: lofn-run, probe and documents. Says what happened,
# below a heading for each thing; GuestIT reads it.
set -u
part() { echo "== $1"; }
as_user() { su user -c "$1"; }

chmod 755 /lofn-run /probe
mkdir -p /image/bin /scratch
cp /guest/bin/busybox /image/bin/busybox
/image/bin/busybox --install /image/bin # links of its own file
cp /probe /image/probe
chmod 755 /image /image/bin /scratch /documents

part check
as_user '/lofn-run --check'
part probe-root
/lofn-run --file /documents/probe-0
part sandbox-root
/lofn-run --file /documents/sandbox-0
echo "exit code $?"

chown -R user:user /image # unpacked by the user
part probe-user
as_user '/lofn-run --file /documents/probe-1000'
part sandbox-user
as_user '/lofn-run --file /documents/sandbox-1000; echo "exit code $?"'

# A directory that is handed over to a user, as systemd does with Delegate=. What runs lofn-run is below it.
mkdir -p /sys/fs/cgroup/lofn/executor
echo '+memory +pids +cpu' >/sys/fs/cgroup/lofn/cgroup.subtree_control
chown -R user:user /sys/fs/cgroup/lofn
echo $$ >/sys/fs/cgroup/lofn/executor/cgroup.procs

run=/sys/fs/cgroup/lofn/run
part memory
as_user "mkdir $run && echo 33554432 >$run/memory.max && echo 0 >$run/memory.swap.max && echo 12 >$run/pids.max"
as_user '/lofn-run --file /documents/memory; echo "exit code $?"'
cat $run/memory.events
echo "peak $(cat $run/memory.peak)"
part processes
as_user '/lofn-run --file /documents/processes; echo "exit code $?"'
cat $run/pids.events
part processor
cat $run/cpu.stat
part end
as_user "rmdir $run" && echo removed
